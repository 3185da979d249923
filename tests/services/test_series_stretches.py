"""Changing all of a series that was split: each stretch keeps what is not changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import time_machine

from accounts.models import User
from meetings.models import Answer, Booking, Room, Series
from meetings.recurrence import Rule, daily, weekly
from meetings.services import answering
from meetings.services.series.booking import SeriesWish, book_series, wish_of
from meetings.services.series.edits import edit_all, edit_following, look_ahead
from meetings.services.series.remake import Exceptions
from meetings.services.series.stretches import Later, LaterAhead
from meetings.services.series.wish import Collisions, Decision

Book = Callable[..., Booking]
APRIL_6 = date(2026, 4, 6)
TUESDAYS = replace(weekly([1]), count=6)


@pytest.fixture(autouse=True)
def clock(time_machine: time_machine.TimeMachineFixture) -> None:
    time_machine.move_to(datetime(2026, 3, 2, 8, tzinfo=UTC), tick=False)


def made(dana: User, **changed: Any) -> Series:
    usual = {
        "title": "Seminar",
        "rule": replace(weekly([0]), count=6),
        "first_date": date(2026, 3, 9),
        "clock": time(15),
        "duration": 60,
        "time_zone": "Europe/Berlin",
    }
    return book_series(dana, SeriesWish(**{**usual, **changed}))


@pytest.fixture
def series(dana: User) -> Series:
    """9, 16, 23, 30 March at three; 6 and 13 April at half past four."""
    series = made(dana)
    follow(series, APRIL_6, clock=time(16, 30))
    return series


def on(series: Series, day: date) -> Booking:
    return series.bookings.get(recurrence_date=day, deleted_at=None)


def follow(series: Series, day: date, **changed: Any) -> None:
    booking = on(series, day)
    version = Series.objects.get(pk=series.pk).version
    wish = replace(wish_of(booking), **changed)
    edit_following(booking, wish, by=series.organizer, version=version)


def change_all(series: Series, *, later: Later | None = None, **changed: Any) -> None:
    series.refresh_from_db()
    first = series.bookings.confirmed().earliest("starts_at")
    wish = replace(wish_of(first), **changed)
    edit_all(
        series,
        wish,
        by=series.organizer,
        version=series.version,
        exceptions=Exceptions.KEEP,
        later=later,
    )


def shown(series: Series) -> list[str]:
    return [f"{each.wall[5:]} {each.duration}" for each in series.bookings.confirmed()]


def test_other_duration_for_all_leaves_each_stretch_its_own_clock(series: Series) -> None:
    events = set(series.patterns.values_list("uid", flat=True))
    meetings = set(series.bookings.values_list("pk", flat=True))

    change_all(series, duration=45)

    assert shown(series) == [
        "03-09T15:00 45",
        "03-16T15:00 45",
        "03-23T15:00 45",
        "03-30T15:00 45",
        "04-06T16:30 45",
        "04-13T16:30 45",
    ]
    assert set(series.patterns.values_list("uid", flat=True)) == events
    assert set(series.bookings.values_list("pk", flat=True)) == meetings


def test_other_clock_for_all_is_that_of_every_stretch_and_the_history_says_so(
    series: Series,
) -> None:
    change_all(series, clock=time(14))

    assert {each.wall[11:] for each in series.bookings.all()} == {"14:00"}
    change = series.changes.latest("pk")
    assert change.meetings == 6
    assert [[each["clock"] for each in part] for part in change.values["later"]] == [
        ["16:30"],
        ["14:00"],
    ]


def test_from_a_date_on_later_stretches_keep_what_is_not_changed_as_well(series: Series) -> None:
    follow(series, date(2026, 3, 23), duration=45)

    assert shown(series)[1:] == [
        "03-16T15:00 60",
        "03-23T15:00 45",
        "03-30T15:00 45",
        "04-06T16:30 45",
        "04-13T16:30 45",
    ]


def test_other_rule_needs_a_word_about_later_stretches(series: Series) -> None:
    with pytest.raises(LaterAhead):
        change_all(series, rule=TUESDAYS, first_date=date(2026, 3, 10))


def test_other_rule_holds_until_the_next_stretch_or_replaces_it(series: Series) -> None:
    tuesdays = {"rule": TUESDAYS, "first_date": date(2026, 3, 10)}

    change_all(series, later=Later.KEEP, **tuesdays)
    kept = shown(series)
    change_all(series, later=Later.REPLACE, rule=replace(weekly([1]), count=5))

    assert [each[:11] for each in kept][3:] == ["03-31T15:00", "04-06T16:30", "04-13T16:30"]
    assert [each[:11] for each in shown(series)][3:] == ["03-31T15:00", "04-07T15:00"]
    assert series.changes.latest("pk").values["later"][1] == []


def test_dates_taken_in_any_stretch_are_told_at_once(series: Series, book: Book) -> None:
    book("Dentist", at=datetime(2026, 3, 16, 15, 30, tzinfo=UTC))  # half past four in Berlin
    book("Lunch", at=datetime(2026, 4, 13, 15, 45, tzinfo=UTC))  # a quarter to six

    with pytest.raises(Collisions) as taken:
        change_all(series, duration=120)

    assert [each.date for each in taken.value.dates] == [date(2026, 3, 16), date(2026, 4, 13)]
    decisions = {each.date: Decision.SKIP for each in taken.value.dates}
    change_all(series, duration=120, decisions=decisions)
    assert [each[:5] for each in shown(series)] == ["03-09", "03-23", "03-30", "04-06"]


def test_stretch_that_would_run_into_the_next_is_a_date_that_is_taken(dana: User) -> None:
    days: Rule = replace(daily(), count=4)
    series = made(dana, rule=days, clock=time(15), duration=600)
    follow(series, date(2026, 3, 11), clock=time(8))

    with pytest.raises(Collisions) as taken:
        change_all(series, duration=1200)

    assert [(each.date, each.with_itself) for each in taken.value.dates] == [
        (date(2026, 3, 11), True)
    ]


def test_room_for_all_is_that_of_every_stretch(series: Series, room: Room) -> None:
    change_all(series, room=room)

    assert {each.room for each in series.bookings.all()} == {room}
    assert {each.wall[11:] for each in series.bookings.all()} == {"15:00", "16:30"}


def test_answers_to_stretches_that_stay_are_kept(series: Series, dana: User) -> None:
    guest = series.guests.create(email="ana@example.org")
    answering.answer(guest, Answer.Choice.ACCEPTED)

    change_all(series, rule=TUESDAYS, first_date=date(2026, 3, 10), later=Later.KEEP)

    assert answering.answer_of(guest, on(series, date(2026, 3, 10))) is None
    assert answering.answer_of(guest, on(series, APRIL_6))


def test_outlook_counts_and_names_all_stretches(series: Series) -> None:
    wish = wish_of(on(series, date(2026, 3, 9)))

    duration = look_ahead(series, replace(wish, duration=45))
    rule = look_ahead(series, replace(wish, rule=replace(weekly([0], 2), count=2)))

    assert (duration.meetings, len(duration.later), duration.asks_later) == (6, 1, False)
    assert duration.later[0].wish.duration == 45
    assert (rule.meetings, rule.gone, rule.asks_later) == (2, 2, True)
