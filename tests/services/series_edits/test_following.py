"""A series changes from a meeting on."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time

import pytest
import time_machine

from accounts.models import User
from meetings.models import Room, Series, SeriesChange
from meetings.recurrence import Rule, daily, weekly
from meetings.services.opening import open_room
from meetings.services.scheduling import StaleEdit
from meetings.services.series.booking import book_series, wish_of
from meetings.services.series.edits import edit_all, edit_following
from meetings.services.series.wish import NothingAhead

from .edits import REPLACE, TEN, change_all, follow, move, on, shown, wish


def test_following_meetings_move_and_earlier_ones_stay(series: Series) -> None:
    keys = set(series.bookings.values_list("pk", flat=True))
    tokens = {link.token for link in series.links.all()}

    follow(on(series, 3, 23), clock=TEN)

    assert shown(series) == [
        "03-09T09:00",
        "03-16T09:00",
        "03-23T10:00",
        "03-30T10:00",
        "04-06T10:00",
        "04-13T10:00",
    ]
    assert set(series.bookings.values_list("pk", flat=True)) == keys
    assert {link.token for link in series.links.all()} == tokens


def test_split_is_two_patterns_with_counts_that_add_up(series: Series) -> None:
    uid = series.patterns.get().uid

    follow(on(series, 3, 23), clock=TEN)

    old, new = series.patterns.all()
    assert (old.uid, old.sequence, old.repeats.count) == (uid, 1, 2)
    assert (new.first_date, new.sequence, new.repeats.count) == (date(2026, 3, 23), 2, 4)
    assert new.uid != uid


def test_series_without_end_is_ended_by_a_date(dana: User) -> None:
    series = book_series(dana, wish(rule=weekly([0])))

    follow(on(series, 3, 23), clock=TEN)

    old, new = series.patterns.all()
    assert (old.repeats.until, old.filled_until) == (date(2026, 3, 22), None)
    assert not new.repeats.ends
    assert new.filled_until == date(2027, 4, 27)


def test_history_tells_of_the_split(series: Series, dana: User) -> None:
    follow(on(series, 3, 23), clock=TEN, title="Late")

    change = series.changes.first()
    assert change
    assert (change.kind, change.by, change.since) == (
        SeriesChange.Kind.FOLLOWING,
        dana,
        date(2026, 3, 23),
    )
    assert change.meetings == 4
    assert change.values == {"title": ["Stand-up", "Late"], "clock": ["09:00", "10:00"]}
    assert str(Series.objects.get()) == "Late"


def test_following_from_the_first_on_is_no_split(series: Series) -> None:
    uid = series.patterns.get().uid

    follow(on(series, 3, 9), clock=TEN)

    pattern = series.patterns.get()
    assert (pattern.uid, pattern.sequence, pattern.clock) == (uid, 1, TEN)
    assert shown(series)[0] == "03-09T10:00"


def test_other_rule_makes_other_meetings(series: Series) -> None:
    tuesdays = replace(weekly([1]), count=2)

    follow(on(series, 3, 23), rule=tuesdays, first_date=date(2026, 3, 24))

    assert shown(series) == ["03-09T09:00", "03-16T09:00", "03-24T09:00", "03-31T09:00"]
    assert series.bookings.count() == 4


def test_meetings_with_a_history_are_hidden_rather_than_deleted(series: Series) -> None:
    told = move(on(series, 4, 6))

    follow(on(series, 3, 23), rule=replace(weekly([0]), count=2), exceptions=REPLACE)

    told.refresh_from_db()
    assert told.is_cancelled
    assert told.deleted_at
    assert told.changes.count() == 1
    assert shown(series)[-1] == "03-30T09:00"


def test_hidden_meeting_comes_back_when_its_date_does(series: Series) -> None:
    told = move(on(series, 4, 6))
    follow(on(series, 3, 9), rule=replace(weekly([0]), count=2), exceptions=REPLACE)

    follow(on(series, 3, 9), rule=replace(weekly([0]), count=6))

    told.refresh_from_db()
    assert (told.is_cancelled, told.deleted_at, told.wall) == (False, None, "2026-04-06T09:00")
    assert len(shown(series)) == 6


def test_past_meetings_keep_what_they_were(
    series: Series, clock: time_machine.TimeMachineFixture
) -> None:
    clock.move_to(datetime(2026, 3, 24, 12, tzinfo=UTC))

    follow(on(series, 3, 9), clock=TEN)

    assert shown(series)[2:4] == ["03-23T09:00", "03-30T10:00"]


def test_running_meeting_goes_on_where_and_when_it_is(series: Series, room: Room) -> None:
    early = on(series, 3, 23)  # a rehearsal, long before its time
    open_room(early.room, early)

    change_all(series, clock=TEN, room=room)

    early.refresh_from_db()
    assert (early.wall, early.is_exception) == ("2026-03-23T09:00", True)
    assert early.room != room
    assert shown(series)[1:4] == ["03-16T10:00", "03-23T09:00", "03-30T10:00"]


def test_date_that_was_left_out_stays_left_out(dana: User) -> None:
    series = book_series(dana, wish(left_out=frozenset({date(2026, 3, 30)})))

    follow(on(series, 3, 23), clock=TEN, left_out=frozenset())

    assert series.patterns.last().left_out == ["2026-03-30"]  # type: ignore[union-attr]
    assert "03-30T10:00" not in shown(series)


def test_other_clock_from_a_date_on_is_that_of_later_patterns_as_well(series: Series) -> None:
    follow(on(series, 4, 6), clock=TEN)

    follow(on(series, 3, 23), clock=clock_time(11))

    assert shown(series)[2:] == ["03-23T11:00", "03-30T11:00", "04-06T11:00", "04-13T11:00"]


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (replace(weekly([0]), count=2), replace(weekly([0]), count=5)),
        (
            replace(weekly([0]), count=999),
            replace(weekly([0]), until=date(2026, 4, 6) + timedelta(weeks=998)),
        ),
        (weekly([0]), weekly([0])),
        (
            replace(weekly([1]), until=date(2026, 5, 1)),
            replace(weekly([0]), until=date(2026, 4, 28)),
        ),
    ],
)
def test_series_as_it_stands_before_a_split_goes_on_to_its_end(
    series: Series, later: Rule, expected: Rule
) -> None:
    follow(on(series, 4, 6), rule=later)

    assert wish_of(on(series, 3, 16)).rule == expected


def test_meetings_that_take_the_whole_day_can_be_shifted_by_hours(dana: User) -> None:
    days = wish(rule=replace(daily(), count=8), duration=20 * 60, clock=clock_time(1))
    series = book_series(dana, days)

    follow(on(series, 3, 12), clock=clock_time(3))

    assert shown(series)[2:4] == ["03-11T01:00", "03-12T03:00"]


def test_series_is_not_moved_into_the_past(
    series: Series, clock: time_machine.TimeMachineFixture
) -> None:
    clock.move_to(datetime(2026, 3, 20, 12, tzinfo=UTC))
    fridays = replace(weekly([4]), count=5)

    follow(on(series, 3, 23), first_date=date(2026, 3, 13), rule=fridays)

    assert shown(series)[1:] == ["03-16T09:00", "03-27T09:00", "04-03T09:00", "04-10T09:00"]


def test_rule_that_would_be_over_by_now_is_refused(
    series: Series, clock: time_machine.TimeMachineFixture
) -> None:
    clock.move_to(datetime(2026, 3, 20, 12, tzinfo=UTC))

    with pytest.raises(NothingAhead):
        follow(on(series, 3, 23), first_date=date(2026, 3, 9), rule=replace(daily(), count=2))


def test_other_options_from_a_date_on_are_another_room(series: Series) -> None:
    follow(on(series, 3, 23), options={"waiting_room": "nobody"})

    assert on(series, 3, 16).room.waiting_room == "guests"
    assert on(series, 3, 23).room.waiting_room == "nobody"


def test_series_moves_to_a_permanent_room_and_back(series: Series, room: Room) -> None:
    follow(on(series, 3, 23), room=room)
    follow(on(series, 3, 30), room=None)

    rooms = [each.room for each in series.bookings.select_related("room")]
    assert [each == room for each in rooms] == [False, False, True, False, False, False]


def test_second_tab_is_told(series: Series, dana: User) -> None:
    version = series.version
    follow(on(series, 3, 23), clock=TEN)

    with pytest.raises(StaleEdit):
        edit_following(on(series, 3, 23), wish(), by=dana, version=version)


def test_series_of_which_all_has_begun_is_not_changed(
    series: Series, dana: User, clock: time_machine.TimeMachineFixture
) -> None:
    clock.move_to(datetime(2026, 5, 1, tzinfo=UTC))

    with pytest.raises(NothingAhead):
        edit_all(series, wish(), by=dana, version=series.version)
    with pytest.raises(NothingAhead):
        follow(on(series, 3, 23), clock=TEN)
