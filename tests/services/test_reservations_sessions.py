"""Reservations around a session: left alone while people meet, given back afterwards."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from meetings.models import Reservation, Room, RoomSession
from meetings.providers import get_provider
from meetings.providers.base import RoomSpec
from meetings.services import hosting, moving, reservations, scheduling
from meetings.services.opening import open_room
from meetings.services.reservations import reservation_for
from tests.providers.doubles.xroom import Double

from .reserving import Book, State, edit, later, live, one, start_of

pytestmark = pytest.mark.django_db


def test_nothing_is_said_about_a_reservation_while_people_meet(book: Book, double: Double) -> None:
    booking = book()
    reservations.sweep()
    session = live(booking)
    double.journal.clear()

    edit(booking, duration=90)
    reservations.sweep()
    while_on = list(double.methods())
    session.end(RoomSession.EndReason.HOST)
    reservations.after_session(session)
    reservations.sweep()

    assert while_on == []
    assert one(booking).error == ""
    assert double.methods() == ["booking/update", "booking/get"]


def test_reservation_is_given_back_when_the_host_has_ended_the_meeting(
    book: Book,
    double: Double,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    booking = book(at=timezone.now() + timedelta(minutes=5))
    reservations.sweep()
    with later(minutes=6):
        session = live(booking)
        double.journal.clear()

        with django_capture_on_commit_callbacks(execute=True):
            hosting.end_for_all(session)
            reservations.sweep()

    assert double.methods()[-1] == "booking/remove"
    assert double.bookings == {}
    assert one(booking).state == State.RELEASED


def test_reservation_of_a_rehearsal_is_held_again_for_the_meeting(
    book: Book, double: Double
) -> None:
    booking = book()
    reservations.sweep()
    session = live(booking)
    early = get_provider("main").book(
        RoomSpec(key=one(booking).key, title="", starts_at=timezone.now(), minutes=30)
    )
    double.bookings.pop(int(one(booking).provider_booking_id))  # made anew to open it early
    RoomSession.objects.filter(pk=session.pk).update(provider_booking_id=early.booking_id)

    session.refresh_from_db()
    session.end(RoomSession.EndReason.HOST)
    reservations.after_session(session)
    reservations.sweep()

    assert one(booking).provider_booking_id == early.booking_id
    assert start_of(double) == booking.starts_at


def test_meeting_is_held_in_the_room_that_was_reserved_for_it(
    book: Book,
    double: Double,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    soon = timezone.now().replace(microsecond=0) + timedelta(minutes=5)
    booking = book(at=soon, minutes=30)
    reservations.sweep()
    reserved = one(booking).provider_room_id

    session = open_room(booking.room, booking)
    opened = set(double.rooms)
    with django_capture_on_commit_callbacks(execute=True):
        hosting.end_for_all(session)
    early = start_of(double) == booking.starts_at  # it was a rehearsal
    with later(minutes=6):
        session = open_room(booking.room, booking)
        again = set(double.rooms)
        session.end(RoomSession.EndReason.HOST)
        reservations.after_session(session)
        reservations.sweep()

    assert opened == again == {reserved}
    assert early
    assert double.bookings == {}


def test_meeting_held_elsewhere_needs_its_reservation_no_longer(book: Book, double: Double) -> None:
    booking = book(at=timezone.now() + timedelta(minutes=5), minutes=30)
    reservations.sweep()
    with later(minutes=6):
        session = RoomSession.objects.create(room=booking.room, booking=booking, alias="builtin")
        session.end(RoomSession.EndReason.HOST)

        reservations.after_session(session)
        reservations.sweep()

    assert double.bookings == {}


def test_room_for_more_people_is_reserved_for_more(
    double: Double, dana: User, book: Book, room: Room
) -> None:
    booking = book(room=room)
    reservations.sweep()

    moving.save_room(room, {"capacity": 40}, by=dana)
    reservations.sweep()

    (kept,) = double.bookings.values()
    assert kept.options["capacity"] == 40
    assert not one(booking).is_unconfirmed


def test_reservation_is_given_back_when_the_meeting_is_over_though_nobody_came(
    book: Book, double: Double
) -> None:
    booking = book(at=timezone.now() + timedelta(minutes=5), minutes=30)
    reservations.sweep()

    with later(minutes=20):
        reservations.sweep()
        during = len(double.bookings)
    with later(minutes=36):
        reservations.sweep()

    assert during == 1
    assert double.bookings == {}
    assert one(booking).state == State.RELEASED


def test_meeting_that_lasts_longer_keeps_its_reservation_until_it_ends(
    book: Book, double: Double
) -> None:
    booking = book(at=timezone.now() + timedelta(minutes=5), minutes=30)
    reservations.sweep()
    with later(minutes=10):
        session = live(booking)

    with later(minutes=50):
        reservations.sweep()
        during = len(double.bookings)
        session.end(RoomSession.EndReason.TIME)
        reservations.sweep()

    assert during == 1
    assert double.bookings == {}


def test_cancelled_while_on_is_given_back_after_its_room_is_closed(
    book: Book, double: Double
) -> None:
    booking = book()
    reservations.sweep()
    session = live(booking)
    scheduling.cancel(booking, by=booking.organizer)
    reservations.sweep()
    while_on = len(double.bookings)

    session.end(RoomSession.EndReason.CANCELLED)
    reservations.after_session(session)
    reservations.sweep()

    assert while_on == 1
    assert double.bookings == {}


def test_session_of_a_room_without_a_meeting_has_no_reservation(room: Room) -> None:
    session = RoomSession.objects.create(room=room, alias="main")
    session.end(RoomSession.EndReason.HOST)

    reservations.after_session(session)

    assert reservation_for(None, "main") is None
    assert not Reservation.objects.exists()
