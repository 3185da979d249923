"""When rooms are to be opened ahead of their meetings: a pure function over plain values.

Many meetings begin at the same minute. Counted back from their start, each has a turn of its own,
so that the last room is ready in time and the provider is never asked faster than it may be.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

READY_BEFORE = timedelta(minutes=2)  # the last one; time enough to try it once more
SLACK = 1.25  # slow answers and others' calls take turns, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A meeting whose room is to be opened ahead."""

    key: str
    starts_at: datetime
    people: int = 0  # expected


def opening_times(meetings: Iterable[Ahead], seconds_each: float) -> dict[str, datetime]:
    """When to open each, the fullest of one start first, never two at once.

    What is left of a wave keeps its times, as these are counted from the end. The larger the wave,
    the earlier it begins: `lead` says how early.
    """
    waves: defaultdict[datetime, list[Ahead]] = defaultdict(list)
    for meeting in meetings:
        waves[meeting.starts_at].append(meeting)
    times: dict[str, datetime] = {}
    after: datetime | None = None  # when the next wave begins: this one makes room for it
    for starts_at in sorted(waves, reverse=True):
        last = starts_at - READY_BEFORE
        last = min(last, after) if after else last
        ordered = sorted(waves[starts_at], key=lambda each: (each.people, each.key))
        for place, meeting in enumerate(ordered):
            at = place + jitter(meeting.key)
            times[meeting.key] = last - timedelta(seconds=seconds_each * SLACK * at)
        after = last - timedelta(seconds=seconds_each * SLACK * len(ordered))
    return times


def lead(meetings: int, seconds_each: float) -> timedelta:
    """How long before their common start the first of so many rooms is opened."""
    return READY_BEFORE + timedelta(seconds=meetings * seconds_each * SLACK)


def jitter(key: str) -> float:
    """From 0 to 1, by chance and the same at each look."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) / 2**32
