"""Series: what is made, what collides, and what is said then."""

import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

import pytest
import time_machine

from accounts.models import User
from meetings.models import Booking, JoinLink, Pattern, Room, Series, SeriesChange
from meetings.recurrence import Fault, Frequency, Rule, daily, monthly_by_date, weekly
from meetings.services import scheduling
from meetings.services.scheduling import RoomRefused
from meetings.services.series.booking import (
    BadSeries,
    Collisions,
    Decision,
    SeriesWish,
    book_series,
    wish_of,
)

Book = Callable[..., Booking]
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday
MONDAYS = replace(weekly([0]), count=6)
SKIP, ANYWAY = Decision.SKIP, Decision.ANYWAY


@pytest.fixture(autouse=True)
def clock(time_machine: time_machine.TimeMachineFixture) -> time_machine.TimeMachineFixture:
    time_machine.move_to(NOW, tick=False)
    return time_machine


def wish(**changed: Any) -> SeriesWish:
    usual = {
        "title": "Stand-up",
        "rule": MONDAYS,
        "first_date": date(2026, 3, 9),
        "clock": clock_time(9),
        "duration": 30,
        "time_zone": "Europe/Berlin",
    }
    return SeriesWish(**{**usual, **changed})


def walls(series: Series) -> list[str]:
    return [each.wall for each in series.bookings.all()]


def test_meetings_keep_their_clock_when_the_clocks_change(dana: User) -> None:
    series = book_series(dana, wish())

    starts = [each.starts_at.isoformat() for each in series.bookings.all()]
    assert starts[2:4] == ["2026-03-23T08:00:00+00:00", "2026-03-30T07:00:00+00:00"]
    assert walls(series)[2:4] == ["2026-03-23T09:00", "2026-03-30T09:00"]
    assert next(each.recurrence_date for each in series.bookings.all()) == date(2026, 3, 9)
    assert all(
        each.ends_at - each.starts_at == timedelta(minutes=30) for each in series.bookings.all()
    )


def test_series_has_one_room_three_links_and_its_history(dana: User) -> None:
    series = book_series(dana, wish(options={"waiting_room": "nobody"}))

    assert Room.objects.get().waiting_room == "nobody"
    assert sorted(link.purpose for link in series.links.all()) == ["cohost", "host", "participant"]
    assert not JoinLink.objects.exclude(series=series).exists()
    change = series.changes.get()
    assert (change.kind, change.by, change.meetings) == (SeriesChange.Kind.BOOKED, dana, 6)
    assert (str(series), str(change), str(series.links.first())) == (
        "Stand-up",
        "Booked: Stand-up",
        "Host: Stand-up",
    )


def test_series_without_end_is_made_for_a_good_year(dana: User) -> None:
    series = book_series(dana, wish(rule=weekly([0])))

    pattern = series.patterns.get()
    assert pattern.filled_until == date(2026, 3, 9) + timedelta(days=400)
    assert series.bookings.count() == 58


def test_series_with_an_end_is_made_whole_and_needs_no_filling(dana: User) -> None:
    series = book_series(dana, wish(rule=replace(daily(), until=date(2028, 3, 9))))

    assert series.bookings.count() == 732
    assert series.patterns.get().filled_until is None


@pytest.mark.alone
def test_thousand_meetings_are_saved_at_once(dana: User) -> None:
    begun = time.perf_counter()

    series = book_series(dana, wish(rule=replace(daily(), count=1000)))

    assert series.bookings.count() == 1000
    assert time.perf_counter() - begun < 3


def test_rule_begins_with_its_first_date_that_is_not_earlier(dana: User) -> None:
    series = book_series(dana, wish(first_date=date(2026, 3, 10)))

    assert series.patterns.get().first_date == date(2026, 3, 16)


def test_same_form_sent_twice_is_one_series(dana: User) -> None:
    sent = wish()

    assert book_series(dana, sent) == book_series(dana, sent)
    assert Series.objects.count() == 1


@pytest.mark.parametrize("changed", [{"title": "Other"}, {"rule": replace(MONDAYS, count=2)}])
def test_form_filled_in_anew_after_the_back_button_is_another_series(
    dana: User, changed: dict[str, Any]
) -> None:
    sent = wish()
    first = book_series(dana, sent)
    later = {"clock": clock_time(12), **changed}

    assert book_series(dana, replace(sent, **later)) != first
    assert Series.objects.count() == 2


def test_form_of_somebody_else_is_never_theirs(dana: User, colin: User) -> None:
    sent = wish()
    first = book_series(dana, sent)

    assert book_series(colin, sent) != first


# What is taken


def test_each_date_that_is_taken_is_named_with_what_takes_it(dana: User, book: Book) -> None:
    taken = book("Dentist", at=datetime(2026, 3, 16, 8, 15, tzinfo=UTC))
    other = book("Trip", at=datetime(2026, 3, 29, 22, tzinfo=UTC), minutes=1440)

    with pytest.raises(Collisions) as refused:
        book_series(dana, wish())

    found = {each.date: each.bookings for each in refused.value.dates}
    assert found == {date(2026, 3, 16): (taken,), date(2026, 3, 30): (other,)}
    assert not Series.objects.exists()
    assert Room.objects.filter(name="Stand-up").count() == 0


def test_dates_are_left_out_or_booked_anyway_as_decided(dana: User, book: Book) -> None:
    book("Dentist", at=datetime(2026, 3, 16, 8, 15, tzinfo=UTC))
    book("Trip", at=datetime(2026, 3, 30, 7, tzinfo=UTC))
    decided = {date(2026, 3, 16): SKIP, date(2026, 3, 30): ANYWAY}

    series = book_series(dana, wish(decisions=decided))

    assert series.patterns.get().left_out == ["2026-03-16"]
    assert "2026-03-16T09:00" not in walls(series)
    assert [each.wall for each in series.bookings.filter(may_overlap=True)] == ["2026-03-30T09:00"]
    assert series.bookings.count() == 5


def test_decision_about_one_date_is_none_about_another(dana: User, book: Book) -> None:
    book("Dentist", at=datetime(2026, 3, 16, 8, 15, tzinfo=UTC))
    book("Trip", at=datetime(2026, 3, 30, 7, tzinfo=UTC))

    with pytest.raises(Collisions) as refused:
        book_series(dana, wish(decisions={date(2026, 3, 16): SKIP}))

    assert [(each.date.day, each.decision) for each in refused.value.dates] == [
        (16, SKIP),
        (30, None),
    ]


def test_permanent_room_is_taken_by_whoever_meets_there(
    dana: User, colin: User, book: Book, room: Room
) -> None:
    book("Theirs", by=colin, room=room, at=datetime(2026, 3, 9, 8, tzinfo=UTC))

    with pytest.raises(Collisions):
        book_series(dana, wish(room=room))

    book_series(dana, wish())


def test_cancelled_meetings_and_those_that_only_touch_take_no_time(dana: User, book: Book) -> None:
    scheduling.cancel(book(at=datetime(2026, 3, 9, 8, tzinfo=UTC)), by=dana)
    book(at=datetime(2026, 3, 9, 7, 30, tzinfo=UTC))
    book(at=datetime(2026, 3, 9, 8, 30, tzinfo=UTC))

    assert book_series(dana, wish()).bookings.count() == 6


def test_series_that_meets_itself_when_a_day_has_23_hours_says_so(dana: User) -> None:
    whole_days = wish(rule=replace(daily(), count=30), duration=24 * 60)

    with pytest.raises(Collisions) as refused:
        book_series(dana, whole_days)

    (found,) = refused.value.dates
    assert (found.date, found.with_itself, found.bookings) == (date(2026, 3, 29), True, ())
    anyway = replace(whole_days, decisions={found.date: ANYWAY})
    assert book_series(dana, anyway).bookings.count() == 30


def test_single_meeting_hears_of_the_series_that_takes_its_time(dana: User, book: Book) -> None:
    series = book_series(dana, wish())

    with pytest.raises(scheduling.Overlaps) as refused:
        book(at=datetime(2026, 3, 23, 8, tzinfo=UTC))

    assert refused.value.bookings == [series.bookings.get(wall="2026-03-23T09:00")]


def test_room_that_was_given_up_is_refused(dana: User, room: Room) -> None:
    room.archive()

    with pytest.raises(RoomRefused):
        book_series(dana, wish(room=room))


# Rules that are none


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (replace(weekly([0]), until=date(2026, 3, 8)), Fault.NO_DATE),
        (replace(daily(), until=date(2060, 1, 1)), Fault.TOO_LONG),
        (replace(daily(), until=date(2040, 1, 1)), Fault.TOO_MANY),
        (Rule(frequency=Frequency.YEARLY, interval=99, month=2, month_day=29), Fault.NO_DATE),
    ],
)
def test_rule_that_makes_no_series_is_refused_in_a_sentence(
    dana: User, rule: Rule, fault: Fault
) -> None:
    with pytest.raises(BadSeries) as refused:
        book_series(dana, wish(rule=rule))

    assert refused.value.fault is fault
    assert str(refused.value).endswith(".")


def test_series_of_which_all_is_left_out_is_none(dana: User) -> None:
    once = replace(weekly([0]), count=1)

    with pytest.raises(BadSeries):
        book_series(dana, wish(rule=once, left_out=frozenset({date(2026, 3, 9)})))


def test_meeting_in_a_skipped_hour_begins_as_much_later_and_remembers_its_clock(
    dana: User,
) -> None:
    sundays = replace(weekly([6]), count=2)

    series = book_series(
        dana, wish(rule=sundays, first_date=date(2026, 3, 22), clock=clock_time(2, 30))
    )

    second = series.bookings.last()
    assert second
    assert (second.wall, second.starts_at.hour) == ("2026-03-29T02:30", 1)


# As it stands


def test_series_from_one_meeting_on_as_it_stands(dana: User) -> None:
    sent = wish(description="Short.", reminders=(10,), left_out=frozenset({date(2026, 3, 30)}))
    series = book_series(dana, sent)

    now = wish_of(series.bookings.get(recurrence_date=date(2026, 3, 23)))

    expected = replace(sent, rule=replace(MONDAYS, count=4), first_date=date(2026, 3, 23))
    assert now == expected


def test_meeting_by_itself_stands_in_no_series(book: Book) -> None:
    with pytest.raises(ValueError, match="no series"):
        wish_of(book())


def test_pattern_reads_its_own_rule(dana: User) -> None:
    book_series(dana, wish(rule=monthly_by_date(31, or_last=True), request_key=uuid.uuid4()))

    pattern = Pattern.objects.get()
    assert pattern.repeats == monthly_by_date(31, or_last=True)
    assert pattern.first_wall == datetime(2026, 3, 31, 9)  # noqa: DTZ001
    assert (str(pattern), str(pattern.zone)) == (f"Stand-up: {pattern.rule}", "Europe/Berlin")
