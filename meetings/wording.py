"""Times as people say them, in the reader's language. Plain values in, text out."""

from collections.abc import Iterable
from datetime import date, datetime, time, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.zones import RENAMED, offset_label

DAY = 24 * 60  # minutes
WEEK = 7 * DAY


def span_text(start: datetime, end: datetime, zone: tzinfo) -> str:
    """`Mon, 23 November 2026, 09:00 – 09:45` as clocks in the zone show it."""
    return f"{day_text(start.astimezone(zone).date())}, {hours_text(start, end, zone)}"


def hours_text(start: datetime, end: datetime, zone: tzinfo) -> str:
    """`09:00 – 09:45`, with the day of the end if it is another."""
    local_start, local_end = start.astimezone(zone), end.astimezone(zone)
    text = f"{clock_text(local_start)} – {clock_text(local_end)}"
    if local_end.date() != local_start.date() and local_end.time() != datetime.min.time():
        text += f" ({date_format(local_end, 'D')})"
    return text


def elsewhere_text(start: datetime, end: datetime, zone: tzinfo, here: tzinfo) -> str:
    """The same on another clock than the reader's, or nothing where both show the same."""
    there, read = start.astimezone(zone), start.astimezone(here)
    if there.utcoffset() == read.utcoffset():
        return ""
    worded = hours_text if there.date() == read.date() else span_text
    return _("%(time)s in %(zone)s") % {
        "time": worded(start, end, zone),
        "zone": zone_text(zone, start),
    }


def moment_text(at: datetime, zone: tzinfo) -> str:
    """Day, time and zone of an instant."""
    local = at.astimezone(zone)
    return f"{day_text(local.date())}, {clock_text(local)} {zone_text(zone, at)}"


def clock_text(local: datetime | time) -> str:
    return _clock_text(local.hour, local.minute, get_language())


@lru_cache(maxsize=DAY)
def _clock_text(hour: int, minute: int, language: str | None) -> str:
    """Lists show the same few times again and again, and each takes longer than the row."""
    return time_format(time(hour, minute), "TIME_FORMAT")


def day_text(day: date) -> str:
    """A date with its weekday."""
    return f"{date_format(day, 'D')}, {date_format(day, 'DATE_FORMAT')}"


def zone_text(zone: tzinfo, at: datetime | None = None) -> str:
    """A zone as people know it, with its offset then: `Berlin (UTC+01:00)`."""
    if not isinstance(zone, ZoneInfo) or zone.key == "UTC":
        return "UTC"
    return f"{city_text(zone)} ({offset_label(zone, at or timezone.now())})"


def zone_name(zone: tzinfo) -> str:
    """A zone where it stands above many dates: each may have another offset."""
    if not isinstance(zone, ZoneInfo) or zone.key == "UTC":
        return "UTC"
    return _("%(city)s time") % {"city": city_text(zone)}


def city_text(zone: ZoneInfo) -> str:
    """A zone by its city as it is called now, where offsets change."""
    name = RENAMED.get(zone.key, zone.key)
    return name.rpartition("/")[2].replace("_", " ")


def lasting_text(minutes: int) -> str:
    """A duration in words: `1 hour 30 minutes`."""
    return _lasting_text(minutes, get_language())


@lru_cache(maxsize=DAY)
def _lasting_text(minutes: int, language: str | None) -> str:
    whole, rest = divmod(minutes, 60)
    parts = []
    if whole:
        parts.append(ngettext("%(n)d hour", "%(n)d hours", whole) % {"n": whole})
    if rest or not whole:
        parts.append(ngettext("%(n)d minute", "%(n)d minutes", rest) % {"n": rest})
    return " ".join(parts)


def before_text(minutes: int) -> str:
    """When a reminder comes: `1 hour before`."""
    weeks, days = minutes // WEEK, minutes // DAY
    if not minutes:
        return _("at the start")
    if minutes == weeks * WEEK:
        return ngettext("%(n)d week before", "%(n)d weeks before", weeks) % {"n": weeks}
    if minutes == days * DAY:
        return ngettext("%(n)d day before", "%(n)d days before", days) % {"n": days}
    return _("%(time)s before") % {"time": lasting_text(minutes)}


def reminders_text(reminders: Iterable[int]) -> str:
    """`10 minutes before, 1 day before`, or `none`."""
    return ", ".join(map(before_text, reminders)) or _("none")


def relative_day_text(day: date) -> str:
    """`Today`, `Tomorrow` or `Yesterday` before the weekday and date."""
    distance = (day - timezone.localdate()).days
    named = {0: _("Today"), 1: _("Tomorrow"), -1: _("Yesterday")}.get(distance)
    text = f"{date_format(day, 'l')}, {date_format(day, 'DATE_FORMAT')}"
    return f"{named} · {text}" if named else text
