"""A series as somebody wants it, and why it cannot be had like that. Plain values."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.conflicts import Span
from meetings.invitees import Invitee
from meetings.models import Booking, Room
from meetings.recurrence import BadRule, Fault, Rule, check_series, first_date, occurrence_at
from meetings.services.scheduling import SchedulingError

FAULTS = {
    Fault.INTERVAL: gettext_lazy("A series repeats every 1 to 99 days, weeks, months or years."),
    Fault.END: gettext_lazy("A series ends on a date or after a number of times, not both."),
    Fault.WEEKDAYS: gettext_lazy("Please choose at least one day of the week."),
    Fault.MONTH_DAY: gettext_lazy("There is no such day of the month."),
    Fault.NTH: gettext_lazy("There is no such week of the month."),
    Fault.FOREIGN: gettext_lazy("This rule has a part that is not offered here."),
    Fault.NO_DATE: gettext_lazy("With this rule no meeting ever takes place."),
    Fault.TOO_MANY: gettext_lazy("A series that ends has at most 1,000 meetings."),
    Fault.TOO_LONG: gettext_lazy("A series that ends goes on for 20 years at most."),
}


class Decision(StrEnum):
    """What becomes of a date that collides."""

    SKIP = "skip"
    ANYWAY = "anyway"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesWish:
    """A meeting that repeats by `rule`, from the rule's first date on that is not before
    `first_date`. `room` is a permanent room, or None for one of its own."""

    title: str
    rule: Rule
    first_date: date
    clock: time  # on the wall, in `time_zone`
    duration: int  # minutes
    time_zone: str
    description: str = ""
    room: Room | None = None
    options: Mapping[str, Any] = field(default_factory=dict)  # of the series' own room
    reminders: tuple[int, ...] = ()  # minutes before
    guests: tuple[Invitee, ...] = ()  # of a new series
    left_out: frozenset[date] = frozenset()
    decisions: Mapping[date, Decision] = field(default_factory=dict)
    request_key: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def begins_on(self) -> date:
        """The rule's first date; `BadSeries` when there is none."""
        try:
            check_series(self.rule, self.first_date)
            return first_date(self.rule, self.first_date)
        except BadRule as error:
            raise BadSeries(error.fault, error.part) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One meeting of a series that is to be made."""

    date: date  # of the rule
    wall: datetime
    starts_at: datetime
    ends_at: datetime
    may_overlap: bool = False

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)


def planned_on(day: date, wish: SeriesWish) -> Planned:
    found = occurrence_at(datetime.combine(day, wish.clock), wish.zone)
    ends_at = found.starts_at + timedelta(minutes=wish.duration)
    return Planned(date=day, wall=found.wall, starts_at=found.starts_at, ends_at=ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """A date that collides: with other meetings, or with the one before it in the series."""

    planned: Planned
    bookings: tuple[Booking, ...]
    with_itself: bool = False
    decision: Decision | None = None

    @property
    def date(self) -> date:
        return self.planned.date


class Collisions(SchedulingError):
    """Dates on which organizer or room is taken, those decided already among them."""

    def __init__(self, dates: tuple[Collision, ...]) -> None:
        super().__init__(_("Some of these dates are taken. Please decide about each."))
        self.dates = dates


class BadSeries(SchedulingError):
    """A rule that makes no series; the message says why."""

    def __init__(self, fault: Fault, part: str = "") -> None:
        super().__init__(str(FAULTS[fault]))
        self.fault = fault
        self.part = part


class ExceptionsAhead(SchedulingError):
    """Meetings ahead that were changed or cancelled by themselves: keep or replace them?"""

    def __init__(self, bookings: tuple[Booking, ...]) -> None:
        super().__init__(_("Some of these meetings were changed by themselves."))
        self.bookings = bookings


class NothingAhead(SchedulingError):
    """The series has no meeting that has not begun."""
