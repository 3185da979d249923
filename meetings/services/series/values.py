"""What is different about a series, field by field, as its history keeps it."""

from datetime import date, time
from typing import Any

from meetings.models import Pattern, Room
from meetings.rrule import rrule_text
from meetings.services.rooms import room_changes

from .ahead import Ahead
from .wish import SeriesWish

Values = dict[str, list[Any]]


def values_of(ahead: Ahead, wish: SeriesWish) -> Values:
    """Field → old and new value as JSON, for those in which the wish differs."""
    room = ahead.pattern.room
    old = _facts(ahead.pattern) | {"rule": rrule_text(ahead.rule), "first_date": ahead.split}
    old["room"] = room if room.is_permanent else None
    new = _facts(wish) | {"rule": rrule_text(wish.rule), "first_date": wish.begins_on}
    new["room"] = wish.room
    pairs = {name: [_as_json(old[name]), _as_json(new[name])] for name in old}
    changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if wish.room is None and not room.is_permanent:
        changed |= room_changes(room, wish.options)
    return changed


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
