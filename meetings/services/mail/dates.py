"""The dates of a series as a mail lists them: each with its hour where the reader is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from meetings import wording
from meetings.ical import Event
from meetings.recurrence import occurrences

FEW = 5
SEARCHED = 120  # dates that are looked through for another hour


@dataclass(frozen=True, slots=True, order=True)
class _Date:
    at: datetime  # in the reader's zone
    is_regular: bool  # neither moved by itself nor at an hour that the clocks skip that day


def dates_text(event: Event, moved: Iterable[Event], zone: ZoneInfo) -> str:
    """The first few, that there are more, and from when on they are at another hour."""
    found = _dates_of(event, moved, zone)
    few, rest = found[:FEW], found[FEW:]
    lines = [f"{_day(each)}, {_hour(each)}" for each in few]
    if rest:
        lines.append("…")
    if other := _other_hour(few, rest):
        lines.append(_("from %(day)s: %(time)s") % {"day": _day(other), "time": _hour(other)})
    return "\n".join(lines)


def _dates_of(event: Event, moved: Iterable[Event], zone: ZoneInfo) -> list[_Date]:
    assert event.rule is not None  # noqa: S101  (asked of a series only)
    elsewhere = {each.instead_of.date(): each for each in moved if each.instead_of}
    found = []
    regular = occurrences(event.rule, event.start.replace(tzinfo=None), event.zone)
    for each in islice(regular, SEARCHED):
        day = each.wall.date()
        if instead := elsewhere.get(day):
            found.append(_Date(instead.start.astimezone(zone), is_regular=False))
        elif day not in event.left_out:
            at = each.starts_at.astimezone(zone)
            found.append(_Date(at, is_regular=not each.is_shifted))
    return sorted(found)


def _other_hour(few: list[_Date], rest: list[_Date]) -> _Date | None:
    """The first date beyond those listed that is at another hour than they."""
    listed = [each.at.time() for each in few if each.is_regular]
    if not listed:
        return None
    later = (each for each in rest if each.is_regular)
    return next((each for each in later if each.at.time() != listed[-1]), None)


def _day(date: _Date) -> str:
    return wording.day_text(date.at.date())


def _hour(date: _Date) -> str:
    return wording.clock_text(date.at)
