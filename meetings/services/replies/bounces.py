"""Mails that could not be delivered (RFC 3464), kept with the guest who did not get one."""

from collections.abc import Iterator
from email.message import EmailMessage, Message
from email.parser import HeaderParser

from django.db import transaction
from django.utils import timezone

from meetings.models import Guest, OutgoingMail

from .outcomes import Kind, Outcome

Sending = OutgoingMail.Outcome
LONGEST = 300  # characters, as guests keep it


def keep_bounce(report: EmailMessage) -> Outcome | None:
    """Keep that a mail of ours came back, and why; None when this is no such report."""
    if report.get_content_type() != "multipart/report":
        return None
    words = _failure(report)
    if words is None:
        return Outcome(Kind.IGNORED, "a report of no failure")
    mail = OutgoingMail.objects.filter(message_id__in=_originals(report)).first()
    if mail is None:
        return Outcome(Kind.IGNORED, "a report on a mail that is not ours")
    _note(mail, words)
    return Outcome(Kind.BOUNCE, f"mail {mail.pk} came back")


@transaction.atomic
def _note(mail: OutgoingMail, words: str) -> None:
    """Told twice, it is kept once: who was invited again since is not marked again."""
    sent = OutgoingMail.objects.filter(pk=mail.pk, outcome=Sending.SENT)
    if sent.update(outcome=Sending.REFUSED, error=words) and mail.guest_id:
        guest = Guest.objects.filter(pk=mail.guest_id)
        guest.update(bounced_at=timezone.now(), bounce=words)


def _failure(report: EmailMessage) -> str | None:
    """The other mail server's words, when it gave up; a delay is no failure."""
    for recipient in _recipients(report):
        if str(recipient.get("Action", "")).strip().lower() == "failed":
            diagnosis = str(recipient.get("Diagnostic-Code", "")).partition(";")[2]
            words = diagnosis or str(recipient.get("Status", "")) or "failed"
            return " ".join(words.replace("\0", "").split())[:LONGEST]
    return None


def _recipients(report: EmailMessage) -> Iterator[Message]:
    """The blocks of the part for machines: first about the mail, then one for each recipient."""
    for part in report.walk():
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            blocks = part.get_payload()
            yield from (each for each in blocks if isinstance(each, Message))


def _originals(report: EmailMessage) -> list[str]:
    """How the returned mail, or its headers, name it; Exchange names it beside them as well."""
    found = [str(report.get(name, "")) for name in ("In-Reply-To", "References")]
    for part in report.walk():
        kind = part.get_content_type()
        if kind in {"text/rfc822-headers", "message/global-headers"}:
            text = part.get_payload(decode=True)
            head = text.decode(errors="replace") if isinstance(text, bytes) else ""
            found.append(str(HeaderParser().parsestr(head).get("Message-ID", "")))
        elif part is not report:
            found.append(str(part.get("Message-ID", "")))
    return [each.strip() for each in found if each.isprintable()]
