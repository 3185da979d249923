"""All that is ahead of a series changes."""

from dataclasses import replace
from datetime import UTC, date, datetime

import time_machine

from accounts.models import User
from meetings.models import Room, Series, SeriesChange
from meetings.recurrence import weekly
from meetings.services.series.booking import book_series, wish_of
from meetings.services.series.edits import look_ahead

from .edits import TEN, change_all, move, on, shown, wish


def test_other_words_are_written_into_all_that_is_ahead(
    series: Series, clock: time_machine.TimeMachineFixture
) -> None:
    move(on(series, 3, 30), title="Special")
    move(on(series, 4, 6))
    uid = series.patterns.get().uid
    clock.move_to(datetime(2026, 3, 20, tzinfo=UTC))

    change_all(series, title="Daily", description="Short.", reminders=(10,))

    titles = [each.title for each in series.bookings.all()]
    assert titles == ["Stand-up", "Stand-up", "Daily", "Special", "Daily", "Daily"]
    assert on(series, 4, 13).description == "Short."
    assert on(series, 4, 13).reminders == [10]
    pattern = series.patterns.get()
    assert (pattern.uid, pattern.sequence, pattern.title) == (uid, 2, "Daily")
    assert on(series, 4, 6).wall == "2026-04-06T10:00"


def test_other_options_are_those_of_its_room(series: Series) -> None:
    change_all(series, options={"waiting_room": "nobody"})

    assert Room.objects.get().waiting_room == "nobody"
    assert series.patterns.get().sequence == 0  # nobody is told


def test_saving_all_without_a_change_changes_nothing(series: Series) -> None:
    change_all(series)

    assert Series.objects.get().version == series.version
    assert series.changes.count() == 1


def test_other_time_for_all_leaves_what_was(
    series: Series, clock: time_machine.TimeMachineFixture
) -> None:
    clock.move_to(datetime(2026, 3, 20, tzinfo=UTC))

    change_all(series, clock=TEN)

    assert shown(series)[1:3] == ["03-16T09:00", "03-23T10:00"]
    change = series.changes.first()
    assert change
    assert change.kind == SeriesChange.Kind.EDITED


def test_look_ahead_tells_what_would_change_and_saves_nothing(series: Series, dana: User) -> None:
    exception = move(on(series, 3, 30))
    booking = on(series, 3, 23)
    before = shown(series)

    anew = look_ahead(
        series,
        replace(wish_of(booking), rule=replace(weekly([0]), count=2), clock=TEN),
        booking=booking,
    )
    words = look_ahead(series, replace(wish_of(on(series, 3, 9)), title="Daily"))

    assert (anew.since, anew.meetings, anew.gone) == (date(2026, 3, 23), 2, 2)
    assert anew.exceptions == (exception,)
    assert anew.values["clock"] == ["09:00", "10:00"]
    assert (words.meetings, words.gone, words.exceptions) == (6, 0, ())
    assert shown(series) == before


def test_series_in_a_permanent_room_leaves_the_room_as_it_is(dana: User, room: Room) -> None:
    series = book_series(dana, wish(room=room))

    change_all(series, title="Daily")

    room.refresh_from_db()
    assert room.name == "Office hours"
