"""Series at the same moment as other things: what takes the time, and that nothing is lost."""

import uuid
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from accounts.models import User
from meetings.models import Booking, JoinLink, Room, Series
from meetings.recurrence import daily
from meetings.services import scheduling
from meetings.services.scheduling import MeetingWish, Overlaps
from meetings.services.series import booking, remake
from meetings.services.series.booking import Collisions, SeriesWish, book_series, wish_of
from meetings.services.series.cancelling import cancel_all
from meetings.services.series.edits import edit_all, edit_following
from tests.conftest import Share, make_user, next_hour
from tests.together import seen_by_all, together

pytestmark = pytest.mark.django_db(transaction=True)

AT = next_hour() + timedelta(days=1)


def single(at: datetime = AT, **changed: Any) -> MeetingWish:
    usual = {"title": "Review", "starts_at": at, "duration": 30, "time_zone": "UTC"}
    return MeetingWish(**{**usual, **changed})


def week(**changed: Any) -> SeriesWish:
    """Seven days from tomorrow, at the hour of `AT`."""
    usual = {
        "title": "Stand-up",
        "rule": replace(daily(), count=7),
        "first_date": AT.date(),
        "clock": AT.time(),
        "duration": 30,
        "time_zone": "UTC",
    }
    return SeriesWish(**{**usual, **changed})


def outcomes(answers: list[Any]) -> Counter[str]:
    return Counter(type(answer).__name__ for answer in answers)


def test_fifty_who_want_one_slot_get_one_meeting_and_the_others_the_next_free_times(
    dana: User, share_database: Share
) -> None:
    share_database()

    answers = together(*[lambda: scheduling.book(dana, single())] * 50)

    assert outcomes(answers) == {"Booking": 1, "Overlaps": 49}
    (booked,) = (answer for answer in answers if isinstance(answer, Booking))
    refused = [answer for answer in answers if isinstance(answer, Overlaps)]
    assert all(each.bookings == [booked] for each in refused)
    assert {each.free[0].start for each in refused} == {AT + timedelta(minutes=30)}
    assert all(len(each.free) == 3 for each in refused)
    assert seen_by_all(Booking.objects.count) == 1


def test_twenty_who_want_one_room_every_day_get_one_series(
    room: Room, share_database: Share
) -> None:
    people = [make_user(f"Person{number}") for number in range(20)]
    share_database()

    answers = together(*[lambda each=each: book_series(each, week(room=room)) for each in people])

    assert outcomes(answers) == {"Series": 1, "Collisions": 19}
    for refusal in answers:
        if isinstance(refusal, Collisions):
            assert len(refusal.dates) == 7
    assert seen_by_all(Booking.objects.count) == 7


def test_series_and_meeting_that_want_the_same_hour_do_not_both_get_it(
    dana: User, share_database: Share
) -> None:
    share_database()
    third = single(AT + timedelta(days=2))

    answers = together(lambda: book_series(dana, week()), lambda: scheduling.book(dana, third))

    assert outcomes(answers) in ({"Series": 1, "Overlaps": 1}, {"Booking": 1, "Collisions": 1})
    assert seen_by_all(Booking.objects.count) in {7, 1}


def test_form_sent_twice_at_once_is_one_series(dana: User, share_database: Share) -> None:
    share_database()
    sent = week(request_key=uuid.uuid4())

    answers = together(*[lambda: book_series(dana, sent)] * 4)

    assert outcomes(answers) == {"Series": 4}
    assert seen_by_all(Series.objects.count) == 1
    assert seen_by_all(JoinLink.objects.count) == 3


def test_form_that_the_lock_did_not_stop_is_one_series_too(
    dana: User, share_database: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = week(request_key=uuid.uuid4())
    first = book_series(dana, sent)
    seen = iter([None, first])
    monkeypatch.setattr(booking, "_same_request", lambda *_: next(seen))
    monkeypatch.setattr(Series.objects, "filter", lambda **_: Series.objects.none())

    assert book_series(dana, replace(sent, clock=time(AT.hour, 45))) == first


@pytest.mark.postgres
def test_meetings_that_our_query_could_not_see_yet_collide_and_are_no_error(
    dana: User, share_database: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booking, "lock", lambda organizer, room: None)
    share_database()

    answers = together(*[lambda: book_series(dana, week())] * 6)

    assert outcomes(answers) == {"Series": 1, "Collisions": 5}


def test_of_two_changes_at_once_one_is_saved_and_one_is_told(
    dana: User, share_database: Share
) -> None:
    made = book_series(dana, week())
    booking = made.bookings.all()[3]
    wish = wish_of(booking)
    share_database()

    def later(hours: int) -> Series:
        clock = (AT + timedelta(hours=hours)).time()
        mine = Booking.objects.get(pk=booking.pk)
        return edit_following(mine, replace(wish, clock=clock), by=dana, version=1)

    answers = together(lambda: later(1), lambda: later(2))

    assert outcomes(answers) == {"Series": 1, "StaleEdit": 1}
    assert seen_by_all(Booking.objects.confirmed().count) == 7


def test_series_that_is_cancelled_and_changed_at_once_is_one_or_the_other(
    dana: User, share_database: Share
) -> None:
    made = book_series(dana, week())
    wish = wish_of(made.bookings.all()[0])
    share_database()

    answers = together(
        lambda: cancel_all(Series.objects.get(pk=made.pk), by=dana, version=1),
        lambda: edit_all(
            Series.objects.get(pk=made.pk), replace(wish, title="Other"), by=dana, version=1
        ),
    )

    counted = outcomes(answers)
    assert counted["Series"] == 1
    assert counted["AlreadyCancelled"] + counted["StaleEdit"] == 1


@pytest.mark.parametrize("step", ["take_away", "_use", "make_meetings"])
def test_change_that_dies_half_way_has_changed_nothing(
    dana: User, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    made = book_series(dana, week())
    before = list(made.bookings.values_list("pk", "starts_at", "pattern", "version"))
    wish = replace(wish_of(made.bookings.all()[3]), clock=time(AT.hour, 30))

    def die(*_: object) -> None:
        raise SystemExit(9)

    with monkeypatch.context() as during:
        during.setattr(remake, step, die)
        with pytest.raises(SystemExit):
            edit_following(made.bookings.all()[3], wish, by=dana, version=1)

    assert list(made.bookings.values_list("pk", "starts_at", "pattern", "version")) == before
    made.refresh_from_db()
    assert (made.version, made.patterns.count()) == (1, 1)
    assert made.patterns.get().repeats.count == 7
    assert made.bookings.all()[0].recurrence_date == date(AT.year, AT.month, AT.day)
