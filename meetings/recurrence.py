"""Rules that repeat: daily, weekly, monthly, yearly. Pure functions over plain values.

A rule is about dates on a calendar; the clock on the wall stays, and becomes an instant only in a
zone. Dates are always counted from the first one, never from the one before, so nothing drifts.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

MOST_DATES = 1000  # of a series that ends
LONGEST_INTERVAL = 99
LONGEST_SERIES = timedelta(days=20 * 366)
MOST_MISSES = 1200  # months or years without a date, after which there is none


class Frequency(StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


class Fault(StrEnum):
    """Why a rule is none."""

    INTERVAL = "interval"  # outside 1 … LONGEST_INTERVAL
    END = "end"  # both a count and a last date, or a count that is none
    WEEKDAYS = "weekdays"  # a weekly rule without weekdays, or days that are none
    MONTH_DAY = "month_day"
    NTH = "nth"
    FOREIGN = "foreign"  # a part of RFC 5545 that is not offered here
    NO_DATE = "no_date"  # never happens
    TOO_MANY = "too_many"
    TOO_LONG = "too_long"


class BadRule(ValueError):
    """A rule that makes no series, and why; `part` is what it stumbled over, in their words."""

    def __init__(self, fault: Fault, part: str = "") -> None:
        super().__init__(f"{fault}: {part}" if part else str(fault))
        self.fault = fault
        self.part = part


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a series repeats. Weekdays count from Monday, 0.

    Monthly is by date (`month_day`) or by weekday (`nth` and one of `weekdays`; -1 is the last).
    Yearly is the `month` and `month_day`. Where a month is too short for the day, `or_last` takes
    its last day; otherwise the month is left out. `until` is the last date, itself included.
    """

    frequency: Frequency
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    month: int | None = None
    month_day: int | None = None
    nth: int | None = None
    or_last: bool = False
    count: int | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.interval <= LONGEST_INTERVAL:
            raise BadRule(Fault.INTERVAL, str(self.interval))
        if self.count is not None and (self.until is not None or self.count < 1):
            raise BadRule(Fault.END)
        if self.count is not None and self.count > MOST_DATES:
            raise BadRule(Fault.TOO_MANY, str(self.count))
        object.__setattr__(self, "weekdays", tuple(sorted(set(self.weekdays))))
        _CHECKS[self.frequency](self)

    @property
    def ends(self) -> bool:
        return self.count is not None or self.until is not None


def daily(interval: int = 1) -> Rule:
    return Rule(frequency=Frequency.DAILY, interval=interval)


def weekly(weekdays: Iterable[int], interval: int = 1) -> Rule:
    return Rule(frequency=Frequency.WEEKLY, interval=interval, weekdays=tuple(weekdays))


def monthly_by_date(day: int, interval: int = 1, *, or_last: bool = False) -> Rule:
    return Rule(
        frequency=Frequency.MONTHLY, interval=interval, month_day=day, or_last=or_last and day > 28
    )


def monthly_by_weekday(nth: int, weekday: int, interval: int = 1) -> Rule:
    """The nth such weekday of the month; -1 is the last one."""
    return Rule(frequency=Frequency.MONTHLY, interval=interval, weekdays=(weekday,), nth=nth)


def yearly(month: int, day: int, interval: int = 1, *, or_last: bool = False) -> Rule:
    return Rule(
        frequency=Frequency.YEARLY,
        interval=interval,
        month=month,
        month_day=day,
        or_last=or_last and (month, day) == (2, 29),
    )


def _no_weekdays(rule: Rule) -> None:
    if rule.weekdays or rule.nth is not None:
        raise BadRule(Fault.WEEKDAYS)


def _check_daily(rule: Rule) -> None:
    _no_weekdays(rule)
    if rule.month_day is not None or rule.month is not None:
        raise BadRule(Fault.MONTH_DAY)


def _check_weekly(rule: Rule) -> None:
    if not rule.weekdays or not all(0 <= day <= 6 for day in rule.weekdays):
        raise BadRule(Fault.WEEKDAYS)
    if rule.nth is not None:
        raise BadRule(Fault.NTH, str(rule.nth))
    if rule.month_day is not None or rule.month is not None:
        raise BadRule(Fault.MONTH_DAY)


def _check_monthly(rule: Rule) -> None:
    if rule.month is not None:
        raise BadRule(Fault.MONTH_DAY)
    if rule.month_day is not None:
        _no_weekdays(rule)
        if not 1 <= rule.month_day <= 31:
            raise BadRule(Fault.MONTH_DAY, str(rule.month_day))
        return
    if rule.nth not in {1, 2, 3, 4, 5, -1}:
        raise BadRule(Fault.NTH, str(rule.nth))
    if len(rule.weekdays) != 1 or not 0 <= rule.weekdays[0] <= 6:
        raise BadRule(Fault.WEEKDAYS)


def _check_yearly(rule: Rule) -> None:
    _no_weekdays(rule)
    if rule.month is None or not 1 <= rule.month <= 12:
        raise BadRule(Fault.MONTH_DAY)
    longest = monthrange(2000, rule.month)[1]  # a leap year
    if rule.month_day is None or not 1 <= rule.month_day <= longest:
        raise BadRule(Fault.MONTH_DAY, str(rule.month_day))


_CHECKS = {
    Frequency.DAILY: _check_daily,
    Frequency.WEEKLY: _check_weekly,
    Frequency.MONTHLY: _check_monthly,
    Frequency.YEARLY: _check_yearly,
}


# Dates


def dates(rule: Rule, first: date, *, since: date | None = None) -> Iterator[date]:
    """The rule's dates from `first` on, in order; from `since` on, if that is later.

    `first` itself counts only when the rule hits it: see `first_date`.
    """
    start = max(first, since or first)
    if rule.count is not None:  # what was before counts too
        found: Iterator[date] = islice(_from(rule, first, first), rule.count)
        yield from (each for each in found if each >= start)
        return
    for each in _from(rule, first, start):
        if rule.until and each > rule.until:
            return
        yield each


def first_date(rule: Rule, earliest: date) -> date:
    """The rule's first date from there on; `BadRule` when there is none."""
    found = next(dates(rule, earliest), None)
    if found is None:
        raise BadRule(Fault.NO_DATE)
    return found


def check_series(rule: Rule, first: date) -> None:
    """`BadRule` when the series from there on has no date, too many, or goes on for too long."""
    if first_date(rule, first) - first > LONGEST_SERIES:
        raise BadRule(Fault.NO_DATE)
    last = max(dates(rule, first)) if rule.count else rule.until
    if last and last - first > LONGEST_SERIES:
        raise BadRule(Fault.TOO_LONG)
    if rule.until and sum(1 for _ in islice(dates(rule, first), MOST_DATES + 1)) > MOST_DATES:
        raise BadRule(Fault.TOO_MANY)


def _from(rule: Rule, first: date, start: date) -> Iterator[date]:
    """The dates from `start` on without regard to the end; over when none comes for long."""
    misses = 0
    try:
        for each in _STEPS[rule.frequency](rule, first, start):
            misses = misses + 1 if each is None else 0
            if misses > MOST_MISSES:
                return
            if each is not None and each >= start:
                yield each
    except (OverflowError, ValueError):  # calendars end with the year 9999
        return


def _days(rule: Rule, first: date, start: date) -> Iterator[date]:
    step = timedelta(days=rule.interval)
    each = first + -(-(start - first).days // rule.interval) * step
    while True:
        yield each
        each += step


def _weeks(rule: Rule, first: date, start: date) -> Iterator[date]:
    """Weeks begin on Monday, as in RFC 5545 unless said otherwise."""
    monday = first - timedelta(days=first.weekday())
    length = 7 * rule.interval
    week = monday + timedelta(days=(start - monday).days // length * length)
    while True:
        yield from (week + timedelta(days=day) for day in rule.weekdays)
        week += timedelta(days=length)


def _months(rule: Rule, first: date, start: date) -> Iterator[date | None]:
    begin = first.year * 12 + first.month - 1
    passed = start.year * 12 + start.month - 1 - begin
    at = begin + passed // rule.interval * rule.interval
    while True:
        yield _in_month(rule, at // 12, at % 12 + 1)
        at += rule.interval


def _in_month(rule: Rule, year: int, month: int) -> date | None:
    """The rule's one date in this month, if it has one."""
    weekday_of_first, length = monthrange(year, month)
    if rule.month_day is not None:
        if rule.month_day <= length:
            return date(year, month, rule.month_day)
        return date(year, month, length) if rule.or_last else None
    assert rule.nth is not None  # noqa: S101  (a monthly rule has one or the other)
    earliest = 1 + (rule.weekdays[0] - weekday_of_first) % 7
    weeks = (length - earliest) // 7 if rule.nth == -1 else rule.nth - 1
    day = earliest + 7 * weeks
    return date(year, month, day) if day <= length else None


def _years(rule: Rule, first: date, start: date) -> Iterator[date | None]:
    assert rule.month is not None  # noqa: S101  (a yearly rule has one)
    year = first.year + (start.year - first.year) // rule.interval * rule.interval
    while True:
        yield _in_month(rule, year, rule.month)
        year += rule.interval


_STEPS = {
    Frequency.DAILY: _days,
    Frequency.WEEKLY: _weeks,
    Frequency.MONTHLY: _months,
    Frequency.YEARLY: _years,
}


# Instants


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One date of a series: the wall clock as the rule has it, and the instant (UTC).

    `is_shifted`: the clocks skip that wall time, so it begins as much later. `is_doubled`: they
    show it twice, and the first time is meant. Both as RFC 5545 says (§3.3.5).
    """

    wall: datetime
    starts_at: datetime
    is_shifted: bool = False
    is_doubled: bool = False


def occurrences(
    rule: Rule, first: datetime, zone: ZoneInfo, *, since: date | None = None
) -> Iterator[Occurrence]:
    """The series that begins at this wall time (naive), from `since` on if that is later."""
    for day in dates(rule, first.date(), since=since):
        yield occurrence_at(datetime.combine(day, first.time()), zone)


def occurrence_at(wall: datetime, zone: ZoneInfo) -> Occurrence:
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    late = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return Occurrence(wall=wall, starts_at=early, is_shifted=early > late, is_doubled=early < late)


# Splitting


def before(rule: Rule, first: date, split: date) -> Rule | None:
    """The rule that keeps what was before a date of the series; None when nothing was."""
    earlier = [each for each in _upto(rule, first, split) if each < split]
    if not earlier:
        return None
    if rule.count is not None:
        return replace(rule, count=len(earlier))
    return replace(rule, until=split - timedelta(days=1))


def onward(rule: Rule, first: date, split: date) -> Rule:
    """The same rule for what comes from a date of the series on, told from that date."""
    if rule.count is None:
        return rule
    gone = sum(1 for each in _upto(rule, first, split) if each < split)
    return replace(rule, count=rule.count - gone)


def _upto(rule: Rule, first: date, last: date) -> Iterator[date]:
    for each in dates(rule, first):
        if each > last:
            return
        yield each
