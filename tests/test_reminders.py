"""When reminders are due, as plain values have it."""

from datetime import UTC, datetime, timedelta

import pytest

from meetings.reminders import due_by, next_due

START = datetime(2026, 3, 9, 9, tzinfo=UTC)
DAY, HOUR, TEN = 1440, 60, 10


def before(**ahead: int) -> datetime:
    return START - timedelta(**ahead)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (before(days=2), before(days=1)),
        (before(days=1), before(hours=1)),  # this very moment is passed
        (before(minutes=30), before(minutes=10)),
        (before(minutes=10), None),
        (START, None),
    ],
)
def test_next_one_is_the_earliest_that_has_not_passed(now: datetime, due: datetime | None) -> None:
    assert next_due(START, [TEN, DAY, HOUR], now=now) == due


def test_what_is_owed_stays_owed_as_long_as_it_fits() -> None:
    now, owed = before(minutes=55), before(hours=1)

    assert next_due(START, [HOUR, TEN], now=now, owed=owed) == owed
    assert next_due(START, [TEN], now=now, owed=owed) == before(minutes=10)
    assert next_due(START + timedelta(hours=1), [HOUR], now=now, owed=owed) == START


def test_one_that_comes_later_than_a_new_one_waits() -> None:
    due = next_due(START, [DAY, HOUR], now=before(days=3), owed=before(hours=1))

    assert due == before(days=1)


def test_of_several_that_were_missed_the_latest_is_sent() -> None:
    reminders = [DAY, HOUR, TEN]

    assert due_by(START, reminders, now=before(hours=1)) == HOUR
    assert due_by(START, reminders, now=before(minutes=1)) == TEN
    assert due_by(START, reminders, now=START) is None
    assert due_by(START, [], now=before(minutes=1)) is None
