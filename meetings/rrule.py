"""Rules of a series as RFC 5545 writes them (RRULE), as far as they are offered here."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from .recurrence import (
    BadRule,
    Fault,
    Frequency,
    Rule,
    daily,
    monthly_by_date,
    monthly_by_weekday,
    weekly,
    yearly,
)

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# With BYSETPOS=-1: the day, or the last one of a month that is shorter
OR_LAST = {"28,29": 29, "28,29,30": 30, "28,29,30,31": 31}


def rrule_text(rule: Rule, *, until: str = "") -> str:
    """The rule as RRULE value; `until` replaces the plain date, where a file needs an instant."""
    parts = [f"FREQ={rule.frequency}"]
    if rule.interval > 1:
        parts.append(f"INTERVAL={rule.interval}")
    parts += _by_parts(rule)
    if rule.count is not None:
        parts.append(f"COUNT={rule.count}")
    if rule.until is not None:
        parts.append(f"UNTIL={until or rule.until.strftime('%Y%m%d')}")
    return ";".join(parts)


def until_in(rule: Rule, zone: ZoneInfo) -> str:
    """The last date's end as the instant that a start with a zone needs beside it; "" without."""
    if rule.until is None:
        return ""
    last = datetime.combine(rule.until, time(23, 59, 59), tzinfo=zone)
    return last.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _by_parts(rule: Rule) -> list[str]:
    parts = []
    if rule.month is not None:
        parts.append(f"BYMONTH={rule.month}")
    if rule.nth is not None:
        parts.append(f"BYDAY={rule.nth}{DAYS[rule.weekdays[0]]}")
    elif rule.weekdays:
        parts.append("BYDAY=" + ",".join(DAYS[day] for day in rule.weekdays))
    if rule.month_day is not None and rule.or_last:
        days = next(days for days, day in OR_LAST.items() if day == rule.month_day)
        parts += [f"BYMONTHDAY={days}", "BYSETPOS=-1"]
    elif rule.month_day is not None:
        parts.append(f"BYMONTHDAY={rule.month_day}")
    return parts


# Reading


def rule_of(text: str, first: date) -> Rule:
    """The rule that an RRULE value means for a series from this date on.

    `BadRule` names the part that is not offered: nothing is silently read as something else.
    """
    parts = _parts(text)
    interval = _number(parts, "INTERVAL") if "INTERVAL" in parts else 1
    count = _number(parts, "COUNT") if "COUNT" in parts else None
    until = _until(parts)
    rule = _READERS[_frequency(parts)](parts, first)
    week_start = parts.pop("WKST", "MO")
    if week_start != "MO" and rule.frequency is Frequency.WEEKLY and interval > 1:
        raise BadRule(Fault.FOREIGN, f"WKST={week_start}")
    for name, value in parts.items():  # what nobody has read
        raise BadRule(Fault.FOREIGN, f"{name}={value}"[:40])
    return replace(rule, interval=interval, count=count, until=until)


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for piece in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, _, value = piece.partition("=")
        if not value or name in parts:
            raise BadRule(Fault.FOREIGN, piece[:40])
        parts[name] = value
    return parts


def _frequency(parts: dict[str, str]) -> Frequency:
    named = parts.pop("FREQ", "")
    try:
        return Frequency(named)
    except ValueError:
        raise BadRule(Fault.FOREIGN, f"FREQ={named}"[:40]) from None


def _number(parts: dict[str, str], name: str) -> int:
    value = parts.pop(name)
    if not re.fullmatch(r"[+-]?[0-9]{1,6}", value):
        raise BadRule(Fault.FOREIGN, f"{name}={value}"[:40])
    return int(value)


def _until(parts: dict[str, str]) -> date | None:
    """The last date. An instant there is taken by its date, as calendars write the day's end."""
    value = parts.pop("UNTIL", "")
    if not value:
        return None
    matched = re.fullmatch(r"([0-9]{8})(T[0-9]{6}Z?)?", value)
    try:
        return datetime.strptime(matched[1] if matched else "", "%Y%m%d").date()  # noqa: DTZ007
    except ValueError:
        raise BadRule(Fault.FOREIGN, f"UNTIL={value}"[:40]) from None


def _daily(parts: dict[str, str], first: date) -> Rule:
    return daily()


def _weekly(parts: dict[str, str], first: date) -> Rule:
    if "BYDAY" not in parts:
        return weekly([first.weekday()])
    return weekly(_weekday(day) for day in parts.pop("BYDAY").split(","))


def _monthly(parts: dict[str, str], first: date) -> Rule:
    if "BYDAY" in parts:
        return _nth_weekday(parts)
    day, or_last = _month_day(parts, first)
    return monthly_by_date(day, or_last=or_last)


def _yearly(parts: dict[str, str], first: date) -> Rule:
    month = _number(parts, "BYMONTH") if "BYMONTH" in parts else first.month
    day, or_last = _month_day(parts, first)
    return yearly(month, day, or_last=or_last)


_READERS: dict[Frequency, Callable[[dict[str, str], date], Rule]] = {
    Frequency.DAILY: _daily,
    Frequency.WEEKLY: _weekly,
    Frequency.MONTHLY: _monthly,
    Frequency.YEARLY: _yearly,
}


def _nth_weekday(parts: dict[str, str]) -> Rule:
    """`BYDAY=2TU`, or as others write it, `BYDAY=TU;BYSETPOS=2`."""
    value = parts.pop("BYDAY")
    matched = re.fullmatch(r"([+-]?[0-9])?([A-Z]{2})", value)
    nth = matched[1] if matched and matched[1] else parts.pop("BYSETPOS", "")
    if not matched or not re.fullmatch(r"[+-]?[0-9]", nth):
        raise BadRule(Fault.FOREIGN, f"BYDAY={value}"[:40])
    return monthly_by_weekday(int(nth), _weekday(matched[2]))


def _weekday(name: str) -> int:
    if name not in DAYS:
        raise BadRule(Fault.FOREIGN, f"BYDAY={name}"[:40])
    return DAYS.index(name)


def _month_day(parts: dict[str, str], first: date) -> tuple[int, bool]:
    """The day of the month, and whether a shorter month's last day stands in for it."""
    value = parts.pop("BYMONTHDAY", str(first.day))
    if value == "-1":
        return 31, True
    if value in OR_LAST and parts.get("BYSETPOS") == "-1":
        del parts["BYSETPOS"]
        return OR_LAST[value], True
    if not re.fullmatch(r"[0-9]{1,2}", value):
        raise BadRule(Fault.FOREIGN, f"BYMONTHDAY={value}"[:40])
    return int(value), False
