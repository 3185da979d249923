"""Whatever is lost or comes at once: one reservation, as it was wanted last."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from meetings.models import Booking, Reservation, Room
from meetings.models.owed import LEASE
from meetings.providers import get_provider
from meetings.providers.base import RoomSpec
from meetings.services import mirroring, reservations, scheduling
from tests.accounts_at_doubles import AtXroom
from tests.conftest import Share
from tests.providers.doubles.base import cut, html_503
from tests.providers.doubles.xroom import Double
from tests.providers.doubles.xroom.faults import on
from tests.together import seen_by_all, together

from .reserving import Book, State, edit, later, one, rooms, start_of

pytestmark = pytest.mark.django_db


# Never two reservations


def test_answer_lost_after_the_effect_makes_no_second_reservation(
    book: Book, double: Double
) -> None:
    with double.failing(cut):
        booking = book()
        reservations.sweep()
    first = one(booking)

    with later(seconds=16):
        reservations.sweep()

    assert first.is_unsure
    assert first.is_unconfirmed
    assert len(double.bookings) == 1
    assert double.methods().count("booking/add") == 1
    assert one(booking).state == State.HELD
    assert not one(booking).is_unsure


class Killed(BaseException):
    """The worker's process died here."""


def test_worker_killed_between_their_yes_and_our_save_makes_no_second_reservation(
    book: Book, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = book()
    with monkeypatch.context() as patch:
        patch.setattr(Reservation, "settle", dies)
        with pytest.raises(Killed):
            mirroring.mirror(one(booking).pk)
    reservations.sweep()
    while_leased = len(double.journal)

    with later(seconds=LEASE.total_seconds() + 1):
        reservations.sweep()

    assert while_leased == 2
    assert double.methods()[2:] == ["booking/list", "booking/update", "booking/get"]
    assert rooms(double) == [one(booking).key]
    assert one(booking).provider_booking_id == str(next(iter(double.bookings)))


def dies(*_: object, **__: object) -> None:
    raise Killed


def test_worker_killed_while_it_gave_back_is_followed_by_one_that_finishes(
    book: Book, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = book()
    reservations.sweep()
    scheduling.cancel(booking, by=booking.organizer)
    with monkeypatch.context() as patch:
        patch.setattr(Reservation, "settle", dies)
        with pytest.raises(Killed):
            mirroring.mirror(one(booking).pk)

    with later(seconds=LEASE.total_seconds() + 1):
        reservations.sweep()

    assert double.bookings == {}
    assert one(booking).state == State.RELEASED


def test_meeting_cancelled_while_its_reservation_is_uncertain_leaves_none_behind(
    book: Book, double: Double
) -> None:
    with double.failing(html_503):
        booking = book()
        reservations.sweep()
    assert len(double.bookings) == 1

    scheduling.cancel(booking, by=booking.organizer)
    reservations.sweep()

    assert double.bookings == {}
    assert one(booking).state == State.RELEASED


def test_spare_reservations_of_ours_are_given_back_and_a_stranger_s_is_not(
    book: Book,
    double: Double,
    at_xroom: AtXroom,
) -> None:
    booking = book()
    stranger = at_xroom.book_for_a_stranger().room_id
    key = one(booking).key
    for day in (1, 2):
        starts_at = timezone.now() + timedelta(days=day)
        spec = RoomSpec(key=key, title="", starts_at=starts_at, minutes=5)
        get_provider("main").book(spec)
    Reservation.objects.update(is_unsure=True)

    reservations.sweep()

    assert sorted(f"meet.example.org/{room}" for room in rooms(double)) == sorted(
        [stranger, one(booking).provider_room_id]
    )
    kept = double.bookings[int(one(booking).provider_booking_id)]
    assert datetime.fromtimestamp(kept.start / 1000, UTC) == booking.starts_at


def test_reservation_that_they_know_no_more_is_made_again(book: Book, double: Double) -> None:
    booking = book()
    reservations.sweep()
    double.bookings.clear()

    edit(booking, duration=90)
    reservations.sweep()

    assert start_of(double) == booking.starts_at
    assert one(booking).state == State.HELD


# At once


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_make_one_reservation(
    book: Book, double: Double, share_database: Share
) -> None:
    booking = book()
    Reservation.objects.filter(booking=booking).delete()
    double.journal.clear()
    double.bookings.clear()
    row = Reservation.objects.create(booking=booking, alias="main")
    share_database()

    outcomes = together(*[lambda: mirroring.mirror(row.pk)] * 6)

    assert outcomes == [True] * 6
    assert double.methods() == ["booking/add", "booking/get"]
    assert seen_by_all(lambda: one(booking).state) == State.HELD


@pytest.mark.django_db(transaction=True)
def test_newer_wish_wins_though_it_came_while_the_provider_was_called(
    dana: User, book: Book, double: Double, share_database: Share, settings: Settings
) -> None:
    account = settings.MEETING_PROVIDERS
    settings.MEETING_PROVIDERS = {"builtin": {"BACKEND": "builtin"}}
    booking = book()
    settings.MEETING_PROVIDERS = account
    Room.objects.update(provider_alias="main")
    row = Reservation.objects.create(booking=booking, alias="main")
    share_database()
    called, changed = threading.Event(), threading.Event()

    def wait(double: Any, call: Any, reply: Any) -> Any:
        called.set()
        assert changed.wait(30)
        return reply

    def change() -> bool:
        assert called.wait(30)
        edit(Booking.objects.get(pk=booking.pk), starts_at=booking.starts_at + timedelta(hours=3))
        changed.set()
        return True

    settings.MEETING_PROVIDERS["main"]["OPTIONS"]["read_timeout"] = 30.0
    with double.failing(on("booking/add", wait)):
        outcomes = together(lambda: mirroring.mirror(row.pk), change)

    assert outcomes == [True, True]
    assert start_of(double) == booking.starts_at + timedelta(hours=3)
    assert seen_by_all(lambda: one(booking).is_unconfirmed) is False


def test_worker_whose_lease_ran_out_says_nothing_more_to_the_provider(
    book: Book, double: Double
) -> None:
    booking = book()
    row = one(booking)
    assert row.take()
    with later(seconds=LEASE.total_seconds() + 1):
        assert one(booking).take()

        with pytest.raises(mirroring.LeaseLost):
            mirroring._attend_to(row)

    assert double.journal == []


def test_lease_that_runs_out_before_the_call_is_left_to_who_has_it(
    book: Book,
    double: Double,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    row = one(book())

    def take_too_long(_: Reservation) -> bool:
        with later(seconds=LEASE.total_seconds() + 1):
            return not Reservation.objects.get(pk=row.pk).take()

    monkeypatch.setattr(mirroring, "_is_in_session", take_too_long)

    assert mirroring.mirror(row.pk) is True

    assert double.journal == []
    assert "somebody else's now" in caplog.text


def test_sweep_ends_before_the_next_one_begins(
    book: Book, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    book()
    monkeypatch.setattr(reservations, "LONGEST_SWEEP", timedelta(seconds=-1))

    reservations.sweep()

    assert double.journal == []
    assert Reservation.objects.due().exists()
