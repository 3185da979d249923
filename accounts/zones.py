"""IANA time zones: which there are, and how people read them."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Aliases and fixed offsets that nobody lives in; "UTC" stays.
_NOT_PLACES = (
    "Etc/",
    "SystemV/",
    "US/",
    "Brazil/",
    "Canada/",
    "Chile/",
    "Mexico/",
    "posix/",
    "right/",
)


@cache
def zone_names() -> frozenset[str]:
    """Every IANA name that a person or their browser may give us, aliases included."""
    return frozenset(available_timezones()) - {"localtime", "Factory"}


def validate_zone(name: str) -> None:
    """Refuse what is not an IANA zone name."""
    if name not in zone_names():
        raise ValidationError(_("“%(name)s” is not a time zone."), params={"name": name[:64]})


def known_zone(name: str | None) -> ZoneInfo | None:
    """The zone of this name, or None: for names that come from a cookie or a query."""
    return ZoneInfo(name) if name and name in zone_names() else None


def offset_label(zone: ZoneInfo, at: datetime) -> str:
    """The zone's offset at an instant, as people write it: `UTC+01:00`."""
    minutes = round((at.astimezone(zone).utcoffset() or timedelta()).total_seconds() / 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


@cache
def _choices_of_hour(hour: datetime) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zone_names()):
        region, slash, city = name.partition("/")
        if not slash or name.startswith(_NOT_PLACES):
            continue
        label = (
            f"{city.replace('_', ' ').replace('/', ', ')} ({offset_label(ZoneInfo(name), hour)})"
        )
        groups.setdefault(region, []).append((name, label))
    return [("UTC", [("UTC", "UTC")]), *groups.items()]


def zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The zones for a select, by region, each with its offset of this hour."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    if _choices_of_hour.cache_info().currsize > 24:
        _choices_of_hour.cache_clear()
    return _choices_of_hour(hour)
