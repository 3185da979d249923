"""Changing a series: this and following, or all. One meeting of it is `scheduling.edit`'s.

What has begun is never touched. Another time ends the pattern before the first meeting concerned
and begins the next one; a meeting whose date stays is the same meeting, at the new time.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from meetings.models import Booking, Notice, Pattern, Series, SeriesChange
from meetings.services import answering
from meetings.services.mail import notices
from meetings.services.mail.reminding import keep_reminders
from meetings.services.reservations import want_all
from meetings.services.scheduling import lock
from meetings.services.transactions import saving

from .ahead import Ahead, ahead_of, locked, next_sequence
from .remake import Exceptions, Remake, from_now, remake, set_options
from .stretches import (
    ASKS_ABOUT_LATER,
    Later,
    Part,
    changed_parts,
    give_way,
    parts_of,
    plan_parts,
    told_of_later,
)
from .values import Values, values_of
from .wish import ExceptionsAhead, SeriesWish

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
    later: tuple[Part, ...]  # stretches that go on in another way, with what becomes of them
    asks_later: bool  # whether it is to be decided if these are kept
    values: Values


def look_ahead(
    series: Series,
    wish: SeriesWish,
    *,
    booking: Booking | None = None,
    exceptions: Exceptions = Exceptions.REPLACE,
    later: Later = Later.KEEP,
) -> Outlook:
    """What changing the series would do, from this meeting on or all; nothing is saved."""
    ahead = ahead_of(series, booking)
    wish = from_now(wish)
    values = values_of(ahead, wish)
    parts = parts_of(ahead, wish, values, later)
    outlook = Outlook(
        since=ahead.split,
        meetings=len(ahead.shown),
        gone=0,
        exceptions=(),
        later=tuple(each for each in parts if each.ahead.pattern != ahead.pattern),
        asks_later=bool(ahead.later and values.keys() & ASKS_ABOUT_LATER),
        values=values,
    )
    if booking is None and not values.keys() & MAKES_ANEW:
        return outlook
    plans = plan_parts(changed_parts(parts), exceptions)
    return replace(
        outlook,
        meetings=sum(len(each.plan.meetings) for each in plans),
        gone=sum(len(each.gone) for each in plans),
        exceptions=tuple(each for plan in plans for each in plan.ahead.exceptions),
    )


@saving
def edit_following(
    booking: Booking,
    wish: SeriesWish,
    *,
    by: User,
    version: int,
    exceptions: Exceptions | None = None,
    later: Later | None = None,
) -> Series:
    """Change a series from this meeting on; its links, guests and what was before stay.

    `version` is the series'. Raises `Collisions`, `ExceptionsAhead`, `NothingAhead`, `StaleEdit`.
    """
    series = locked(booking.in_series[0], version)
    ahead = ahead_of(series, booking)
    wish = from_now(wish)
    values = values_of(ahead, wish)
    parts = parts_of(ahead, wish, values, later)
    return _made_anew(ahead, parts, by=by, exceptions=exceptions, is_all=False)


@saving
def edit_all(
    series: Series,
    wish: SeriesWish,
    *,
    by: User,
    version: int,
    exceptions: Exceptions | None = None,
    later: Later | None = None,
) -> Series:
    """Change all of a series that has not begun; only its words, where nothing else changes."""
    series = locked(series, version)
    ahead = ahead_of(series)
    wish = from_now(wish)
    values = values_of(ahead, wish)
    if values.keys() & MAKES_ANEW:
        parts = parts_of(ahead, wish, values, later)
        return _made_anew(ahead, parts, by=by, exceptions=exceptions, is_all=True)
    return _reworded(ahead, wish, values, by=by)


# Another time


def _made_anew(
    whole: Ahead,
    parts: tuple[Part, ...],
    *,
    by: User,
    exceptions: Exceptions | None,
    is_all: bool,
) -> Series:
    """Each stretch by itself, as far as anything of it is different."""
    wanted = changed_parts(parts)
    if not wanted:
        return whole.series
    undecided = tuple(each for part in wanted for each in part.ahead.exceptions)
    if undecided and exceptions is None:
        raise ExceptionsAhead(undecided)
    for part in wanted:
        room = part.wish.room
        lock(whole.series.organizer, room if room != part.ahead.pattern.room else None)
    plans = plan_parts(wanted, exceptions or Exceptions.REPLACE)
    values = {**values_of(wanted[0].ahead, wanted[0].wish), **told_of_later(whole, parts)}
    give_way(plans)
    for plan in plans:
        _remade(plan, is_all=is_all)
    meetings = sum(len(plan.plan.meetings) for plan in plans)
    _note(whole, parts[-1].wish.title, values, by=by, meetings=meetings, is_all=is_all)
    return whole.series


def _remade(plan: Remake, *, is_all: bool) -> None:
    ahead, times = plan.ahead, plan.times
    values = values_of(ahead, plan.wish)
    pattern = remake(plan, is_all=is_all)
    used = zip(plan.used, times, strict=True)
    moved = [each for (each, _planned), was in used if was != (each.starts_at, each.ends_at)]
    _ask_anew(ahead, pattern, moved, values)
    ended = [old for old in ahead.patterns if old != pattern]
    for old in ended:
        notices.withdrawn(old, Notice.Kind.CHANGED)
    notices.changed(pattern, values, is_news=bool(ended))


def _ask_anew(ahead: Ahead, pattern: Pattern, moved: list[Booking], values: Values) -> None:
    answering.reset_each(moved)
    # Where later stretches had times of their own, some move though the wish names no other.
    if values.keys() & ASKS_ANEW or set(moved) & set(ahead.plain):
        answering.reset(pattern)
    elif pattern != ahead.pattern:
        answering.carry_over(ahead.pattern, pattern)


def _note(
    ahead: Ahead, title: str, values: Values, *, by: User, meetings: int, is_all: bool
) -> None:
    series, kinds = ahead.series, SeriesChange.Kind
    series.title = title
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
    _note(ahead, wish.title, values, by=by, meetings=len(keys), is_all=True)
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
