"""From a clock on a wall to an instant, on the days when that is not obvious. Pure functions."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


class NoSuchTime(ValueError):
    """The clocks skip this wall time; `before` and `after` are the nearest that exist."""

    def __init__(self, before: datetime, after: datetime) -> None:
        super().__init__("The clocks skip this time.")
        self.before = before
        self.after = after


class TwiceThatDay(ValueError):
    """The clocks show this wall time twice; `first` and `second` are the instants (UTC)."""

    def __init__(self, first: datetime, second: datetime) -> None:
        super().__init__("The clocks show this time twice.")
        self.first = first
        self.second = second


def instant_of(wall: datetime, zone: ZoneInfo, *, second: bool | None = None) -> datetime:
    """The instant (UTC) when clocks in this zone show the naive `wall` time.

    `second` chooses where the clocks show it twice. Raises `NoSuchTime` and `TwiceThatDay`.
    """
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    late = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if early == late:
        return early
    if early > late:  # in a gap, PEP 495 reads fold=0 with the offset before it
        raise NoSuchTime(*_edges_of_gap(wall, zone))
    if second is None:
        raise TwiceThatDay(early, late)
    return late if second else early


def wall_of(instant: datetime, zone: ZoneInfo) -> tuple[str, bool]:
    """What clocks in this zone show then, to the minute, and whether for the second time."""
    local = instant.astimezone(zone)
    return local.replace(tzinfo=None).isoformat(timespec="minutes"), local.fold == 1


def kept_instant(wall: datetime, zone: ZoneInfo, *, second: bool) -> datetime:
    """The instant (UTC) of a wall time that is a promise: in a gap, as much later."""
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    late = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return late if second and early < late else early


def _edges_of_gap(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The last minute before the gap around `wall`, and the first after it, as wall times."""
    minute = timedelta(minutes=1)
    before = after = wall
    while not _exists(before, zone):
        before -= minute
    while not _exists(after, zone):
        after += minute
    return before, after


def _exists(wall: datetime, zone: ZoneInfo) -> bool:
    there = wall.replace(tzinfo=zone).astimezone(UTC)
    return there.astimezone(zone).replace(tzinfo=None) == wall
