"""Which meetings a series is to have, and what stands against them. Nothing is saved here."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import takewhile

from django.utils import timezone

from accounts.models import User
from meetings.models import Booking
from meetings.models.booking import LONGEST
from meetings.recurrence import Fault, dates
from meetings.services.scheduling import busy_of

from .wish import BadSeries, Collision, Collisions, Decision, Planned, SeriesWish, planned_on

HORIZON = timedelta(days=400)  # how far an endless series is made ahead
LONGEST_SPAN = timedelta(minutes=LONGEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The meetings to make, and the dates to leave out. `until` is where an endless one stops."""

    begins_on: date
    meetings: tuple[Planned, ...]
    left_out: tuple[date, ...]
    until: date | None


def plan_for(
    organizer: User,
    wish: SeriesWish,
    *,
    besides: Collection[int] = (),
    kept: Collection[date] = (),
    reach: date | None = None,
    after: Planned | None = None,
) -> Plan:
    """All of it; `Collisions` unless each date that is taken is decided, `BadSeries` without any.

    `besides` are meetings (their keys) that will be gone or moved by then, `kept` dates that have
    their meeting, `reach` how far an endless series is made already, `after` a meeting before.
    """
    begins_on = wish.begins_on
    until = None if wish.rule.ends else horizon_of(begins_on, reach)
    skipped = {day for day, choice in wish.decisions.items() if choice is Decision.SKIP}
    left_out = wish.left_out | skipped
    wanted = [each for each in expand(wish, begins_on, until=until) if each.date not in kept]
    meetings = [each for each in wanted if each.date not in left_out]
    if not meetings and not kept:
        raise BadSeries(Fault.NO_DATE)
    collisions = collisions_of(organizer, wish, meetings, besides=besides, after=after)
    if any(each.decision is None for each in collisions):
        raise Collisions(_with_skipped(collisions, wish, wanted))
    anyway = {each.date for each in collisions}
    return Plan(
        begins_on=begins_on,
        meetings=tuple(replace(each, may_overlap=each.date in anyway) for each in meetings),
        left_out=tuple(each.date for each in wanted if each.date in left_out),
        until=until,
    )


def dates_of(wish: SeriesWish, *, reach: date | None = None) -> Iterator[date]:
    """The dates of the rule, as far as their meetings would be made now."""
    begins_on = wish.begins_on
    until = None if wish.rule.ends else horizon_of(begins_on, reach)
    return (each.date for each in expand(wish, begins_on, until=until))


def horizon_of(begins_on: date, reach: date | None = None) -> date:
    horizon = max(begins_on, timezone.now().date()) + HORIZON
    return max(horizon, reach) if reach else horizon


def expand(
    wish: SeriesWish, begins_on: date, *, since: date | None = None, until: date | None
) -> list[Planned]:
    """The meetings of the rule, to the end or until a date."""
    found: Iterator[date] = dates(wish.rule, begins_on, since=since)
    if until:
        found = takewhile(lambda day: day <= until, found)
    return [planned_on(day, wish) for day in found]


def collisions_of(
    organizer: User,
    wish: SeriesWish,
    meetings: list[Planned],
    *,
    besides: Collection[int] = (),
    after: Planned | None = None,
) -> tuple[Collision, ...]:
    """Those that meet something else, or the one before; found by one query for all."""
    if not meetings:
        return ()
    taken = _Taken(organizer, wish, meetings, besides)
    found, before = [], after
    for each in meetings:
        others = taken.during(each)
        with_itself = before is not None and before.span.overlaps(each.span)
        if others or with_itself:
            choice = wish.decisions.get(each.date)
            found.append(
                Collision(planned=each, bookings=others, with_itself=with_itself, decision=choice)
            )
        before = each
    return tuple(found)


class _Taken:
    """What takes time of organizer or room while the series lasts."""

    def __init__(
        self, organizer: User, wish: SeriesWish, meetings: list[Planned], besides: Collection[int]
    ) -> None:
        gone = set(besides)
        first, last = meetings[0], meetings[-1]
        near = busy_of(organizer, wish.room).overlapping(first.starts_at, last.ends_at)
        near = near.order_by("starts_at", "pk").select_related("room")
        self.bookings: list[Booking] = [each for each in near if each.pk not in gone]
        self.starts = [each.starts_at for each in self.bookings]

    def during(self, planned: Planned) -> tuple[Booking, ...]:
        begin = bisect_left(self.starts, planned.starts_at - LONGEST_SPAN)
        end = bisect_right(self.starts, planned.ends_at)
        near = self.bookings[begin:end]
        return tuple(
            each
            for each in near
            if each.starts_at < planned.ends_at and planned.starts_at < each.ends_at
        )


def _with_skipped(
    collisions: tuple[Collision, ...], wish: SeriesWish, wanted: list[Planned]
) -> tuple[Collision, ...]:
    """Also those that are decided to be left out: the choice may still be changed."""
    skipped = (
        Collision(planned=each, bookings=(), decision=Decision.SKIP)
        for each in wanted
        if wish.decisions.get(each.date) is Decision.SKIP
    )
    return tuple(sorted((*collisions, *skipped), key=lambda each: each.date))
