"""Who is invited in the demo, and what they answered. Nobody is written to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from meetings.invitees import Invitee
from meetings.models import Booking, Guest, Notice, Series
from meetings.services import answering, inviting

from .people import users

DOMAIN = "northwind.example"  # a reserved name, as the demo's own


@dataclass(frozen=True, slots=True)
class GuestPlan:
    """A guest, where their browser is, and what they answered in general."""

    name: str
    time_zone: str
    answer: str = ""
    comment: str = ""

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace(' ', '.')}@{DOMAIN}"


def invite(place: Booking | Series, plans: Iterable[GuestPlan]) -> dict[str, Guest]:
    """Guests by their names, who have opened their links and answered as planned."""
    plans = list(plans)
    invitees = [Invitee(email=plan.email, name=plan.name) for plan in plans]
    guests = inviting.invite(place, invitees, by=place.organizer)
    for plan, guest in zip(plans, guests, strict=True):
        if plan.answer:
            inviting.note_opened(guest, zone=plan.time_zone, language="en")
            answering.answer(guest, plan.answer, comment=plan.comment)
    return {guest.name: guest for guest in guests}


def date_back(place: Booking | Series, now: datetime) -> None:
    """They were invited when it was planned, and answered a day later."""
    invited = now - timedelta(days=6)
    guests = place.guests.all()
    guests.update(invited_at=invited)
    guests.exclude(opened_at=None).update(opened_at=invited + timedelta(hours=20))


def forget_mails() -> None:
    """What was to be told of the demo's making; without it nothing goes out."""
    people = users()
    for of in ("booking__organizer__in", "series__organizer__in"):
        Notice.objects.filter(**{of: people}).delete()
