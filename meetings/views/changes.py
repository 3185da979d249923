"""Old and new, in words a person reads."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import User
from meetings.forms.rooms import provider_name
from meetings.models import Booking, BookingChange, Pattern, Room, SeriesChange, WaitingRoom
from meetings.services.rooms import ANEW, SET, room_changes
from meetings.wording import clock_text, day_text, lasting_text, moment_text, reminders_text

MOST_DATES = 10  # in one line


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a page's history."""

    change: BookingChange | SeriesChange
    what: str
    details: list[Change]
    extent: str = ""  # how many meetings of a series
    booking: Booking | None = None  # the one date of a series that was changed by itself


def changes_in_words(values: dict[str, list[Any]], booking: Booking) -> list[Change]:
    """What a save changes, field by field. Times stand on the clock that the meeting had then."""
    zones = values.get("time_zone", [booking.time_zone, booking.time_zone])
    shown = {name: pair for name, pair in values.items() if name != "time_zone"}
    if "time_zone" in values and "starts_at" not in values:
        shown["time_zone"] = zones
    return [
        Change(label_of(name), *(text_of(name, *each) for each in zip(pair, zones, strict=True)))
        for name, pair in shown.items()
    ]


def room_changes_in_words(room: Room, options: dict[str, Any]) -> list[Change]:
    """What saving these options would change of the room."""
    return [
        Change(label_of(name), text_of(name, old), text_of(name, new))
        for name, (old, new) in room_changes(room, options).items()
    ]


def history_of(booking: Booking) -> list[HistoryEntry]:
    entries = booking.changes.select_related("by")
    return [
        HistoryEntry(each, each.get_kind_display(), changes_in_words(each.values, booking))
        for each in entries
    ]


def label_of(name: str) -> str:
    """What people call a field of a meeting, a series or a room."""
    named = {
        "reason": _("Reason"),
        "room": _("Place"),
        "rule": _("Repeats"),
        "guests": _("Guests"),
        "cohosts": _("Co-hosts among the guests"),
        "reminders": _("Reminders"),
        "passcode": _("Passcode"),
        "duration": _("How long"),  # the value names its unit
        "capacity": _("Maximum number of people"),
    }
    if name in named:
        return named[name]
    models = (Room, Pattern, Booking)
    fields = {each.name: each for model in models for each in model._meta.fields}
    return capfirst(str(fields[name].verbose_name))


def text_of(name: str, value: Any, zone: str = "") -> str:
    """A value as JSON holds it, in words; `zone` is where an instant is read."""
    if name == "starts_at":
        return moment_text(datetime.fromisoformat(value), ZoneInfo(zone))
    if worded := _WORDED.get(name):
        return worded(value)
    if isinstance(value, list):
        return _dates_text([date.fromisoformat(day) for day in value])
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value in (None, "") else str(value)


def _name_of(pk: int) -> str:
    """Histories keep numbers of people, whose names may have to be forgotten."""
    return str(User.objects.filter(pk=pk).first() or "–")


def _dates_text(days: list[date]) -> str:
    texts = [day_text(day) for day in days[:MOST_DATES]]
    if more := len(days) - len(texts):
        texts.append(ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more})
    return "; ".join(texts) or "–"


_PASSCODES: dict[str, Callable[[], str]] = {
    "": lambda: pgettext("passcode", "none"),
    SET: lambda: _("is set"),
    ANEW: lambda: _("a new one"),
}
_WORDED: dict[str, Callable[[Any], str]] = {
    "duration": lambda minutes: lasting_text(int(minutes)),
    "clock": lambda clock: clock_text(time.fromisoformat(clock)),
    "reminders": reminders_text,
    "room": lambda name: name or _("A room of its own"),
    "provider_alias": provider_name,
    "organizer": _name_of,
    "passcode": lambda told: _PASSCODES[told](),
    "waiting_room": lambda who: str(WaitingRoom(who).label),
}
