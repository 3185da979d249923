"""Sending the mails that are owed: one row, one worker, one try at a time.

The row is leased while its mail is handed over, and no transaction is open then. A worker that dies
between the mail server's yes and our saving it sends the same mail again, with the same Message-ID.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from meetings import metrics
from meetings.models import Guest, Notice, OutgoingMail, RoomSession
from meetings.services.transactions import when_certain
from meetings.services.waiting.presence import host_is_there

from .mails import message_for

log = logging.getLogger(__name__)

Outcome = OutgoingMail.Outcome
MOST_AT_ONCE = 500
LONGEST_TICK = 50  # seconds
MOST_TRIES = 55  # of one mail while its server takes others: with the pauses, about two days

_turn = threading.Lock()
_more = threading.Event()


class NotSent(Exception):
    """This time it did not work, and why."""


class Refused(NotSent):
    """The mail server will never take this mail; in its words."""


class Away(NotSent):
    """The mail server takes no mail at all."""


class LeaseLost(Exception):
    """Somebody else sends it now."""


@task()
def post_soon() -> None:
    """For the queue, which may lose it: the minute's sweep sends what is left."""
    post_due()


def start() -> None:
    """Have it sent as soon as what the caller saves is certain."""
    # A queue that cannot be reached costs a minute, and not the change.
    when_certain(post_soon.enqueue)


def post_due() -> None:
    """What is due, until the time is up or the mail server is away.

    One thread of a process sends. Others leave what they came for to it: while a mail server hangs,
    a change must not hold one more thread of the worker each.
    """
    _more.set()
    while _more.is_set() and _turn.acquire(blocking=False):
        try:
            _more.clear()
            if not _post_all():
                return
        finally:
            _turn.release()


def _post_all() -> bool:
    """Over one connection; False when it is no use to go on now."""
    until = time.monotonic() + LONGEST_TICK
    connection = get_connection()
    try:
        return all(
            time.monotonic() <= until and _post(pk, connection)
            for pk in list(_in_order()[:MOST_AT_ONCE])
        )
    finally:
        _close(connection)


def _in_order() -> QuerySet[OutgoingMail, int]:
    """Due mails; to each guest in turn: nobody is told of an end before the beginning."""
    earlier = OutgoingMail.objects.outstanding().filter(
        guest=OuterRef("guest"), pk__lt=OuterRef("pk")
    )
    due = OutgoingMail.objects.due().filter(~Exists(earlier))
    return due.values_list("pk", flat=True)


def _post(pk: int, connection: BaseEmailBackend) -> bool:
    """Do what is owed about one mail; False when the mail server is away."""
    mail = (
        OutgoingMail.objects.select_related("notice__booking", "notice__room", "guest", "user")
        .filter(pk=pk)
        .first()
    )
    if mail is None or not mail.take():
        return True
    if reason := _useless(mail):
        metrics.mail_tried("dropped")
        return mail.give_up(reason, outcome=Outcome.DROPPED)
    try:
        _hand_over(mail, connection)
    except LeaseLost:
        log.warning("Mail %s took too long and is somebody else's now.", pk)
    except NotSent as trouble:
        return _note_trouble(mail, trouble)
    else:
        metrics.mail_tried("sent")
        mail.settle(outcome=Outcome.SENT, sent_at=timezone.now())
    return True


def _note_trouble(mail: OutgoingMail, trouble: NotSent) -> bool:
    """Later or never, in the mail server's words; False when it is away."""
    is_away = isinstance(trouble, Away)
    is_tried_out = mail.attempts >= MOST_TRIES and not is_away
    if isinstance(trouble, Refused) or is_tried_out:
        metrics.mail_tried("refused")
        _note_refusal(mail, str(trouble))
    else:
        log.warning("Mail %s waits: %s", mail.pk, trouble)
        metrics.mail_tried("failed")
        mail.postpone(str(trouble))
    return not is_away


def _hand_over(mail: OutgoingMail, connection: BaseEmailBackend) -> None:
    try:
        message = message_for(mail)
    except Exception as error:  # one that cannot be written keeps no other from its turn
        log.exception("Mail %s cannot be written.", mail.pk)
        raise NotSent(type(error).__name__) from error
    message.connection = connection
    with _asking(connection):
        connection.open()  # signing in takes time as well
        if not mail.prolong():
            raise LeaseLost
        message.send()


@contextmanager
def _asking(connection: BaseEmailBackend) -> Iterator[None]:
    """What the mail server's answer means for this mail, and for the others."""
    try:
        yield
    except LeaseLost:
        raise
    except SMTPRecipientsRefused as error:
        ((code, words),) = error.recipients.values()
        raise _refusal(code, words) from error
    except SMTPDataError as error:
        raise _refusal(error.smtp_code, error.smtp_error) from error
    except Exception as error:  # each mail service has errors of its own
        _close(connection)
        raise Away(_words(error)) from error


def _refusal(code: int, words: bytes | str) -> NotSent:
    """A 5 says never, anything else not now (RFC 5321, §4.2.1)."""
    kind = Refused if code >= 500 else NotSent
    return kind(f"{code} {_text(words)}")


def _useless(mail: OutgoingMail) -> str:
    """Why it is not sent any more; "" when it is. Reminders and knocks can come too late."""
    if mail.send_before and mail.send_before <= timezone.now():
        return _("It would have come too late.")
    if mail.notice.kind == Notice.Kind.REMINDER and _has_changed(mail):
        return _("The meeting was moved or cancelled before it was sent.")
    if mail.notice.kind == Notice.Kind.WAITING and _is_settled(mail):
        return _("A host was there before it was sent.")
    is_farewell = mail.notice.kind == Notice.Kind.CANCELLED
    if mail.guest and mail.guest.removed_at and not is_farewell:
        return _("The guest was removed before it was sent.")
    return ""


def _has_changed(reminder: OutgoingMail) -> bool:
    """Whether the meeting does not begin any more when the reminder says."""
    booking = reminder.notice.booking
    return booking is None or booking.is_cancelled or booking.starts_at != reminder.send_before


def _is_settled(knock: OutgoingMail) -> bool:
    """Whether a host is there by now where somebody waited, or nothing is held there any more."""
    booking = knock.notice.booking
    if booking and booking.is_cancelled:
        return True
    if booking:
        session = booking.sessions.live().first()
    else:
        session = RoomSession.objects.live().filter(room=knock.notice.room, booking=None).first()
    return session is not None and host_is_there(session)


def _note_refusal(mail: OutgoingMail, words: str) -> None:
    """Shown to the organizer; not tried again unless somebody invites the guest again."""
    if mail.give_up(words, outcome=Outcome.REFUSED) and mail.guest_id:
        now = timezone.now()
        Guest.objects.filter(pk=mail.guest_id).update(bounced_at=now, bounce=words[:300])


def _words(error: Exception) -> str:
    """What the mail server said, or how it was silent."""
    if isinstance(error, SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _text(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else words


def _close(connection: BaseEmailBackend) -> None:
    with suppress(SMTPException, OSError):
        connection.close()


def try_again(mail: OutgoingMail) -> None:
    """Send it now, also when it was refused before."""
    mail.owe(outcome=Outcome.WAITING)
    start()
