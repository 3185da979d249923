"""A room opens once, with everything that was planned."""

from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.providers.base import RoomKind, RoomRef
from meetings.providers.errors import (
    BadCredentials,
    ProviderUnavailable,
)

from ..doubles.base import html_503
from ..doubles.xroom.faults import on, refusing
from .conftest import REF, ROOM, count, make_spec, now_spec

# The usual way


def test_room_opens_with_everything_that_was_planned_and_tells_its_host_key(provider, double):
    spec = now_spec(kind=RoomKind.WEBINAR, locked=True, passcode="otter-42", capacity=9)

    room = provider.init_room(REF, spec)

    wanted = {"type": 2, "lock": True, "addHostKey": True, "key": "otter-42"}
    assert double.calls("room/init") == [{"id": ROOM, **wanted}]
    assert (room.room_id, room.host_key) == (ROOM, double.rooms[ROOM].host_key)
    assert room.differences == ()


def test_passcode_that_is_none_is_not_sent(provider, double):
    provider.init_room(REF, now_spec())

    assert "key" not in double.calls("room/init")[0]


def test_room_that_is_not_named_yet_gets_the_name_of_our_key(provider):
    assert provider.init_room(RoomRef(room_id=""), now_spec()).room_id == ROOM


def test_room_opens_under_the_name_of_its_reservation(provider):
    ref = provider.book(now_spec(key="the-name-that-was-booked"))

    room = provider.init_room(ref, now_spec())

    assert room.room_id == ref.room_id
    assert room.booking_id == ref.booking_id


def test_what_the_room_does_otherwise_than_asked_is_told(provider, double):
    double.switch["init_tells"] = {"isLocked": True, "type": 2, "key": "another"}

    room = provider.init_room(REF, now_spec(passcode="otter-42"))

    assert set(room.differences) == {"locking", "webinars", "passcode"}


def test_key_of_the_opening_is_the_one_that_counts(provider, double, booked):
    room = provider.init_room(booked, now_spec())

    assert room.host_key == double.rooms[ROOM].host_key != booked.host_key


def test_room_opened_twice_is_opened_once_and_keeps_its_key(provider, double):
    first = provider.init_room(REF, now_spec())

    again = provider.init_room(first, now_spec())

    assert again.host_key == first.host_key
    assert count(double, "room/init") == 1


def test_room_with_a_reservation_opened_twice_keeps_the_key_of_its_opening(
    provider, double, booked
):
    first = provider.init_room(booked, now_spec())
    provider.set_passcode(first, "changed-since")

    again = provider.init_room(first, now_spec(passcode="something else"))

    assert again.host_key == first.host_key
    assert count(double, "room/init") == 1


def test_room_that_has_vanished_is_opened_anew_with_a_new_key(provider, double):
    first = provider.init_room(REF, now_spec())
    double.rooms.clear()

    again = provider.init_room(first, now_spec())

    assert again.host_key == double.rooms[ROOM].host_key != first.host_key


# Ahead of the start


def test_early_host_has_the_reservation_begin_now(provider, double):
    starts_at = timezone.now() + timedelta(minutes=10, seconds=30)
    ref = provider.book(make_spec(starts_at=starts_at))
    double.journal.clear()

    room = provider.init_room(ref, make_spec(starts_at=starts_at))

    (data,) = double.calls("booking/update")
    assert data["startTime"] <= timezone.now().timestamp() * 1000
    assert data["meetingOptions"]["duration"] == 56  # 55 and a half, rounded up
    assert double.methods().index("booking/update") < double.methods().index("room/init")
    assert room.host_key == double.rooms[ROOM].host_key


def test_early_room_has_the_reservations_new_key_where_opening_tells_none(provider, double):
    spec = make_spec(starts_at=timezone.now() + timedelta(minutes=10))
    ref = provider.book(spec)
    double.switch |= {"first_init": "no_key", "booking_tells_key": False}

    room = provider.init_room(ref, spec)

    (booking,) = double.bookings.values()
    assert room.host_key == booking.options["hostKey"] != ref.host_key


def test_reservation_that_cannot_begin_early_is_given_back(provider, double):
    spec = make_spec(starts_at=timezone.now() + timedelta(minutes=10))
    ref = provider.book(spec)

    with double.failing(on("booking/update", refusing("not now"), times=2)):
        room = provider.init_room(ref, spec)

    assert double.bookings == {}
    assert room.booking_id == ""
    assert room.host_key == double.rooms[ROOM].host_key


def test_reservation_that_cannot_even_be_given_back_stops_nobody(provider, double):
    spec = make_spec(starts_at=timezone.now() + timedelta(minutes=10))
    ref = provider.book(spec)

    def stubborn(double, call, reply):
        is_booking = call.path == "/api/booking"
        return refusing("no")(double, call, reply) if is_booking else reply

    with double.failing(stubborn):
        room = provider.init_room(ref, spec)

    assert room.booking_id == ref.booking_id
    assert room.host_key


def test_long_reservation_begins_early_within_what_they_hold(provider, double):
    spec = make_spec(starts_at=timezone.now() + timedelta(hours=2), minutes=1440)
    ref = provider.book(spec)

    provider.init_room(ref, spec)

    assert double.calls("booking/update")[0]["meetingOptions"]["duration"] == 1440


@pytest.mark.parametrize(
    ("fault", "error"),
    [(html_503, ProviderUnavailable), (refusing("denied"), BadCredentials)],
)
def test_account_that_does_not_work_is_noticed_before_the_room(provider, double, fault, error):
    spec = make_spec(starts_at=timezone.now() + timedelta(minutes=10))
    ref = provider.book(spec)

    with double.failing(on("booking/update", fault)), pytest.raises(error):
        provider.init_room(ref, spec)

    assert double.rooms == {}
