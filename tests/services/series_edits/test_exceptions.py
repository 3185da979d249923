"""Meetings that were changed by themselves, and dates that are taken, when a series changes."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from accounts.models import User
from meetings.models import Series
from meetings.recurrence import weekly
from meetings.services import scheduling
from meetings.services.series.wish import Collisions, Decision, ExceptionsAhead

from .edits import KEEP, REPLACE, TEN, Book, follow, move, on, shown


def test_changed_meetings_ahead_have_to_be_decided_about(series: Series, dana: User) -> None:
    moved = move(on(series, 3, 30))
    off = scheduling.cancel(on(series, 4, 6), by=dana)

    with pytest.raises(ExceptionsAhead) as refused:
        follow(on(series, 3, 23), clock=TEN)

    assert refused.value.bookings == (moved, off)


def test_changed_meetings_are_kept_when_said(series: Series, dana: User) -> None:
    move(on(series, 3, 30), starts_at=datetime(2026, 3, 31, 12, tzinfo=UTC))
    scheduling.cancel(on(series, 4, 6), by=dana)

    follow(on(series, 3, 23), clock=TEN, exceptions=KEEP)

    assert shown(series)[2:] == ["03-23T10:00", "03-31T14:00", "04-13T10:00"]
    assert {each.pattern for each in series.bookings.filter(is_exception=True)} == {
        series.patterns.last()
    }


def test_kept_meeting_whose_date_the_new_rule_does_not_have_goes(series: Series) -> None:
    move(on(series, 3, 30))

    follow(
        on(series, 3, 23),
        rule=replace(weekly([1]), count=2),
        first_date=date(2026, 3, 24),
        exceptions=KEEP,
    )

    assert shown(series)[2:] == ["03-24T09:00", "03-31T09:00"]


def test_changed_meetings_are_replaced_when_said(series: Series, dana: User) -> None:
    move(on(series, 3, 30))
    scheduling.cancel(on(series, 4, 6), by=dana, reason="Snow")

    follow(on(series, 3, 23), clock=TEN, exceptions=REPLACE)

    assert shown(series)[3:5] == ["03-30T10:00", "04-06T10:00"]
    assert not series.bookings.filter(is_exception=True).exists()
    assert on(series, 4, 6).cancel_reason == ""


def test_collisions_of_a_change_are_decided_too(series: Series, book: Book) -> None:
    taken = book("Dentist", at=datetime(2026, 3, 30, 8, tzinfo=UTC))

    with pytest.raises(Collisions) as refused:
        follow(on(series, 3, 23), clock=TEN)
    follow(on(series, 3, 23), clock=TEN, decisions={date(2026, 3, 30): Decision.SKIP})

    assert refused.value.dates[0].bookings == (taken,)
    assert shown(series)[2:] == ["03-23T10:00", "04-06T10:00", "04-13T10:00"]
