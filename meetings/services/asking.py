"""What a guest is asked at their own link: their meeting, or a series and its next meetings."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from accounts.models import User
from meetings.models import Answer, Booking, Guest, Pattern, Series

from .answering import answers_from

MOST_MEETINGS = 12  # of a series, to choose from


class State(StrEnum):
    OPEN = "open"
    CANCELLED = "cancelled"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    guest: Guest
    organizer: User
    state: State
    title: str
    reason: str = ""  # why it was cancelled
    booking: Booking | None  # the one meeting; of a series the next, or that which is meant
    meetings: tuple[Booking, ...] = ()  # the next ones of a series
    patterns: tuple[Pattern, ...] = ()  # of a series: those that have meetings ahead
    means_one: bool = False  # of a series, whether it is about that one meeting

    @property
    def is_series(self) -> bool:
        return self.guest.series_id is not None

    @property
    def is_open(self) -> bool:
        return self.state is State.OPEN

    @property
    def is_about_one(self) -> bool:
        return self.means_one or not self.is_series

    @property
    def mark(self) -> str:
        """Changes when the guest is asked anew."""
        places: list[Booking | Pattern] = [*self.patterns, *self.meetings]
        if self.booking and not self.is_series:
            places.append(self.booking)
        asked = [(type(each).__name__, each.pk, each.asks_since) for each in places]
        moved = [facts for facts in asked if facts[0] == "Pattern" or facts[2]]
        return hashlib.sha256(repr(moved).encode()).hexdigest()[:16]

    def answers(self) -> dict[int, Answer]:
        """Meeting's key → what was answered so far."""
        return answers_from(self.guest, self.meetings or [self.booking] if self.booking else [])

    def answer(self) -> Answer | None:
        """What was answered so far to all that is meant; None when that is not one answer."""
        if self.is_about_one:
            return self.answers().get(self.booking.pk) if self.booking else None
        said = self.guest.answers.filter(reset_at=None, pattern__in=self.patterns)
        choices = {each.choice for each in said}
        return said[0] if len(said) == len(self.patterns) and len(choices) == 1 else None


def question_for(guest: Guest, *, meeting: int | None = None) -> Question:
    """What is asked now; `meeting` is the key of one of the series' meetings."""
    if guest.series:
        return _about_series(guest, guest.series, meeting)
    booking = guest.booking
    assert booking is not None  # noqa: S101  (a guest is one of either)
    return Question(
        guest=guest,
        organizer=booking.organizer,
        state=_state(booking),
        title=booking.title,
        reason=booking.cancel_reason,
        booking=booking,
    )


def _about_series(guest: Guest, series: Series, meeting: int | None) -> Question:
    theirs = series.bookings.select_related("pattern", "organizer")
    ahead = theirs.confirmed().not_over().order_by("starts_at", "pk")
    meant = theirs.filter(pk=meeting, deleted_at=None).first() if meeting else None
    meetings = tuple(ahead[:MOST_MEETINGS])
    if meant and _state(meant) is State.OPEN and meant not in meetings:
        meetings = (*meetings, meant)
    keys = ahead.order_by().values("pattern")
    patterns = tuple(series.patterns.filter(pk__in=keys, cancelled_at=None))
    booking = meant or (meetings[0] if meetings else theirs.order_by("starts_at").last())
    return Question(
        guest=guest,
        organizer=series.organizer,
        state=_state_of_series(series, meetings, meant),
        title=meant.title if meant else patterns[0].title if patterns else series.title,
        reason=(meant.cancel_reason if meant else "") or series.cancel_reason,
        booking=booking,
        meetings=meetings,
        patterns=patterns,
        means_one=meant is not None,
    )


def _state(booking: Booking) -> State:
    if booking.is_cancelled:
        return State.CANCELLED
    return State.OVER if booking.is_over else State.OPEN


def _state_of_series(series: Series, ahead: tuple[Booking, ...], meant: Booking | None) -> State:
    if meant:
        return _state(meant)
    if series.is_cancelled:
        return State.CANCELLED
    return State.OPEN if ahead else State.OVER
