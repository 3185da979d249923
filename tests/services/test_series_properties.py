"""Series of any rule, in any zone, split anywhere: nothing is lost or doubled, no clock moves."""

import os
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.models import User
from accounts.zones import zone_names
from meetings.models import Booking, Series
from meetings.recurrence import (
    BadRule,
    Rule,
    check_series,
    daily,
    dates,
    monthly_by_date,
    monthly_by_weekday,
    occurrence_at,
    weekly,
    yearly,
)
from meetings.services.series.booking import HORIZON, SeriesWish, book_series, wish_of
from meetings.services.series.cancelling import cancel_following
from meetings.services.series.edits import edit_following
from meetings.services.series.plans import expand

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
FIRST = date(2026, 3, 9)
ZONES = sorted(zone_names())

intervals = st.integers(1, 5)
rules = st.one_of(
    st.builds(daily, st.integers(20, 60)),
    st.builds(weekly, st.sets(st.integers(0, 6), min_size=1, max_size=3), st.integers(3, 9)),
    st.builds(monthly_by_date, st.integers(1, 31), intervals, or_last=st.booleans()),
    st.builds(
        monthly_by_weekday, st.sampled_from([1, 2, 3, 4, 5, -1]), st.integers(0, 6), intervals
    ),
    st.builds(yearly, st.integers(1, 12), st.integers(1, 28)),
)
ends: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.builds(lambda count: {"count": count}, st.integers(1, 12)),
    st.builds(lambda days: {"until": FIRST + timedelta(days=days)}, st.integers(370, 1200)),
)
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
some = hypothesis(
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink these takes minutes
)


@pytest.fixture(autouse=True)
def clock(time_machine: time_machine.TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


def make(organizer: User, rule: Rule, zone: str, clock: time) -> Series:
    Booking.objects.all().delete()
    return book_series(
        organizer,
        SeriesWish(
            title="Any", rule=rule, first_date=FIRST, clock=clock, duration=10, time_zone=zone
        ),
    )


def lasting(rule: Rule, end: dict[str, Any]) -> Rule:
    """The rule with that end, if a series may go on for so long."""
    rule = replace(rule, **end)
    with suppress(BadRule):
        check_series(rule, FIRST)
        return rule
    return replace(rule, count=2, until=None)


def promised(rule: Rule, zone: str, clock: time) -> list[datetime]:
    """Each date of the rule at this clock, as far as it is made."""
    until = date.max if rule.ends else next(dates(rule, FIRST)) + HORIZON
    days = (day for day in islice(dates(rule, FIRST), 500) if day <= until)
    walls = (datetime.combine(day, clock) for day in days)
    return [occurrence_at(wall, ZoneInfo(zone)).starts_at for wall in walls]


def starts(series: Series) -> list[datetime]:
    return list(series.bookings.confirmed().values_list("starts_at", flat=True))


@given(rules, ends, st.sampled_from(ZONES), clocks)
@some
def test_meetings_are_what_the_rule_says(
    dana: User, rule: Rule, end: dict[str, Any], zone: str, clock: time
) -> None:
    rule = lasting(rule, end)

    series = make(dana, rule, zone, clock)

    assert starts(series) == promised(rule, zone, clock)
    assert {each.wall[11:] for each in series.bookings.all()} == {clock.isoformat("minutes")}


@given(rules, ends, st.sampled_from(ZONES), clocks, st.data())
@some
def test_split_loses_and_doubles_nothing(
    dana: User, rule: Rule, end: dict[str, Any], zone: str, clock: time, data: st.DataObject
) -> None:
    rule = lasting(rule, end)
    series = make(dana, rule, zone, clock)
    keys = set(series.bookings.values_list("pk", flat=True))

    for title in ("Second", "Third"):
        booking = data.draw(st.sampled_from(list(series.bookings.all())))
        series = edit_following(
            booking, replace(wish_of(booking), title=title), by=dana, version=series.version
        )

    expected = promised(rule, zone, clock)
    assert starts(series)[: len(expected)] == expected
    assert keys <= set(series.bookings.values_list("pk", flat=True))
    counts = [each.repeats.count for each in series.patterns.filter(cancelled_at=None)]
    assert sum(count or 0 for count in counts) == (rule.count or 0)


@given(rules, st.sampled_from(ZONES), clocks, clocks, st.data())
@some
def test_other_clock_from_a_date_on_is_another_clock_on_the_same_dates(
    dana: User, rule: Rule, zone: str, clock: time, later: time, data: st.DataObject
) -> None:
    rule = lasting(rule, {"count": 10})
    series = make(dana, rule, zone, clock)
    before = list(series.bookings.all())
    at = data.draw(st.integers(0, len(before) - 1))

    edit_following(
        before[at], replace(wish_of(before[at]), clock=later), by=dana, version=series.version
    )

    old, new = promised(rule, zone, clock), promised(rule, zone, later)
    assert starts(series) == old[:at] + new[at:]


@given(rules, st.sampled_from(ZONES), clocks, st.data())
@some
def test_series_that_is_ended_keeps_exactly_what_was_before(
    dana: User, rule: Rule, zone: str, clock: time, data: st.DataObject
) -> None:
    series = make(dana, replace(rule, count=10), zone, clock)
    before = list(series.bookings.all())
    at = data.draw(st.integers(0, len(before) - 1))

    cancel_following(before[at], by=dana, version=series.version)

    assert starts(series) == [each.starts_at for each in before[:at]]


# The server's own zone


def test_zone_of_the_server_does_not_matter(settings: Settings) -> None:
    wish = SeriesWish(
        title="Any",
        rule=weekly([6]),
        first_date=date(2026, 3, 1),
        clock=time(2, 30),
        duration=10,
        time_zone="Europe/Berlin",
    )
    told = set()

    for zone in ("UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Europe/Berlin"):
        settings.TIME_ZONE = zone  # Django sets the process to this one
        assert os.environ["TZ"] == zone
        made = expand(wish, date(2026, 3, 1), until=date(2026, 12, 1))
        told.add(tuple(f"{each.wall} {each.starts_at.isoformat()} {each.ends_at}" for each in made))

    (same,) = told
    assert any(each.startswith("2026-03-29 02:30:00 2026-03-29T01:30:00+00:00") for each in same)
    assert len(same) == 40
