"""Dates of a series on which the clocks skip its hour.

RFC 5545 (§3.3.5) has them begin as much later; ical.js (Thunderbird) shows them an hour or two
earlier. Files tell them one by one, as changed dates of the series: then all show the same.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from .ical_rules import last_day
from .ical_zones import skipped
from .recurrence import Occurrence, Rule, dates, occurrence_at


def shifted_dates(rule: Rule, first: datetime, zone: ZoneInfo) -> list[Occurrence]:
    """Those of the series that begins at this wall time (naive), as far as a file tells it."""
    days = _days_without(first, zone, last_day(rule, first.date()))
    return [
        occurrence_at(datetime.combine(day, first.time()), zone)
        for day in sorted(days)
        if day >= first.date() and next(dates(rule, first.date(), since=day), None) == day
    ]


def _days_without(first: datetime, zone: ZoneInfo, last: date) -> set[date]:
    """Days until the last on which the clocks do not show that time."""
    return {
        day
        for begin, end in skipped(zone, first.date(), last)
        for day in (begin.date(), (end - timedelta(seconds=1)).date())
        if begin <= datetime.combine(day, first.time()) < end
    }
