"""A rule in words that its reader understands at once."""

from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation

from meetings.recurrence import (
    Rule,
    daily,
    monthly_by_date,
    monthly_by_weekday,
    weekly,
    yearly,
)
from meetings.rule_words import rule_text, weekday_order

TUE, THU, FRI, SUN = 1, 3, 4, 6


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (daily(), "Every day"),
        (daily(3), "Every 3 days"),
        (weekly([TUE]), "Every week on Tuesday"),
        (weekly(range(5)), "Every weekday (Monday to Friday)"),
        (weekly([SUN, THU, TUE], interval=2), "Every 2 weeks on Tuesday, Thursday and Sunday"),
        (monthly_by_date(3), "Every month on day 3"),
        (monthly_by_date(31), "Every month on day 31, not in shorter months"),
        (
            monthly_by_date(31, 2, or_last=True),
            "Every 2 months on day 31, in shorter months on their last day",
        ),
        (monthly_by_weekday(-1, FRI), "Every month on the last Friday"),
        (monthly_by_weekday(2, TUE, 3), "Every 3 months on the second Tuesday"),
        (yearly(11, 24), "Every year on 24 November"),
        (yearly(2, 29, 4), "Every 4 years on 29 February, in leap years only"),
        (
            yearly(2, 29, or_last=True),
            "Every year on 29 February, in other years on 28 February",
        ),
    ],
)
def test_rule_says_when_it_takes_place(rule: Rule, words: str) -> None:
    assert rule_text(rule) == words


def test_rule_says_when_it_ends() -> None:
    assert rule_text(replace(daily(), count=1)) == "Every day, 1 time"
    assert rule_text(replace(daily(), count=10)) == "Every day, 10 times"
    assert (
        rule_text(replace(monthly_by_weekday(-1, FRI), until=date(2027, 3, 31)))
        == "Every month on the last Friday, until 31 March 2027"
    )


def test_week_begins_as_in_the_readers_calendar() -> None:
    assert weekday_order() == [0, 1, 2, 3, 4, 5, 6]

    with translation.override("pt-br"):  # there on a Sunday
        assert weekday_order() == [6, 0, 1, 2, 3, 4, 5]
