"""Free time, from busy time. Pure functions over plain values."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

STEP = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open: [start, end). Two that only touch do not overlap."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end


def next_free(wish: Span, busy: Iterable[Span], *, until: datetime, count: int = 3) -> list[Span]:
    """The next times from the wish on, of its length, on quarter hours, that touch nothing busy.

    `until` is how far `busy` was looked up: what lies beyond is not promised.
    """
    taken = deque(sorted(busy))
    length = wish.end - wish.start
    found: list[Span] = []
    start = wish.start
    while len(found) < count and start + length <= until:
        while taken and taken[0].end <= start:  # looked at once: a full fortnight has hundreds
            taken.popleft()
        candidate = Span(start, start + length)
        blocker = next((each for each in taken if each.overlaps(candidate)), None)
        if blocker is None:
            found.append(candidate)
            start = candidate.end
        start = _round_up(blocker.end if blocker else start)
    return found


def _round_up(at: datetime) -> datetime:
    past = (at - at.replace(hour=0, minute=0, second=0, microsecond=0)) % STEP
    return at + (STEP - past) if past else at
