"""What a meeting or series would be, before anything is saved."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from accounts.models import User
from meetings.models import Booking
from meetings.recurrence import Occurrence, occurrence_at

from .scheduling import MeetingWish, Overlaps, refuse_overlap
from .series.plans import collisions_of, expand, horizon_of
from .series.wish import Collision, Planned, SeriesWish


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPreview:
    """The meetings that would be made now, what they collide with, and where clocks jump."""

    meetings: tuple[Planned, ...]
    collisions: tuple[Collision, ...]
    odd: tuple[Occurrence, ...]  # begins later as clocks skip that time, or they show it twice
    ends: bool


def overlap_of(
    organizer: User, wish: MeetingWish, *, besides: Booking | None = None
) -> Overlaps | None:
    """What stands in the way of a meeting, whether or not it would be booked all the same."""
    try:
        refuse_overlap(organizer, replace(wish, may_overlap=False), besides=besides)
    except Overlaps as found:
        return found
    return None


def preview_of(
    organizer: User, wish: SeriesWish, *, besides: Collection[int] = ()
) -> SeriesPreview:
    """A series as it would be; `BadSeries` when it would be none. Decisions do not count here.

    `besides` are meetings (their keys) that are in nobody's way, as they are to be changed.
    """
    begins_on = wish.begins_on
    until = None if wish.rule.ends else horizon_of(begins_on)
    meetings = expand(wish, begins_on, until=until)
    occurrences = (occurrence_at(each.wall, wish.zone) for each in meetings)
    return SeriesPreview(
        meetings=tuple(meetings),
        collisions=collisions_of(organizer, replace(wish, decisions={}), meetings, besides=besides),
        odd=tuple(each for each in occurrences if each.is_shifted or each.is_doubled),
        ends=wish.rule.ends,
    )
