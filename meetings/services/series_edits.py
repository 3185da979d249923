"""Changing a series: this and following, or all. One meeting of it is `scheduling.edit`'s.

What has begun is never touched. Another time ends the pattern before the first meeting concerned
and begins the next one; a meeting whose date stays is the same meeting, at the new time.
"""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from meetings.models import Booking, Notice, Pattern, Room, Series, SeriesChange
from meetings.rrule import rrule_text

from . import answering, notices
from .reminding import keep_reminders
from .reservations import want_all
from .scheduling import lock
from .series_ahead import Ahead, ahead_of, locked, next_sequence
from .series_remake import Exceptions, from_now, plan_remake, remake, set_options
from .series_wish import ExceptionsAhead, SeriesWish
from .transactions import saving

Values = dict[str, list[Any]]
WORDS = ("title", "description", "reminders")
# Another one of these means other meetings; anything else is written into those that there are.
MAKES_ANEW = {"clock", "duration", "time_zone", "room", "rule", "first_date"}
ASKS_ANEW = MAKES_ANEW - {"room"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a change would do."""

    since: date
    meetings: int  # changed or made
    gone: int  # that would not take place any more
    exceptions: tuple[Booking, ...]  # to be decided about
    values: Values


def look_ahead(
    series: Series,
    wish: SeriesWish,
    *,
    booking: Booking | None = None,
    exceptions: Exceptions = Exceptions.REPLACE,
) -> Outlook:
    """What changing the series would do, from this meeting on or all; nothing is saved."""
    ahead = ahead_of(series, booking)
    wish = from_now(wish)
    values = values_of(ahead, wish)
    if booking is None and not values.keys() & MAKES_ANEW:
        meetings = len(ahead.shown)
        return Outlook(since=ahead.split, meetings=meetings, gone=0, exceptions=(), values=values)
    plan = plan_remake(ahead, wish, exceptions)
    return Outlook(
        since=ahead.split,
        meetings=len(plan.plan.meetings),
        gone=len(plan.gone),
        exceptions=ahead.exceptions,
        values=values,
    )


@saving
def edit_following(
    booking: Booking,
    wish: SeriesWish,
    *,
    by: User,
    version: int,
    exceptions: Exceptions | None = None,
) -> Series:
    """Change a series from this meeting on; its links, guests and what was before stay.

    `version` is the series'. Raises `Collisions`, `ExceptionsAhead`, `NothingAhead`, `StaleEdit`.
    """
    series = locked(booking.in_series[0], version)
    ahead = ahead_of(series, booking)
    wish = from_now(wish)
    values = values_of(ahead, wish)
    return _made_anew(ahead, wish, values, by=by, exceptions=exceptions, is_all=False)


@saving
def edit_all(
    series: Series,
    wish: SeriesWish,
    *,
    by: User,
    version: int,
    exceptions: Exceptions | None = None,
) -> Series:
    """Change all of a series that has not begun; only its words, where nothing else changes."""
    series = locked(series, version)
    ahead = ahead_of(series)
    wish = from_now(wish)
    values = values_of(ahead, wish)
    if values.keys() & MAKES_ANEW:
        return _made_anew(ahead, wish, values, by=by, exceptions=exceptions, is_all=True)
    return _reworded(ahead, wish, values, by=by)


def values_of(ahead: Ahead, wish: SeriesWish) -> Values:
    """Field → old and new value as JSON, for those in which the wish differs."""
    room = ahead.pattern.room
    old = _facts(ahead.pattern) | {"rule": rrule_text(ahead.rule), "first_date": ahead.split}
    old["room"] = room if room.is_permanent else None
    new = _facts(wish) | {"rule": rrule_text(wish.rule), "first_date": wish.begins_on}
    new["room"] = wish.room
    if wish.room is None and not room.is_permanent:
        old |= {name: getattr(room, name) for name in wish.options}
        new |= wish.options
    pairs = {name: [_as_json(old[name]), _as_json(new[name])] for name in old}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _facts(source: Pattern | SeriesWish) -> dict[str, Any]:
    names = ("title", "description", "clock", "duration", "time_zone")
    facts = {name: getattr(source, name) for name in names}
    return {**facts, "reminders": list(source.reminders)}


def _as_json(value: Any) -> Any:
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Room) else value


# Another time


def _made_anew(
    ahead: Ahead,
    wish: SeriesWish,
    values: Values,
    *,
    by: User,
    exceptions: Exceptions | None,
    is_all: bool,
) -> Series:
    if ahead.exceptions and exceptions is None:
        raise ExceptionsAhead(ahead.exceptions)
    lock(ahead.series.organizer, wish.room if wish.room != ahead.pattern.room else None)
    plan = plan_remake(ahead, wish, exceptions or Exceptions.REPLACE)
    times = [(each.starts_at, each.ends_at) for each, _planned in plan.used]
    pattern = remake(plan, is_all=is_all)
    used = zip(plan.used, times, strict=True)
    moved = [each for (each, _planned), was in used if was != (each.starts_at, each.ends_at)]
    _ask_anew(ahead, pattern, moved, values)
    _note(ahead, wish, values, by=by, meetings=len(plan.plan.meetings), is_all=is_all)
    ended = [old for old in ahead.patterns if old != pattern]
    for old in ended:
        notices.withdrawn(old, Notice.Kind.CHANGED)
    notices.changed(pattern, values, is_news=bool(ended))
    return ahead.series


def _ask_anew(ahead: Ahead, pattern: Pattern, moved: list[Booking], values: Values) -> None:
    answering.reset_each(moved)
    # Where later stretches had times of their own, some move though the wish names no other.
    if values.keys() & ASKS_ANEW or set(moved) & set(ahead.plain):
        answering.reset(pattern)
    elif pattern != ahead.pattern:
        answering.carry_over(ahead.pattern, pattern)


def _note(
    ahead: Ahead, wish: SeriesWish, values: Values, *, by: User, meetings: int, is_all: bool
) -> None:
    series, kinds = ahead.series, SeriesChange.Kind
    series.title = wish.title
    series.version += 1
    series.save()
    SeriesChange.objects.create(
        series=series,
        kind=kinds.EDITED if is_all else kinds.FOLLOWING,
        by=by,
        since=ahead.split,
        meetings=meetings,
        values=values,
    )


# Other words


def _reworded(ahead: Ahead, wish: SeriesWish, values: Values, *, by: User) -> Series:
    """Written into what there is. A meeting that was given words of its own keeps them."""
    if not values:
        return ahead.series
    now = timezone.now()
    keys = [each.pk for each in ahead.shown]
    theirs = Booking.objects.filter(pk__in=keys)
    for pattern in ahead.patterns:
        _reword(pattern, wish, theirs.filter(pattern=pattern), values)
    theirs.update(version=F("version") + 1, updated_at=now)
    if wish.room is None and not ahead.pattern.room.is_permanent:
        set_options(ahead.pattern.room, wish)
        want_all(ahead.pattern.room)
    _note(ahead, wish, values, by=by, meetings=len(keys), is_all=True)
    for pattern in ahead.patterns:
        notices.changed(pattern, values)
    return ahead.series


def _reword(pattern: Pattern, wish: SeriesWish, theirs: Any, values: Values) -> None:
    for name in WORDS:
        if name not in values:
            continue
        new = list(wish.reminders) if name == "reminders" else getattr(wish, name)
        theirs.filter(**{name: getattr(pattern, name)}).update(**{name: new})
        setattr(pattern, name, new)
    if "reminders" in values:
        keep_reminders(theirs)
    if notices.is_told(values):
        pattern.sequence = next_sequence(pattern)
    pattern.save()
