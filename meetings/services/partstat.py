"""What a guest has answered, as their own calendar is to show it."""

from collections.abc import Iterable
from datetime import date

from meetings.ical import Event, Status
from meetings.models import Answer, Booking, Guest

STATUS = {
    Answer.Choice.ACCEPTED: Status.ACCEPTED,
    Answer.Choice.DECLINED: Status.DECLINED,
    Answer.Choice.TENTATIVE: Status.TENTATIVE,
}


class Statuses:
    """Of one guest, for the events of one calendar file."""

    def __init__(self, guest: Guest, events: Iterable[Event]) -> None:
        rows = guest.answers.filter(reset_at=None).select_related("booking__pattern", "pattern")
        self._said = {_place(row): row for row in rows}
        self._asked = _asked([each for each in events if each.instead_of])

    def of(self, event: Event) -> Status:
        """A date of a series has its own answer, else the general one if given since it moved."""
        day = event.instead_of.date() if event.instead_of else None
        said = self._said.get((event.uid, day)) or self._in_general(event, day)
        return STATUS[Answer.Choice(said.choice)] if said else Status.UNKNOWN

    def _in_general(self, event: Event, day: date | None) -> Answer | None:
        said = self._said.get((event.uid, None))
        return said if said and said.sequence >= self._asked.get(day, 0) else None


def _place(answer: Answer) -> tuple[str, date | None]:
    """The calendar event that was answered: its UID, and the date for one of a series."""
    if answer.pattern:
        return str(answer.pattern.uid), None
    booking = answer.booking
    assert booking is not None  # noqa: S101  (an answer is to one of the two)
    if booking.pattern:
        return str(booking.pattern.uid), booking.recurrence_date
    return str(booking.request_key), None


def _asked(changed: list[Event]) -> dict[date | None, int]:
    """Date → the sequence at which it was last asked anew, of dates changed by themselves."""
    if not changed:
        return {}
    days = [each.instead_of.date() for each in changed if each.instead_of]
    rows = Booking.objects.filter(pattern__uid=changed[0].uid, recurrence_date__in=days)
    return dict(rows.values_list("recurrence_date", "asks_since"))
