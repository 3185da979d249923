"""What calendar programs say, kept as answers of those guests whose they are."""

import logging
import uuid
from datetime import date, datetime
from email.message import EmailMessage

from meetings.invitees import address_key
from meetings.models import Answer, Booking, Guest, Pattern
from meetings.services import answering

from .calendar_parts import Reply, replies_in
from .outcomes import Kind, Outcome

log = logging.getLogger(__name__)

Choice = Answer.Choice
CHOICES = {
    "ACCEPTED": Choice.ACCEPTED,
    "DECLINED": Choice.DECLINED,
    "TENTATIVE": Choice.TENTATIVE,
}


class NotForUs(Exception):
    """This answers nothing of ours, and why."""


def keep_answers(message: EmailMessage, *, sender: str) -> Outcome | None:
    """Keep what a calendar program answers here; None when none does."""
    replies = replies_in(message, sender=sender)
    if replies is None:
        return None
    if not replies:
        return Outcome(Kind.IGNORED, "an answer for somebody other than its sender")
    outcomes = [_keep(reply) for reply in replies]
    return next((each for each in outcomes if each.kind is Kind.ANSWER), outcomes[-1])


def _keep(reply: Reply) -> Outcome:
    try:
        answer = _answer(reply)
    except NotForUs as reason:
        return Outcome(Kind.IGNORED, str(reason))
    except answering.Outdated:
        return Outcome(Kind.IGNORED, "an answer to what was before, or older than another")
    except answering.Gone:
        return Outcome(Kind.IGNORED, "an answer to what is over, cancelled, or not theirs any more")
    return Outcome(Kind.ANSWER, f"guest {answer.guest_id} said {answer.choice}")


def _answer(reply: Reply) -> Answer:
    choice = _choice(reply)
    place = _place(reply)
    guest = _guest(reply.email, place)
    booking, pattern = _parts(reply, place)
    meeting = booking or guest.booking
    known = answering.sequence_of(meeting or place)
    return answering.answer(
        guest,
        choice,
        booking=booking,
        pattern=None if booking else pattern,
        comment=reply.comment,
        proposed_at=_proposed(reply, meeting),
        at=reply.written_at,
        # More than we ever sent is nothing that they can have seen.
        sequence=min(reply.sequence, known),
    )


def _choice(reply: Reply) -> Choice:
    if reply.is_for_all_after:
        raise NotForUs("an answer to a date and all after it, which we cannot keep")
    choice = CHOICES.get(reply.status)
    if reply.is_counter:
        # Another time is proposed: whatever else is said, this one does not suit.
        return Choice.DECLINED if choice is Choice.DECLINED else Choice.TENTATIVE
    if choice is None:
        raise NotForUs("neither a yes, nor a no, nor a maybe")
    return choice


def _place(reply: Reply) -> Booking | Pattern:
    try:
        uid = uuid.UUID(reply.uid)
    except ValueError:
        raise NotForUs("an answer to an event that is not ours") from None
    booking = Booking.objects.filter(request_key=uid, series=None).first()
    place = booking or Pattern.objects.select_related("series").filter(uid=uid).first()
    if place is None:
        raise NotForUs("an answer to an event that is not ours")
    return place


def _guest(email: str, place: Booking | Pattern) -> Guest:
    guests = place.guests if isinstance(place, Booking) else place.series.guests
    key = address_key(email)
    guest = next((each for each in guests.all() if address_key(each.email) == key), None)
    if guest is None:
        raise NotForUs("an answer of somebody who is not invited")
    return guest


def _parts(reply: Reply, place: Booking | Pattern) -> tuple[Booking | None, Pattern | None]:
    if isinstance(place, Booking):
        return None, None
    if reply.of_date is None:
        return None, place
    day = _day(reply.of_date, place)
    booking = place.bookings.filter(recurrence_date=day).first()
    if booking is None:
        raise NotForUs("an answer to a date that the series does not have")
    return booking, place


def _day(moment: date | datetime, pattern: Pattern) -> date:
    """Which date of the rule is meant: by its wall clock, whatever zone it is told in."""
    if not isinstance(moment, datetime):
        return moment
    try:
        return (moment.astimezone(pattern.zone) if moment.tzinfo else moment).date()
    except OverflowError:
        raise NotForUs("an answer to a date that no calendar has") from None


def _proposed(reply: Reply, meeting: Booking | None) -> datetime | None:
    """Only for one meeting, and another time than it has."""
    if not reply.is_counter or meeting is None or reply.starts_at == meeting.starts_at:
        return None
    return reply.starts_at
