"""What a change of a series does to each of its stretches: only what is different, in each."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from meetings.models import Booking, Pattern
from meetings.recurrence import Fault, Rule, before
from meetings.rrule import rrule_text
from meetings.services.scheduling import SchedulingError

from .ahead import Ahead
from .booking import left_out_of
from .remake import Exceptions, Remake, from_now, plan_remake
from .values import Values, values_of
from .wish import BadSeries, Collision, Collisions, NothingAhead, Planned, SeriesWish

BY_FIELD = ("title", "description", "clock", "duration", "time_zone", "reminders", "room")
ASKS_ABOUT_LATER = {"rule", "first_date"}  # how it repeats is told of one stretch


class Later(StrEnum):
    """What becomes of later stretches when the series is to repeat in another way."""

    KEEP = "keep"  # the new rule holds until the next of them
    REPLACE = "replace"


class LaterAhead(SchedulingError):
    """The series goes on in another way later: is that kept, or replaced?"""

    def __init__(self) -> None:
        super().__init__(_("Later the series repeats in another way. Please decide about that."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One stretch ahead, and how it is wanted."""

    ahead: Ahead
    wish: SeriesWish


def parts_of(
    ahead: Ahead, wish: SeriesWish, values: Values, later: Later | None
) -> tuple[Part, ...]:
    """Each stretch by itself; all of them as one where that is wanted. `LaterAhead` if unclear."""
    if not ahead.later:
        return (Part(ahead=ahead, wish=wish),)
    first = _alone(ahead, ahead.pattern, ahead.split)
    own = replace(wish, rule=first.rule)
    if values.keys() & ASKS_ABOUT_LATER:
        if later is None:
            raise LaterAhead
        if later is Later.REPLACE:
            return (Part(ahead=ahead, wish=wish),)
        own = _cut(wish, ahead.later[0].first_date)
    found = [Part(ahead=first, wish=own)]
    found += [_later_part(ahead, each, wish, values) for each in ahead.later]
    return tuple(each for each in found if _has_dates(each))


def changed_parts(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Those of several of which anything is wanted otherwise than it is."""
    if len(parts) == 1:
        return parts
    return tuple(each for each in parts if values_of(each.ahead, each.wish))


def plan_parts(parts: Iterable[Part], exceptions: Exceptions) -> list[Remake]:
    """What is to be done in each of them; `Collisions` of all of them at once."""
    parts = list(parts)
    free = {each.pk for part in parts for each in _free(part.ahead, exceptions)}
    plans: list[Remake] = []
    collisions: list[Collision] = []
    last: Planned | None = None
    for part in parts:
        try:
            plan = plan_remake(part.ahead, part.wish, exceptions, free_too=free, after=last)
            plans.append(plan)
            last = plan.plan.meetings[-1] if plan.plan.meetings else last
        except Collisions as taken:
            collisions += taken.dates
    if collisions:
        raise Collisions(tuple(collisions))
    return plans


def give_way(plans: Iterable[Remake]) -> None:
    """While stretches move one after the other, none of them is in another's way."""
    keys = [booking.pk for plan in plans for booking, _planned in plan.used]
    Booking.objects.filter(pk__in=keys).update(may_overlap=True)


def told_of_later(whole: Ahead, parts: tuple[Part, ...]) -> Values:
    """For the history: how later stretches repeated, and how they do now; nothing if the same."""
    old = [facts_of(each) for each in whole.later]
    wishes = [part.wish for part in parts if part.ahead.pattern in whole.later]
    new = [_facts(each.rule, each.first_date, each.clock) for each in wishes]
    return {"later": [old, new]} if old != new else {}


def facts_of(pattern: Pattern) -> dict[str, str]:
    """A stretch as the history keeps it."""
    return _facts(pattern.repeats, pattern.first_date, pattern.clock)


def _facts(rule: Rule, first: date, clock: time) -> dict[str, str]:
    return {
        "first_date": first.isoformat(),
        "rule": rrule_text(rule),
        "clock": clock.isoformat(timespec="minutes"),
    }


def _later_part(ahead: Ahead, pattern: Pattern, wish: SeriesWish, values: Values) -> Part:
    """This stretch as it is, with what is changed."""
    room = pattern.room
    own = SeriesWish(
        title=pattern.title,
        description=pattern.description,
        rule=pattern.repeats,
        first_date=pattern.first_date,
        clock=pattern.clock,
        duration=pattern.duration,
        time_zone=pattern.time_zone,
        room=room if room.is_permanent else None,
        reminders=tuple(pattern.reminders),
        left_out=frozenset(left_out_of(pattern, pattern.first_date)),
        decisions=wish.decisions,
    )
    changed: dict[str, Any] = {name: getattr(wish, name) for name in BY_FIELD if name in values}
    is_moved = "room" in values
    options = {name: each for name, each in wish.options.items() if is_moved or name in values}
    mine = replace(own, **changed, options=options)
    return Part(ahead=_alone(ahead, pattern, pattern.first_date), wish=mine)


def _alone(ahead: Ahead, pattern: Pattern, split: date) -> Ahead:
    """What lies ahead of this stretch."""
    kinds = ("begun", "hidden", "exceptions", "plain")
    theirs: dict[str, Any] = {
        kind: tuple(each for each in getattr(ahead, kind) if each.pattern_id == pattern.pk)
        for kind in kinds
    }
    return replace(ahead, pattern=pattern, later=(), split=split, **theirs)


def _cut(wish: SeriesWish, split: date) -> SeriesWish:
    """The wish as far as the next stretch, which stays."""
    begins_on = wish.begins_on
    rule = before(wish.rule, begins_on, split)
    if rule is None:
        raise BadSeries(Fault.NO_DATE)
    is_shorter = wish.rule.ends and wish.rule.until and wish.rule.until < split
    return wish if is_shorter else replace(wish, rule=rule)


def _has_dates(part: Part) -> bool:
    try:
        from_now(part.wish)
    except NothingAhead:
        return False
    return True


def _free(ahead: Ahead, exceptions: Exceptions) -> tuple[Booking, ...]:
    others = ahead.exceptions if exceptions is Exceptions.REPLACE else ()
    return (*ahead.hidden, *ahead.plain, *others)
