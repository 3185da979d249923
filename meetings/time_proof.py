"""What o'clock a meeting is for everybody, and for whom it is too early or too late.

Pure functions over plain values.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY_BEGINS, DAY_ENDS = time(8), time(20)  # outside of these people would rather not meet


class Hour(StrEnum):
    EARLY = "early"
    FINE = "fine"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Place:
    """People who share a zone."""

    zone: ZoneInfo
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A meeting as the clocks of a place show it.

    `clocks_moved` is by how much they were put forward (or back) since the meeting before it, and
    `day_differs` whether the date is another one than at the first place.
    """

    place: Place
    start: datetime
    end: datetime
    day_differs: bool
    clocks_moved: timedelta
    hour: Hour


def places_of(people: Iterable[tuple[str, ZoneInfo]]) -> list[Place]:
    """People by their zones, in the order in which these come first."""
    names: dict[ZoneInfo, list[str]] = {}
    for name, zone in people:
        found = names.setdefault(zone, [])
        if name:
            found.append(name)
    return [Place(zone, tuple(found)) for zone, found in names.items()]


def cells_of(
    places: Iterable[Place], start: datetime, end: datetime, *, before: datetime | None
) -> list[Cell]:
    """One meeting everywhere; `before` is when the meeting before it began."""
    places = list(places)
    home = start.astimezone(places[0].zone).date() if places else None
    return [_cell(place, start, end, before, home != _day(start, place)) for place in places]


def hour_of(start: datetime, end: datetime) -> Hour:
    """Whether a meeting lies within the day, on the clock that these two are of."""
    if start.time() < DAY_BEGINS:
        return Hour.EARLY
    is_late = end.date() > start.date() or end.time() > DAY_ENDS
    return Hour.LATE if is_late else Hour.FINE


def _cell(
    place: Place, start: datetime, end: datetime, before: datetime | None, day_differs: bool
) -> Cell:
    local_start, local_end = start.astimezone(place.zone), end.astimezone(place.zone)
    return Cell(
        place=place,
        start=local_start,
        end=local_end,
        day_differs=day_differs,
        clocks_moved=_moved(place.zone, before, start),
        hour=hour_of(local_start, local_end),
    )


def _day(at: datetime, place: Place) -> object:
    return at.astimezone(place.zone).date()


def _moved(zone: ZoneInfo, before: datetime | None, at: datetime) -> timedelta:
    if before is None:
        return timedelta()
    return _offset(zone, at) - _offset(zone, before)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(UTC).astimezone(zone).utcoffset() or timedelta()
