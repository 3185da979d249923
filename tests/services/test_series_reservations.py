"""Series at a provider that holds rooms before they start: what comes soon is reserved."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from accounts.models import User
from meetings.models import Booking, Reservation, Series
from meetings.recurrence import daily, weekly
from meetings.services import reservations, scheduling
from meetings.services.series.booking import SeriesWish, book_series, wish_of
from meetings.services.series.cancelling import cancel_all
from meetings.services.series.edits import edit_all, edit_following
from tests.accounts_at_doubles import AtXroom

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday


@pytest.fixture(autouse=True)
def clock(
    at_xroom: AtXroom, settings: Settings, time_machine: time_machine.TimeMachineFixture
) -> time_machine.TimeMachineFixture:
    """xroom is `main`, where meetings are held unless said."""
    account = settings.MEETING_PROVIDERS["main"]
    settings.MEETING_PROVIDERS = {"main": account, "builtin": {"BACKEND": "builtin"}}
    time_machine.move_to(NOW, tick=False)
    return time_machine


def make(dana: User, **changed: Any) -> Series:
    usual = {
        "title": "Stand-up",
        "rule": weekly([0]),
        "first_date": date(2026, 3, 9),
        "clock": time(9),
        "duration": 30,
        "time_zone": "Europe/Berlin",
    }
    return book_series(dana, SeriesWish(**{**usual, **changed}))


def reserved() -> list[str]:
    wanted = Reservation.objects.wanted().order_by("booking__starts_at")
    return [each.booking.wall[5:] for each in wanted.select_related("booking")]


def test_only_the_next_thirty_days_are_reserved(dana: User) -> None:
    make(dana)

    assert reserved() == ["03-09T09:00", "03-16T09:00", "03-23T09:00", "03-30T09:00"]


def test_sweep_reserves_what_comes_nearer_and_nothing_else(
    dana: User, clock: time_machine.TimeMachineFixture
) -> None:
    make(dana)
    clock.shift(timedelta(days=5))

    reservations.sweep()

    assert reserved()[4:] == ["04-06T09:00"]


def test_other_time_moves_reservations_instead_of_making_new_ones(dana: User) -> None:
    series = make(dana)
    before = {each.key for each in Reservation.objects.all()}
    booking = series.bookings.all()[1]

    edit_following(
        booking, replace(wish_of(booking), clock=time(10)), by=dana, version=series.version
    )

    assert reserved() == ["03-09T09:00", "03-16T10:00", "03-23T10:00", "03-30T10:00"]
    assert {each.key for each in Reservation.objects.all()} == before


def test_other_days_give_back_and_reserve(dana: User) -> None:
    series = make(dana)
    booking = series.bookings.all()[2]
    tuesdays = replace(wish_of(booking), rule=weekly([1]), first_date=date(2026, 3, 24))

    edit_following(booking, tuesdays, by=dana, version=series.version)

    assert reserved() == ["03-09T09:00", "03-16T09:00", "03-24T09:00", "03-31T09:00"]
    given_back = Reservation.objects.filter(is_wanted=False)
    assert {each.booking.deleted_at is not None for each in given_back} == {True}
    assert given_back.count() == 2


def test_cancelled_series_gives_everything_back(dana: User) -> None:
    series = make(dana)

    cancel_all(series, by=dana, version=series.version)

    assert reserved() == []
    assert Reservation.objects.filter(is_wanted=False).count() == 4


def test_reservation_of_a_meeting_that_is_moved_far_away_moves_along(dana: User) -> None:
    series = make(dana)
    first = series.bookings.all()[0]
    far = scheduling.MeetingWish(
        title="Stand-up",
        starts_at=datetime(2026, 6, 2, 8, tzinfo=UTC),
        duration=30,
        time_zone="Europe/Berlin",
    )

    scheduling.edit(first, far, by=dana, version=first.version)

    assert "06-02T10:00" in reserved()


def test_series_that_moves_to_another_provider_takes_its_reservations_along(dana: User) -> None:
    series = make(dana)
    wish = replace(wish_of(series.bookings.all()[0]), options={"provider_alias": "builtin"})

    edit_all(series, wish, by=dana, version=series.version)

    assert reserved() == []
    assert {each.room.provider_alias for each in series.bookings.all()} == {"builtin"}


def test_long_series_is_saved_in_a_moment_where_rooms_are_reserved(dana: User) -> None:
    make(dana, rule=replace(daily(), count=1000))

    assert len(reserved()) == 24
    assert Booking.objects.count() == 1000
