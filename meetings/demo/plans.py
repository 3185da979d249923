"""How the demo describes a meeting, and when that is. Plain values."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from meetings.local_time import instant_of

from .guests import GuestPlan
from .people import Person

FRIDAY = 4


@dataclass(frozen=True, slots=True)
class FromNow:
    """Minutes before or after the moment the demo is loaded, to five minutes."""

    minutes: int

    def instant(self, now: datetime, zone: ZoneInfo) -> datetime:
        past = timedelta(minutes=now.minute % 5, seconds=now.second, microseconds=now.microsecond)
        return now - past + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Day:
    """A time on the meeting's own clock, so many working days from today (0 is today)."""

    days: int
    at: str

    def instant(self, now: datetime, zone: ZoneInfo) -> datetime:
        day = _working_day(now.astimezone(zone).date(), self.days)
        return instant_of(datetime.combine(day, time.fromisoformat(self.at)), zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPlan:
    """A permanent room, and how its doors work where that is not as usual."""

    owner: Person
    name: str
    waiting_room: str = "guests"
    needs_host: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One meeting: whose, when, and what came of it."""

    who: Person
    title: str
    when: FromNow | Day
    minutes: int = 30
    description: str = ""
    zone: str = ""  # the organizer's own unless said
    room: str = ""  # a permanent one by its name
    moved_from: Day | None = None  # when it was meant to be at first
    cancelled: str = ""  # the reason
    came: tuple[str, ...] = ()  # guests who were there
    guests: tuple[GuestPlan, ...] = ()  # who is invited by mail

    @property
    def time_zone(self) -> str:
        return self.zone or self.who.time_zone

    @property
    def is_around_now(self) -> bool:
        """Whether it may meet others of its day, which depends on the hour of loading."""
        return isinstance(self.when, FromNow) or self.when.days == 0

    def starts_at(self, now: datetime) -> datetime:
        return self.when.instant(now, ZoneInfo(self.time_zone))

    def first_start(self, now: datetime) -> datetime:
        """When it was booked for, before it was moved."""
        return (self.moved_from or self.when).instant(now, ZoneInfo(self.time_zone))


def _working_day(today: date, days: int) -> date:
    """So many working days after today, or before."""
    step = timedelta(days=1 if days > 0 else -1)
    day = today
    for _ in range(abs(days)):
        day += step
        while day.weekday() > FRIDAY:
            day += step
    return day
