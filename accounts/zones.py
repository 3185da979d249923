"""IANA time zones: which there are, and how people read them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.choices import BaseChoiceIterator
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

# Zones that browsers still name after a city as it was called once. Only shown so: it stays kept.
RENAMED = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Godthab": "America/Nuuk",
    "Asia/Ashkhabad": "Asia/Ashgabat",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Dacca": "Asia/Dhaka",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Macao": "Asia/Macau",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Asia/Thimbu": "Asia/Thimphu",
    "Asia/Ujung_Pandang": "Asia/Makassar",
    "Asia/Ulan_Bator": "Asia/Ulaanbaatar",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Europe/Kiev": "Europe/Kyiv",
    "Pacific/Enderbury": "Pacific/Kanton",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}


_TABLES = files("tzdata") / "zoneinfo"

Choices = list[tuple[str, Any]]  # for a select: a region with its zones, or one zone


@cache
def zone_names() -> frozenset[str]:
    """Every IANA name that a person or their browser may give us, aliases included."""
    return frozenset(available_timezones()) - {"localtime", "Factory"}


@cache
def _links() -> dict[str, str]:
    """Names that lead to another zone, and to which."""
    words = (line.split() for line in (_TABLES / "tzdata.zi").read_text("ascii").splitlines())
    return {line[2]: line[1] for line in words if line[:1] == ["L"]}


@cache
def old_names() -> frozenset[str]:
    """Names that the list of zones by country does not have any more."""
    lines = (_TABLES / "zone.tab").read_text("utf-8").splitlines()
    listed = {line.split("\t")[2] for line in lines if line and not line.startswith("#")}
    return frozenset(_links()) - listed


def name_of_today(name: str) -> str:
    """What the zone of the same city is called now; the name itself where that is not told."""
    if name in RENAMED:
        return RENAMED[name]
    other = _links().get(name, name) if name in old_names() else name
    is_same_city = other.rpartition("/")[2] == name.rpartition("/")[2]
    return other if is_same_city and not other.startswith(_NOT_PLACES) else name


@cache
def renamed_zones() -> dict[str, str]:
    """Old name → the one of today, as browsers may still say the old one."""
    today = {name: name_of_today(name) for name in old_names() | RENAMED.keys()}
    return {old: now for old, now in sorted(today.items()) if old != now}


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
        if not slash or name.startswith(_NOT_PLACES) or name in old_names():
            continue
        label = (
            f"{city.replace('_', ' ').replace('/', ', ')} ({offset_label(ZoneInfo(name), hour)})"
        )
        groups.setdefault(region, []).append((name, label))
    return [("UTC", [("UTC", "UTC")]), *groups.items()]


class ZonesWith(BaseChoiceIterator):
    """The zones on offer, each once; the one already chosen stays, if under an old name.

    A list would be looked through by Django each time it is handed on: four hundred pairs, twice.
    """

    def __init__(self, name: str) -> None:
        self._choices = _choices_with(name)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._choices)


def _choices_with(name: str) -> Choices:
    choices, today = zone_choices(), name_of_today(name)
    offered = {zone for __, zones in choices for zone, __ in zones}
    if name in offered:
        return [*choices]
    if today not in offered:
        return [(name, name), *choices]
    return [
        (region, [(name if zone == today else zone, label) for zone, label in zones])
        for region, zones in choices
    ]


def zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The zones for a select, by region, each with its offset of this hour."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    if _choices_of_hour.cache_info().currsize > 24:
        _choices_of_hour.cache_clear()
    return _choices_of_hour(hour)
