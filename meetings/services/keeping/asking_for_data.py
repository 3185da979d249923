"""A guest asks what is held about their address: who can read its mail may see it."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_tasks import task

from accounts.mail import compose
from meetings.models import Admission, Answer, Attendance, ChatMessage, OutgoingMail, RoomPeer

from .traces import guests_at, identities_of

VALID = 60 * 60  # seconds that a link of ours opens the page
_SALT = "meetings.my-data"


@dataclass(frozen=True, slots=True)
class Held:
    """One kind of data about an address: how much, why, and until when."""

    what: str
    count: int
    why: str
    until: str


@task()
def tell_soon(address: str, language: str) -> None:
    """Mail the link, if anything is held. Nobody who asked learns whether it was sent."""
    if not any(each.count for each in held_about(address)):
        return
    path = reverse("my-data-held", args=[token_for(address)])
    context = {"url": f"{settings.SITE_URL}{path}"}
    compose("mail/meetings/my_data.txt", context, to=[address], language=language).send()


def token_for(address: str) -> str:
    return signing.dumps(address, salt=_SALT)


def address_of(token: str) -> str | None:
    """Whose link this is; None when it is none of ours, or too old."""
    try:
        return str(signing.loads(token, salt=_SALT, max_age=VALID))
    except signing.BadSignature:
        return None


def held_about(address: str) -> list[Held]:
    """What is held about an address as a guest's, also where that is nothing."""
    guests, theirs = guests_at(address), {"identity__in": identities_of(address)}
    answers = Answer.objects.filter(guest__in=guests)
    mails = OutgoingMail.objects.filter(to_email__address=address, user=None)
    pages = RoomPeer.objects.filter(**theirs).values("pid")
    with_meeting, rosters = _until("meetings"), _until("rosters")
    to_meet = _("to invite you, and to know you at the door")
    for_host = _("so that organizers know who was there")
    rows: list[tuple[str, QuerySet[Any], str, str]] = [
        (_("Invitations: address, name, zone"), guests, to_meet, with_meeting),
        (_("Answers and comments"), answers, _("for the organizer"), with_meeting),
        (_("Mails to you"), mails, _("to explain what was sent"), _until("logs")),
        (_("Entries at the door"), Admission.objects.filter(**theirs), for_host, rosters),
        (_("Attendance"), Attendance.objects.filter(**theirs), for_host, rosters),
        (_("Chat messages"), ChatMessage.objects.filter(pid__in=pages), for_host, rosters),
    ]
    return [Held(what, found.count(), why, until) for what, found, why, until in rows]


def _until(kind: str) -> str:
    days = settings.RETENTION[kind]
    if not days:
        return _("until the organizer or you remove it")
    text = ngettext("%(n)d day after the meeting", "%(n)d days after the meeting", days)
    return text % {"n": days}
