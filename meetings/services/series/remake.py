"""Making the meetings of a series anew from a date on, keeping as many of the old as fit."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.models import Booking, Pattern, Room
from meetings.recurrence import dates, onward
from meetings.services.scheduling import own_room

from .ahead import Ahead, end_before, next_sequence, take_away
from .booking import (
    AT_ONCE,
    apply,
    left_out_of,
    make_meetings,
    make_pattern,
    pattern_values,
    want_near,
)
from .plans import Plan, dates_of, plan_for
from .wish import NothingAhead, Planned, SeriesWish, planned_on

TIMES = ("starts_at", "ends_at", "wall", "is_second", "may_overlap", "remind_at")


class Exceptions(StrEnum):
    """What becomes of meetings ahead that were changed or cancelled by themselves."""

    KEEP = "keep"  # where the new rule has their date; others go
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remake:
    """Which meetings are kept as they are, used for the new plan, made for it, or gone."""

    ahead: Ahead
    wish: SeriesWish
    plan: Plan
    kept: tuple[Booking, ...]
    used: tuple[tuple[Booking, Planned], ...]
    times: tuple[tuple[datetime, datetime], ...]  # when those were
    fresh: tuple[Planned, ...]
    gone: tuple[Booking, ...]


def from_now(wish: SeriesWish) -> SeriesWish:
    """The same without the dates that have begun: told from the first that has not."""
    begins_on, now = wish.begins_on, timezone.now()
    near = dates(wish.rule, begins_on, since=now.date() - timedelta(days=1))
    first = next((day for day in near if planned_on(day, wish).starts_at > now), None)
    if first is None:
        raise NothingAhead(_("With this rule all meetings would have begun."))
    return replace(wish, first_date=first, rule=onward(wish.rule, begins_on, first))


def plan_remake(
    ahead: Ahead,
    wish: SeriesWish,
    exceptions: Exceptions,
    *,
    free_too: Collection[int] = (),
    after: Planned | None = None,
) -> Remake:
    """What is to be done; `Collisions` and others when it cannot be. Nothing is saved.

    `free_too` are meetings of other stretches that move as well, `after` the last one before.
    """
    wish = replace(wish, left_out=wish.left_out | set(left_out_of(ahead.pattern, ahead.split)))
    reach = max((each.in_series[2] for each in ahead.shown), default=None)
    days = set(dates_of(wish, reach=reach))
    stay = [*ahead.begun, *(ahead.exceptions if exceptions is Exceptions.KEEP else ())]
    kept = tuple(each for each in stay if each.recurrence_date in days)
    held = {each.pk for each in (*kept, *ahead.begun)}
    free = [each for each in (*ahead.hidden, *ahead.shown) if each.pk not in held]
    plan = plan_for(
        ahead.series.organizer,
        wish,
        besides={*free_too, *(each.pk for each in free)},
        kept={each.recurrence_date for each in kept if each.recurrence_date},
        reach=reach,
        after=after,
    )
    return _shared_out(ahead, wish, plan, kept=kept, free=free)


def _shared_out(
    ahead: Ahead,
    wish: SeriesWish,
    plan: Plan,
    *,
    kept: tuple[Booking, ...],
    free: list[Booking],
) -> Remake:
    """Which free meeting takes which planned date, what is made anew, and what goes."""
    # Where two have the same date, one of this pattern wins, and one that is shown.
    free.sort(key=lambda each: (each.pattern == ahead.pattern, not each.deleted_at))
    by_date = {each.recurrence_date: each for each in free}
    used = [(by_date.pop(each.date), each) for each in plan.meetings if each.date in by_date]
    taken = {booking.pk for booking, _planned in used}
    dates_used = {planned.date for _booking, planned in used}
    return Remake(
        ahead=ahead,
        wish=wish,
        plan=plan,
        kept=kept,
        used=tuple(used),
        times=tuple((each.starts_at, each.ends_at) for each, _planned in used),
        fresh=tuple(each for each in plan.meetings if each.date not in dates_used),
        gone=tuple(each for each in free if each.pk not in taken and each not in ahead.hidden),
    )


def remake(plan: Remake, *, is_all: bool) -> Pattern:
    """Do it; the pattern that holds from there on."""
    ahead = plan.ahead
    room = _room_for(ahead, plan.wish, is_all=is_all)
    begins_pattern = ahead.begins_pattern
    for pattern in ahead.later if begins_pattern else ahead.patterns:
        end_before(pattern, ahead.split if pattern == ahead.pattern else pattern.first_date)
    pattern = _in_place(plan, room) if begins_pattern else _anew(plan, room)
    kept = Booking.objects.filter(pk__in=[each.pk for each in plan.kept])
    there = pattern.bookings.values_list("recurrence_date", flat=True)
    kept.exclude(recurrence_date__in=list(there)).update(pattern=pattern)
    kept.update(is_exception=True)
    take_away(plan.gone)
    _use(pattern, plan.used)
    make_meetings(pattern, plan.fresh)
    return pattern


def _in_place(plan: Remake, room: Room) -> Pattern:
    """The same calendar event, as nothing of it was before."""
    pattern = plan.ahead.pattern
    for name, value in pattern_values(plan.wish, plan.plan, room).items():
        setattr(pattern, name, value)
    pattern.sequence = next_sequence(pattern)
    pattern.save()
    return pattern


def _anew(plan: Remake, room: Room) -> Pattern:
    """A calendar event of its own. It goes on counting: what was answered before stays older."""
    pattern = make_pattern(plan.ahead.series, plan.wish, plan.plan, room)
    pattern.sequence = max(next_sequence(each) for each in plan.ahead.patterns)
    pattern.save()
    return pattern


def _use(pattern: Pattern, used: tuple[tuple[Booking, Planned], ...]) -> None:
    """The same meetings at the new time. While they move, none of them is in another's way."""
    if not used:
        return
    first, planned = used[0]
    apply(pattern, planned, first)
    common = ("title", "description", "duration", "time_zone", "reminders", "is_exception")
    moving = Booking.objects.filter(pk__in=[booking.pk for booking, _planned in used])
    moving.update(
        **{name: getattr(first, name) for name in common},
        pattern=pattern,
        room=pattern.room,
        may_overlap=True,
        sequence=pattern.sequence,
        version=F("version") + 1,
        updated_at=timezone.now(),
    )
    for booking, each in used:
        apply(pattern, each, booking)
    bookings = [booking for booking, _planned in used]
    Booking.objects.bulk_update(bookings, TIMES, batch_size=AT_ONCE)
    moving.update(
        state=Booking.State.CONFIRMED, cancelled_at=None, cancel_reason="", deleted_at=None
    )
    want_near(moving.select_related("room"))


def _room_for(ahead: Ahead, wish: SeriesWish, *, is_all: bool) -> Room:
    if wish.room:
        return wish.room
    room = ahead.pattern.room
    differs = any(getattr(room, name) != value for name, value in wish.options.items())
    is_shared = not is_all and not ahead.begins_pattern
    if room.is_permanent or (differs and is_shared):
        return own_room(ahead.series.organizer, name=wish.title, options=wish.options)
    set_options(room, wish)
    return room


def set_options(room: Room, wish: SeriesWish) -> None:
    """Have the series' own room be as it is wanted."""
    for name, value in {**wish.options, "name": wish.title}.items():
        setattr(room, name, value)
    room.save()
