"""Time zones as calendar files carry them (VTIMEZONE): the changes of a span of years.

The library's own are an hour late in spring: it says the onset by the new clock, RFC 5545 (§3.6.5)
by the old one.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

STEP = timedelta(days=1)  # no zone changes twice within it

Clock = tuple[timedelta, str, bool]  # offset, name, whether it is summer time


def timezone_component(zone: ZoneInfo, first: date, last: date) -> Timezone:
    """The zone as it is from before the first of these dates until after the last."""
    component = Timezone()
    component.add("TZID", zone.key)
    for before, after, onsets in _changes(zone, first.year, last.year):
        component.add_component(_observance(before, after, list(onsets)))
    return component


def skipped(zone: ZoneInfo, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """Each hour that the clocks skip in the years of these dates: from this wall time to that."""
    for before, after, onsets in _changes(zone, first.year, last.year):
        gap = after[0] - before[0]
        if gap > timedelta():
            yield from ((onset, onset + gap) for onset in onsets)


def _observance(
    before: Clock, after: Clock, onsets: list[datetime]
) -> TimezoneDaylight | TimezoneStandard:
    offset, name, is_summer = after
    observance = TimezoneDaylight() if is_summer else TimezoneStandard()
    observance.add("DTSTART", onsets[0])
    observance.add("TZOFFSETFROM", before[0])
    observance.add("TZOFFSETTO", offset)
    observance.add("TZNAME", name)
    for onset in onsets[1:]:  # a line for each: of several in one, ical.js reads the first alone
        observance.add("RDATE", onset)
    return observance


@lru_cache(maxsize=256)
def _changes(
    zone: ZoneInfo, first_year: int, last_year: int
) -> tuple[tuple[Clock, Clock, tuple[datetime, ...]], ...]:
    """Each kind of change with its onsets, by the clock before; the first is what held at all."""
    begin = datetime(max(first_year - 1, 1), 1, 2, tzinfo=UTC)
    end = datetime(min(last_year + 1, 9998), 12, 31, tzinfo=UTC)
    held = _clock(zone, begin)
    start = (begin + held[0]).replace(tzinfo=None)
    found = [(held, held, start), *_transitions(zone, begin, end)]
    found.sort(key=lambda change: (change[2] != start, change[0], change[1], change[2]))
    grouped = groupby(found, key=lambda change: (change[0], change[1]))
    return tuple(
        (before, after, tuple(onset for _, _, onset in changes))
        for (before, after), changes in grouped
    )


def _transitions(
    zone: ZoneInfo, begin: datetime, end: datetime
) -> Iterator[tuple[Clock, Clock, datetime]]:
    """The clock before, the clock after, and when, by the clock before."""
    days = (begin + STEP * number for number in range((end - begin) // STEP + 1))
    for early, late in pairwise(days):
        before, after = _clock(zone, early), _clock(zone, late)
        if before != after:
            onset = _onset(zone, early, late) + before[0]
            yield before, after, onset.replace(tzinfo=None)


def _onset(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    """The first second (UTC) of what holds at `late`."""
    after = _clock(zone, late)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0)
        if _clock(zone, middle) == after:
            late = middle
        else:
            early = middle
    return late


def _clock(zone: ZoneInfo, at: datetime) -> Clock:
    local = at.astimezone(zone)
    offset = local.utcoffset() or timedelta()
    return offset, local.tzname() or zone.key, bool(local.dst())
