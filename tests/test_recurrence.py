"""Rules that repeat, against a calendar and against an independent library."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from meetings.recurrence import (
    MOST_DATES,
    BadRule,
    Fault,
    Frequency,
    Rule,
    before,
    check_series,
    daily,
    dates,
    first_date,
    monthly_by_date,
    monthly_by_weekday,
    occurrence_at,
    occurrences,
    onward,
    weekly,
    yearly,
)
from meetings.rrule import rrule_text, rule_of, until_in

BERLIN = ZoneInfo("Europe/Berlin")
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
ZONES = sorted(available_timezones())


def some(rule: Rule, first: date, count: int = 5, **when: Any) -> list[str]:
    return [str(each) for each in islice(dates(rule, first, **when), count)]


class TestDates:
    def test_daily_by_interval(self) -> None:
        assert some(daily(3), date(2026, 2, 26), 3) == ["2026-02-26", "2026-03-01", "2026-03-04"]

    def test_weekly_on_several_days_begins_with_the_first_that_fits(self) -> None:
        rule = weekly([THU, TUE], interval=2)  # first: a Wednesday

        assert some(rule, date(2026, 11, 25), 3) == ["2026-11-26", "2026-12-08", "2026-12-10"]

    def test_the_31st_skips_short_months_and_never_drifts(self) -> None:
        assert some(monthly_by_date(31), date(2026, 1, 31), 4) == [
            "2026-01-31",
            "2026-03-31",
            "2026-05-31",
            "2026-07-31",
        ]

    def test_the_31st_or_the_last_day_never_drifts(self) -> None:
        assert some(monthly_by_date(31, or_last=True), date(2026, 1, 31), 4) == [
            "2026-01-31",
            "2026-02-28",
            "2026-03-31",
            "2026-04-30",
        ]

    def test_nth_and_last_weekday(self) -> None:
        first = date(2026, 1, 1)

        assert some(monthly_by_weekday(2, TUE), first, 2) == ["2026-01-13", "2026-02-10"]
        assert some(monthly_by_weekday(-1, FRI), first, 2) == ["2026-01-30", "2026-02-27"]
        assert some(monthly_by_weekday(5, MON), first, 2) == ["2026-03-30", "2026-06-29"]

    def test_the_leap_day(self) -> None:
        first = date(2024, 2, 29)

        assert some(yearly(2, 29), first, 2) == ["2024-02-29", "2028-02-29"]
        assert some(yearly(2, 29, or_last=True), first, 2) == ["2024-02-29", "2025-02-28"]

    def test_the_last_date_is_itself_included(self) -> None:
        rule = Rule(frequency=Frequency.DAILY, until=date(2026, 1, 3))

        assert some(rule, date(2026, 1, 1)) == ["2026-01-01", "2026-01-02", "2026-01-03"]

    def test_what_was_before_counts_too(self) -> None:
        rule = Rule(frequency=Frequency.DAILY, count=4)

        assert some(rule, date(2026, 1, 1), since=date(2026, 1, 3)) == ["2026-01-03", "2026-01-04"]

    def test_calendars_end(self) -> None:
        assert some(daily(), date(9999, 12, 30)) == ["9999-12-30", "9999-12-31"]
        assert some(monthly_by_date(31), date(9999, 12, 1)) == ["9999-12-31"]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"frequency": Frequency.DAILY, "interval": 0}, Fault.INTERVAL),
        ({"frequency": Frequency.DAILY, "interval": -1}, Fault.INTERVAL),
        ({"frequency": Frequency.DAILY, "interval": 100}, Fault.INTERVAL),
        ({"frequency": Frequency.DAILY, "count": 0}, Fault.END),
        ({"frequency": Frequency.DAILY, "count": 2, "until": date(2026, 1, 1)}, Fault.END),
        ({"frequency": Frequency.DAILY, "count": MOST_DATES + 1}, Fault.TOO_MANY),
        ({"frequency": Frequency.DAILY, "weekdays": (1,)}, Fault.WEEKDAYS),
        ({"frequency": Frequency.DAILY, "month_day": 1}, Fault.MONTH_DAY),
        ({"frequency": Frequency.WEEKLY}, Fault.WEEKDAYS),
        ({"frequency": Frequency.WEEKLY, "weekdays": (7,)}, Fault.WEEKDAYS),
        ({"frequency": Frequency.WEEKLY, "weekdays": (1,), "nth": 1}, Fault.NTH),
        ({"frequency": Frequency.WEEKLY, "weekdays": (1,), "month": 1}, Fault.MONTH_DAY),
        ({"frequency": Frequency.MONTHLY}, Fault.NTH),
        ({"frequency": Frequency.MONTHLY, "month_day": 32}, Fault.MONTH_DAY),
        ({"frequency": Frequency.MONTHLY, "month_day": 1, "weekdays": (1,)}, Fault.WEEKDAYS),
        ({"frequency": Frequency.MONTHLY, "month_day": 1, "month": 1}, Fault.MONTH_DAY),
        ({"frequency": Frequency.MONTHLY, "nth": 6, "weekdays": (1,)}, Fault.NTH),
        ({"frequency": Frequency.MONTHLY, "nth": 0, "weekdays": (1,)}, Fault.NTH),
        ({"frequency": Frequency.MONTHLY, "nth": 1, "weekdays": (1, 2)}, Fault.WEEKDAYS),
        ({"frequency": Frequency.MONTHLY, "nth": 1, "weekdays": (9,)}, Fault.WEEKDAYS),
        ({"frequency": Frequency.YEARLY, "month_day": 1}, Fault.MONTH_DAY),
        ({"frequency": Frequency.YEARLY, "month": 13, "month_day": 1}, Fault.MONTH_DAY),
        ({"frequency": Frequency.YEARLY, "month": 2, "month_day": 30}, Fault.MONTH_DAY),
        ({"frequency": Frequency.YEARLY, "month": 2}, Fault.MONTH_DAY),
        (
            {"frequency": Frequency.YEARLY, "month": 1, "month_day": 1, "weekdays": (1,)},
            Fault.WEEKDAYS,
        ),
    ],
)
def test_a_rule_that_is_none_says_why(fields: dict[str, Any], fault: Fault) -> None:
    with pytest.raises(BadRule) as error:
        Rule(**fields)

    assert error.value.fault is fault


class TestSeries:
    def test_that_never_happens_is_refused(self) -> None:
        never = monthly_by_date(31, interval=12)  # each February

        with pytest.raises(BadRule) as error:
            check_series(never, date(2026, 2, 1))

        assert error.value.fault is Fault.NO_DATE
        assert some(never, date(2026, 2, 1)) == []

    def test_that_happens_once_in_a_lifetime_is_refused(self) -> None:
        with pytest.raises(BadRule) as error:
            check_series(yearly(2, 29, interval=99), date(2026, 1, 1))

        assert error.value.fault is Fault.NO_DATE

    def test_whose_end_is_before_its_start_is_refused(self) -> None:
        ended = Rule(frequency=Frequency.DAILY, until=date(2025, 1, 1))

        with pytest.raises(BadRule) as error:
            check_series(ended, date(2026, 1, 1))

        assert error.value.fault is Fault.NO_DATE

    def test_with_too_many_dates_is_refused(self) -> None:
        many = Rule(frequency=Frequency.DAILY, until=date(2030, 1, 1))

        with pytest.raises(BadRule) as error:
            check_series(many, date(2026, 1, 1))

        assert error.value.fault is Fault.TOO_MANY

    @pytest.mark.parametrize("end", [{"until": date(2060, 1, 1)}, {"count": 35}])
    def test_into_the_next_generation_is_refused(self, end: dict[str, Any]) -> None:
        long = Rule(frequency=Frequency.YEARLY, month=1, month_day=1, **end)

        with pytest.raises(BadRule) as error:
            check_series(long, date(2026, 1, 1))

        assert error.value.fault is Fault.TOO_LONG

    def test_without_an_end_is_welcome(self) -> None:
        check_series(weekly([MON]), date(2026, 1, 1))

        assert first_date(weekly([MON]), date(2026, 1, 1)) == date(2026, 1, 5)
        assert not weekly([MON]).ends


# Rules of every kind

ends = st.one_of(
    st.just({}),
    st.integers(1, 60).map(lambda count: {"count": count}),
    st.dates(date(2026, 1, 1), date(2029, 1, 1)).map(lambda until: {"until": until}),
)
intervals = st.integers(1, 6)
weekday = st.integers(0, 6)
kinds = st.one_of(
    st.just({"frequency": Frequency.DAILY}),
    st.sets(weekday, min_size=1).map(
        lambda days: {"frequency": Frequency.WEEKLY, "weekdays": tuple(days)}
    ),
    st.tuples(st.integers(1, 31), st.booleans()).map(
        lambda it: {
            "frequency": Frequency.MONTHLY,
            "month_day": it[0],
            "or_last": it[1] and it[0] > 28,
        }
    ),
    st.tuples(st.sampled_from([1, 2, 3, 4, 5, -1]), weekday).map(
        lambda it: {"frequency": Frequency.MONTHLY, "nth": it[0], "weekdays": (it[1],)}
    ),
    st.tuples(st.dates(date(2024, 1, 1), date(2024, 12, 31)), st.booleans()).map(
        lambda it: {
            "frequency": Frequency.YEARLY,
            "month": it[0].month,
            "month_day": it[0].day,
            "or_last": it[1] and (it[0].month, it[0].day) == (2, 29),
        }
    ),
)
rules = st.tuples(kinds, intervals, ends).map(lambda it: Rule(interval=it[1], **it[0], **it[2]))
firsts = st.dates(date(2025, 12, 1), date(2027, 3, 1))


def by_the_library(rule: Rule, first: date, until: date) -> list[date]:
    """What an independent library makes of the rule's text."""
    found: Iterator[datetime] = iter(
        rrulestr(rrule_text(rule), dtstart=datetime.combine(first, time()))
    )
    end = datetime.combine(until, time())
    listed = []
    for each in found:
        if each > end:
            break
        listed.append(each.date())
    return listed


@given(rules, firsts)
def test_dates_are_those_of_an_independent_library(rule: Rule, first: date) -> None:
    until = date(2030, 1, 1)

    ours = list(_upto(dates(rule, first), until))

    assert ours == by_the_library(rule, first, until)


@given(rules, firsts, st.integers(0, 900))
def test_looking_later_finds_the_same(rule: Rule, first: date, days: int) -> None:
    since, until = first + timedelta(days=days), date(2030, 1, 1)

    later = list(_upto(dates(rule, first, since=since), until))

    assert later == [each for each in _upto(dates(rule, first), until) if each >= since]


@given(rules, firsts, st.integers(0, 40))
def test_splitting_loses_nothing_and_doubles_nothing(rule: Rule, first: date, at: int) -> None:
    until = date(2031, 1, 1)
    whole = list(_upto(dates(rule, first), until))
    if not whole:
        return
    split = whole[min(at, len(whole) - 1)]

    kept = before(rule, first, split)
    earlier = list(dates(kept, first)) if kept else []
    later = list(_upto(dates(onward(rule, first, split), split), until))

    assert earlier + later == whole
    assert not earlier or earlier[-1] < split <= later[0]


@given(rules, firsts)
def test_a_rule_survives_being_written(rule: Rule, first: date) -> None:
    assert rule_of(rrule_text(rule), first) == rule


@given(rules, firsts, st.sampled_from(ZONES), st.times(), st.integers(0, 300))
def test_the_wall_clock_never_moves(
    rule: Rule, first: date, name: str, clock: time, days: int
) -> None:
    zone, wall = ZoneInfo(name), datetime.combine(first, clock.replace(microsecond=0))

    found = islice(occurrences(rule, wall, zone, since=first + timedelta(days=days)), 60)

    for each in found:
        assert each.wall.time() == wall.time()
        there = each.starts_at.astimezone(zone).replace(tzinfo=None)
        assert each.is_shifted or there == each.wall
        assert not each.is_shifted or there > each.wall


def _upto(found: Iterator[date], until: date) -> Iterator[date]:
    for each in found:
        if each > until:
            return
        yield each


class TestClocks:
    def test_nine_in_berlin_stays_nine_on_both_sides_of_the_change(self) -> None:
        found = islice(
            occurrences(weekly([MON]), datetime.fromisoformat("2026-03-23T09:00"), BERLIN), 2
        )

        assert [each.starts_at.hour for each in found] == [8, 7]

    def test_hour_that_the_clocks_skip_is_moved_on(self) -> None:
        skipped = occurrence_at(datetime.fromisoformat("2026-03-29T02:30"), BERLIN)

        assert skipped.is_shifted
        assert skipped.starts_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)

    def test_hour_that_comes_twice_is_the_first(self) -> None:
        doubled = occurrence_at(datetime.fromisoformat("2026-10-25T02:30"), BERLIN)

        assert doubled.is_doubled
        assert doubled.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


class TestForeignRules:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "weekly",
            "FREQ=HOURLY",
            "FREQ=SECONDLY;COUNT=3",
            "FREQ=DAILY;BYHOUR=9",
            "FREQ=DAILY;BYDAY=MO",
            "FREQ=DAILY;INTERVAL=x",
            "FREQ=DAILY;COUNT=1;COUNT=2",
            "FREQ=DAILY;UNTIL=soon",
            "FREQ=DAILY;UNTIL=20261301",
            "FREQ=WEEKLY;BYDAY=XX",
            "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO",
            "FREQ=MONTHLY;BYDAY=MO",
            "FREQ=MONTHLY;BYDAY=1MO,2TU",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "FREQ=MONTHLY;BYMONTHDAY=1,15",
            "FREQ=MONTHLY;BYMONTHDAY=-2",
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31",
            "FREQ=YEARLY;BYWEEKNO=20",
            "FREQ=YEARLY;BYYEARDAY=100",
            "FREQ=YEARLY;BYMONTH=1,2",
            "FREQ=DAILY;X-OWN=1",
            "FREQ=DAILY;COUNT=99999999999",
        ],
    )
    def test_are_refused_and_never_read_as_another(self, text: str) -> None:
        with pytest.raises(BadRule) as error:
            rule_of(text, date(2026, 1, 31))

        assert error.value.fault is Fault.FOREIGN

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("RRULE:FREQ=WEEKLY", weekly([SAT])),
            ("freq=weekly;wkst=SU;byday=tu,th", weekly([TUE, THU])),
            ("FREQ=MONTHLY", monthly_by_date(31)),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", monthly_by_date(31, or_last=True)),
            ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", monthly_by_weekday(2, TUE)),
            ("FREQ=MONTHLY;BYDAY=+2TU", monthly_by_weekday(2, TUE)),
            ("FREQ=YEARLY", yearly(1, 31)),
            (
                "FREQ=DAILY;UNTIL=20260301T225959Z",
                Rule(frequency=Frequency.DAILY, until=date(2026, 3, 1)),
            ),
        ],
    )
    def test_that_mean_the_same_are_read(self, text: str, rule: Rule) -> None:
        assert rule_of(text, date(2026, 1, 31)) == rule  # a Saturday


def test_the_end_beside_a_zone_is_an_instant() -> None:
    rule = Rule(frequency=Frequency.DAILY, until=date(2026, 7, 1))

    assert until_in(rule, BERLIN) == "20260701T215959Z"
    assert rrule_text(rule, until=until_in(rule, BERLIN)).endswith("UNTIL=20260701T215959Z")
    assert until_in(daily(), BERLIN) == ""
