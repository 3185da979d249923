"""Changing a series from a meeting on, or all of it; and calling it off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

import pytest
import time_machine

from accounts.models import User
from meetings.models import Booking, OutgoingMail, Room, Series, SeriesChange
from meetings.recurrence import Rule, daily, weekly
from meetings.services import scheduling
from meetings.services.opening import open_room
from meetings.services.scheduling import (
    AlreadyCancelled,
    MeetingWish,
    Overlaps,
    StaleEdit,
)
from meetings.services.series import book_series, wish_of
from meetings.services.series_cancel import cancel_all, cancel_following
from meetings.services.series_edits import edit_all, edit_following, look_ahead
from meetings.services.series_remake import Exceptions
from meetings.services.series_wish import (
    Collisions,
    Decision,
    ExceptionsAhead,
    NothingAhead,
    SeriesWish,
)

Book = Callable[..., Booking]
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday
KEEP, REPLACE = Exceptions.KEEP, Exceptions.REPLACE
TEN = clock_time(10)


@pytest.fixture(autouse=True)
def clock(time_machine: time_machine.TimeMachineFixture) -> time_machine.TimeMachineFixture:
    time_machine.move_to(NOW, tick=False)
    return time_machine


def wish(**changed: Any) -> SeriesWish:
    usual = {
        "title": "Stand-up",
        "rule": replace(weekly([0]), count=6),
        "first_date": date(2026, 3, 9),
        "clock": clock_time(9),
        "duration": 30,
        "time_zone": "Europe/Berlin",
    }
    return SeriesWish(**{**usual, **changed})


@pytest.fixture
def series(dana: User) -> Series:
    """Six Mondays at nine: 9, 16, 23, 30 March, 6 and 13 April."""
    return book_series(dana, wish())


def on(series: Series, month: int, day: int) -> Booking:
    return series.bookings.get(recurrence_date=date(2026, month, day), deleted_at=None)


def shown(series: Series) -> list[str]:
    """Which meetings there are, as clocks on the wall have them."""
    return [each.wall[5:] for each in series.bookings.confirmed()]


def move(booking: Booking, **changed: Any) -> Booking:
    """One meeting of its series, an hour later unless said."""
    usual = {
        "title": booking.title,
        "starts_at": booking.starts_at + timedelta(hours=1),
        "duration": booking.duration,
        "time_zone": booking.time_zone,
    }
    as_wished = MeetingWish(**{**usual, **changed})
    return scheduling.edit(booking, as_wished, by=booking.organizer, version=booking.version)


def follow(booking: Booking, *, exceptions: Exceptions | None = None, **changed: Any) -> Series:
    series = Series.objects.get(pk=booking.series_id)
    return edit_following(
        booking,
        replace(wish_of(booking), **changed),
        by=series.organizer,
        version=series.version,
        exceptions=exceptions,
    )


def change_all(series: Series, *, exceptions: Exceptions | None = None, **changed: Any) -> Series:
    series = Series.objects.get(pk=series.pk)
    first = series.bookings.confirmed().filter(starts_at__gt=datetime.now(UTC)).first()
    assert first
    return edit_all(
        series,
        replace(wish_of(first), **changed),
        by=series.organizer,
        version=series.version,
        exceptions=exceptions,
    )


# One meeting


def test_one_meeting_moves_and_the_others_stay_with_all_links(series: Series) -> None:
    tokens = {link.token for link in series.links.all()}

    moved = move(on(series, 3, 16))

    assert shown(series)[:3] == ["03-09T09:00", "03-16T10:00", "03-23T09:00"]
    assert (moved.is_exception, moved.recurrence_date) == (True, date(2026, 3, 16))
    assert {link.token for link in series.links.all()} == tokens
    assert moved.changes.get().values.keys() == {"starts_at"}


def test_saving_one_meeting_without_a_change_makes_no_exception(series: Series) -> None:
    same = on(series, 3, 16)

    assert not move(same, starts_at=same.starts_at).is_exception


def test_one_meeting_with_options_of_its_own_gets_its_own_room(series: Series) -> None:
    changed = move(on(series, 3, 16), options={"waiting_room": "nobody"})
    again = move(on(series, 3, 16), options={"waiting_room": "everyone"})

    assert changed.room == again.room
    assert on(series, 3, 23).room.waiting_room == "guests"
    assert again.room.waiting_room == "everyone"


def test_other_title_of_one_meeting_renames_no_room(series: Series) -> None:
    move(on(series, 3, 16), title="Special")

    assert Room.objects.get().name == "Stand-up"


def test_one_cancelled_meeting_leaves_the_others(series: Series, dana: User) -> None:
    off = scheduling.cancel(on(series, 3, 16), by=dana, reason="Snow")

    assert off.is_exception
    assert len(shown(series)) == 5


def test_series_form_that_was_open_when_one_meeting_changed_is_stale(
    series: Series, dana: User
) -> None:
    move(on(series, 3, 16))

    with pytest.raises(StaleEdit):
        edit_all(series, wish(clock=TEN), by=dana, version=series.version)


def test_one_meeting_cannot_be_moved_onto_another_of_its_series(dana: User) -> None:
    series = book_series(dana, wish(rule=replace(daily(), count=5)))
    tuesday = on(series, 3, 10)

    with pytest.raises(Overlaps):
        move(tuesday, starts_at=on(series, 3, 11).starts_at)


# This and following


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


# All


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


# Calling off


def test_series_ends_before_a_meeting(series: Series, dana: User) -> None:
    cancel_following(on(series, 3, 23), by=dana, version=series.version, reason="Done")

    assert shown(series) == ["03-09T09:00", "03-16T09:00"]
    (off,) = series.bookings.cancelled()
    assert (off.wall, off.cancel_reason, off.deleted_at) == ("2026-03-23T09:00", "Done", None)
    assert off.changes.get().values == {"reason": ["", "Done"]}
    assert series.patterns.get().repeats.count == 2
    assert not Series.objects.get().is_cancelled
    assert series.changes.first().kind == SeriesChange.Kind.ENDED  # type: ignore[union-attr]


def test_ending_a_series_before_its_first_meeting_is_cancelling_it(
    series: Series, dana: User
) -> None:
    cancel_following(on(series, 3, 9), by=dana, version=series.version)

    assert Series.objects.get().is_cancelled
    assert series.patterns.get().cancelled_at


def test_cancelled_series_keeps_what_was_and_its_links(
    series: Series, dana: User, clock: time_machine.TimeMachineFixture
) -> None:
    clock.move_to(datetime(2026, 3, 20, tzinfo=UTC))

    cancel_all(series, by=dana, version=series.version, reason="Done")

    stays = Series.objects.get()
    assert (stays.is_cancelled, stays.cancel_reason) == (True, "Done")
    assert shown(series) == ["03-09T09:00", "03-16T09:00"]
    assert stays.links.usable().count() == 3


def test_series_that_is_over_can_be_cancelled_too(
    series: Series, dana: User, clock: time_machine.TimeMachineFixture
) -> None:
    clock.move_to(datetime(2026, 5, 1, tzinfo=UTC))

    cancel_all(series, by=dana, version=series.version)

    assert len(shown(series)) == 6
    assert Series.objects.get().is_cancelled


def test_cancelled_series_is_changed_no_more(series: Series, dana: User) -> None:
    cancel_all(series, by=dana, version=series.version)

    with pytest.raises(AlreadyCancelled):
        cancel_all(series, by=dana, version=series.version)


def test_series_whose_rest_was_cancelled_one_by_one_can_be_ended(
    dana: User, clock: time_machine.TimeMachineFixture
) -> None:
    series = book_series(dana, wish(rule=replace(weekly([0]), count=2)))
    scheduling.cancel(on(series, 3, 9), by=dana, reason="Snow")
    scheduling.cancel(on(series, 3, 16), by=dana)

    cancel_all(series, by=dana, version=Series.objects.get().version)

    assert series.bookings.confirmed().count() == 0
    assert Series.objects.get().is_cancelled


# What guests are told


def told(series: Series) -> list[tuple[str, str, list[str]]]:
    """Each mail's kind and method, with the rules of the calendar events in it."""
    mails = OutgoingMail.objects.filter(guest__series=series).select_related("notice")
    return [
        (
            each.notice.kind,
            each.notice.facts["method"],
            [event["rule"] for event in each.notice.facts["events"]],
        )
        for each in mails.order_by("pk")
    ]


@pytest.fixture
def invited(series: Series) -> Series:
    series.guests.create(email="ana@example.org")
    return series


def test_guests_hear_of_both_parts_of_a_split(invited: Series) -> None:
    follow(on(invited, 3, 23), clock=TEN)

    assert told(invited) == [
        ("changed", "REQUEST", ["FREQ=WEEKLY;BYDAY=MO;COUNT=2"]),
        ("changed", "REQUEST", ["FREQ=WEEKLY;BYDAY=MO;COUNT=4"]),
    ]


def test_guests_hear_that_the_rest_is_off_also_when_all_that_stays_is_over(
    invited: Series, dana: User, clock: time_machine.TimeMachineFixture
) -> None:
    clock.move_to(datetime(2026, 3, 20, tzinfo=UTC))

    cancel_all(invited, by=dana, version=invited.version, reason="Done")

    assert told(invited) == [("cancelled", "REQUEST", ["FREQ=WEEKLY;BYDAY=MO;COUNT=2"])]


def test_guests_of_a_series_that_never_began_hear_that_it_is_off(
    invited: Series, dana: User
) -> None:
    cancel_all(invited, by=dana, version=invited.version)

    assert [each[:2] for each in told(invited)] == [("cancelled", "CANCEL")]


def test_guests_hear_of_other_words_once_and_of_other_options_not_at_all(
    invited: Series,
) -> None:
    change_all(invited, title="Daily")
    change_all(invited, options={"waiting_room": "nobody"})

    assert [each[:2] for each in told(invited)] == [("changed", "REQUEST")]


def test_series_in_a_permanent_room_leaves_the_room_as_it_is(dana: User, room: Room) -> None:
    series = book_series(dana, wish(room=room))

    change_all(series, title="Daily")

    room.refresh_from_db()
    assert room.name == "Office hours"
