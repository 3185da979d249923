"""How a meeting repeats, as it is typed: a rule, or words at the field that is wrong."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from meetings.forms.repeats import RepeatForm, initial_from, quick_labels
from meetings.recurrence import (
    Rule,
    daily,
    monthly_by_date,
    monthly_by_weekday,
    weekly,
    yearly,
)

TUESDAY = date(2026, 11, 24)  # the fourth one, and the last
LEAP_DAY = date(2028, 2, 29)
FRI = 4


def typed(first_date: date | None = TUESDAY, **fields: Any) -> RepeatForm:
    data = {f"repeat-{name}": value for name, value in fields.items() if value is not None}
    return RepeatForm(data, first_date=first_date)


def custom(unit: str, first_date: date = TUESDAY, **fields: Any) -> RepeatForm:
    return typed(first_date, how="custom", unit=unit, **fields)


@pytest.mark.parametrize(
    ("form", "rule"),
    [
        (typed(how="daily"), daily()),
        (typed(how="workdays"), weekly(range(5))),
        (typed(how="weekly"), weekly([1])),
        (typed(how="monthly"), monthly_by_date(24)),
        (typed(how="monthly_nth"), monthly_by_weekday(4, 1)),
        (typed(date(2026, 12, 29), how="monthly_nth"), monthly_by_weekday(-1, 1)),
        (typed(date(2026, 12, 31), how="monthly"), monthly_by_date(31)),
        (typed(how="yearly"), yearly(11, 24)),
        (typed(LEAP_DAY, how="yearly", short_months="last"), yearly(2, 29, or_last=True)),
        (custom("DAILY", interval="3"), daily(3)),
        (custom("WEEKLY", interval="2", weekdays=["3", "1"]), weekly([1, 3], 2)),
        (custom("WEEKLY"), weekly([1])),
        (custom("MONTHLY", nth="-1", weekday="4"), monthly_by_weekday(-1, FRI)),
        (custom("MONTHLY", nth="2"), monthly_by_weekday(2, 1)),
        (
            custom("MONTHLY", interval="2", month_day="31", short_months="last"),
            monthly_by_date(31, 2, or_last=True),
        ),
        (custom("YEARLY", month="3", month_day="1"), yearly(3, 1)),
        (typed(how="daily", ends="count", count="10"), replace(daily(), count=10)),
        (
            typed(how="daily", ends="until", until="2026-12-24"),
            replace(daily(), until=date(2026, 12, 24)),
        ),
    ],
)
def test_what_is_typed_makes_the_rule_and_the_rule_fills_the_form(
    form: RepeatForm, rule: Rule
) -> None:
    assert form.is_valid(), form.errors
    first_date = form.first_date or TUESDAY
    assert form.rule(first_date) == rule

    again = typed(first_date, **initial_from(rule, first_date))

    assert again.is_valid(), again.errors
    assert again.rule(first_date) == rule


def test_rule_whose_first_date_was_a_short_months_last_day_does_not_drift() -> None:
    rule = monthly_by_date(31, or_last=True)

    form = typed(date(2026, 11, 30), **initial_from(rule, date(2026, 11, 30)))

    assert form.is_valid()
    assert form.rule(date(2026, 11, 30)) == rule


def test_meeting_that_does_not_repeat_has_no_rule() -> None:
    form = typed(how="", interval="0", until="never", count="x")

    assert form.is_valid()
    assert form.rule(TUESDAY) is None
    assert initial_from(None, TUESDAY) == {"how": ""}


def test_what_does_not_fit_the_choice_is_ignored() -> None:
    form = custom(
        "MONTHLY", nth="1", weekday="0", month_day="99", weekdays=["x"], month="x", count="0"
    )

    assert form.is_valid(), form.errors
    assert form.rule(TUESDAY) == monthly_by_weekday(1, 0)


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        (typed(how="hourly"), "how", "not one of the available choices"),
        (custom("DAILY", interval="0"), "interval", "every 1 to 99 days"),
        (custom("DAILY", interval="100"), "interval", "every 1 to 99 days"),
        (custom("WEEKLY", weekdays=["7"]), "weekdays", "not one of the available choices"),
        (custom("MONTHLY", month_day="32"), "month_day", "no such day of the month"),
        (custom("YEARLY", month="2", month_day="31"), "month_day", "no such day of the month"),
        (custom("MONTHLY", interval="12", month_day="31"), "how", "no meeting ever takes place"),
        (typed(how="daily", ends="until"), "until", "Please choose the last date"),
        (typed(how="daily", ends="count"), "count", "Please say how many times"),
        (typed(how="daily", ends="count", count="0"), "count", "At least one time"),
        (typed(how="daily", ends="count", count="10000"), "count", "at most 1,000 meetings"),
        (typed(how="daily", ends="until", until="2026-11-23"), "until", "Until then no meeting"),
        (typed(how="daily", ends="until", until="2030-01-01"), "until", "at most 1,000 meetings"),
        (typed(how="yearly", ends="until", until="2100-01-01"), "until", "for 20 years at most"),
        (typed(how="yearly", ends="count", count="22"), "count", "for 20 years at most"),
        (typed(how="daily", ends="until", until="9999-12-31\0"), "until", "Enter a valid date"),
    ],
)
def test_fault_is_said_in_words_at_its_field(form: RepeatForm, field: str, words: str) -> None:
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert words in form.errors[field][0]


def test_without_a_date_only_the_repeat_itself_is_looked_at() -> None:
    assert typed(None, how="weekly").is_valid()
    assert not typed(None, how="daily", ends="count").is_valid()


def test_quick_choices_are_said_for_the_date() -> None:
    labels = quick_labels(date(2026, 12, 31))

    assert labels["weekly"] == "Every week on Thursday"
    assert labels["monthly"] == "Every month on day 31"
    assert labels["monthly_nth"] == "Every month on the last Thursday"
    assert labels["yearly"] == "Every year on 31 December"
