"""A meeting is held at xroom, at the time that was meant."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone as clock

from meetings.providers.base import RoomKind, RoomRef
from meetings.providers.errors import (
    OutcomeUnknown,
    ProviderRefused,
    ProviderUnavailable,
    RoomNotFound,
    UnexpectedReply,
)

from ..doubles.base import cut, html, html_503
from ..doubles.xroom.faults import on, refusing, telling
from .conftest import DOMAIN, KEY, ROOM, make_spec, only

# Booking


def test_meeting_is_held_with_everything_that_was_planned(provider, double):
    spec = make_spec(capacity=25, kind=RoomKind.WEBINAR, passcode=" otter-42 ", locked=True)

    ref = provider.book(spec)

    assert double.calls("booking/add") == [
        {
            "domain": DOMAIN,
            "roomName": KEY,
            "startTime": round(spec.starts_at.timestamp() * 1000),
            "meetingOptions": {
                "duration": 45,
                "lock": True,
                "type": 2,
                "capacity": 25,
                "key": "otter-42",
                "addHostKey": True,
            },
        }
    ]
    assert (ref.room_id, ref.booking_id) == (ROOM, str(only(double).id))
    assert ref.host_key == only(double).options["hostKey"]
    assert ref.differences == ()


def test_what_was_not_planned_is_not_sent(provider, double):
    provider.book(make_spec())

    (data,) = double.calls("booking/add")
    assert set(data["meetingOptions"]) == {"duration", "lock", "type", "addHostKey"}


def test_title_never_leaves_the_house(provider, double):
    provider.book(make_spec(title="Redundancies"))

    assert all(b"Redundancies" not in call.body for call in double.journal)


@pytest.mark.parametrize(
    ("key", "is_kept"),
    [
        (KEY, True),
        ("a-room-8", True),
        ("short", False),
        ("UPPER-CASE-NAME", False),
        ("-begins-with-a-dash", False),
        ("a/b/c/d/e/f", False),
        ("x" * 41, False),
        ("50%25-of-it", False),
    ],
)
def test_room_name_is_our_key_or_made_from_it_in_characters_they_take(provider, key, is_kept):
    room_id = provider.book(make_spec(key=key)).room_id

    name = room_id.removeprefix(f"{DOMAIN}/")
    assert (name == key) is is_kept
    assert 8 <= len(name) <= 40
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert provider.book(make_spec(key=key)).room_id == room_id


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"capacity": 0}, "people"),
        ({"capacity": 257}, "people"),
        ({"passcode": "   "}, "passcodes"),
        ({"passcode": "x" * 33}, "passcodes"),
        ({"passcode": "a\nb"}, "passcodes"),
        ({"starts_at": None}, "start"),
        ({"starts_at": clock.now() - timedelta(minutes=2)}, "passed"),
    ],
)
def test_what_they_may_misread_is_refused_before_it_is_sent(provider, double, changed, word):
    with pytest.raises(ProviderRefused, match=f"xroom: .*{word}"):
        provider.book(make_spec(**changed))

    assert double.journal == []


def test_start_without_a_zone_is_no_start(provider):
    with pytest.raises((ValueError, TypeError)):
        provider.book(make_spec(starts_at=datetime(2030, 1, 2, 10)))  # noqa: DTZ001


# Differences


def test_what_they_hold_otherwise_than_asked_is_told(provider, double):
    double.switch["booking_keeps"] = {"capacity": 10, "duration": 30, "isLocked": True, "type": "2"}

    ref = provider.book(make_spec(capacity=25))

    assert set(ref.differences) == {"capacity", "booking", "locking", "webinars"}


def test_numbers_that_come_as_text_are_no_difference(provider, double):
    double.switch["ids_as_strings"] = True
    double.switch["booking_keeps"] = {"type": "1", "duration": "45", "capacity": "25"}

    ref = provider.book(make_spec(capacity=25))

    assert ref.differences == ()
    assert ref.booking_id.isdigit()


# Lost answers


def test_booking_whose_answer_was_lost_is_adopted(provider, double):
    with double.failing(on("booking/add", cut)):
        ref = provider.book(make_spec())

    assert ref.booking_id == str(only(double).id)
    assert ref.host_key == only(double).options["hostKey"]
    assert double.methods() == ["booking/add", "booking/list", "booking/get"]


def test_booking_that_was_not_made_is_made_again(provider, double):
    def lost_before_the_effect(double, call, reply):
        double.bookings.clear()

    with double.failing(on("booking/add", lost_before_the_effect)):
        ref = provider.book(make_spec())

    assert ref.booking_id == str(only(double).id)
    assert len(double.calls("booking/add")) == 2


def test_spare_bookings_of_the_same_room_are_given_back(provider, double):
    provider.book(make_spec())
    provider.book(make_spec(key="somebody-else-s-room"))

    with double.failing(on("booking/add", cut)):
        ref = provider.book(make_spec())

    rooms = [booking.room for booking in double.bookings.values()]
    assert sorted(rooms) == [KEY, "somebody-else-s-room"]
    assert int(ref.booking_id) in double.bookings


def test_older_booking_of_the_same_room_at_another_time_is_the_spare_one(provider, double):
    provider.book(make_spec(starts_at=clock.now() + timedelta(days=1)))

    with double.failing(on("booking/add", cut)):
        ref = provider.book(make_spec())

    assert ref.booking_id == str(only(double).id)
    assert provider.booking(ref).starts_at == make_spec().starts_at
    assert len(double.calls("booking/add")) == 2


def test_booking_that_stays_unknown_is_said_to_be(provider, double):
    def lost(double, call, reply):
        double.bookings.clear()

    with double.failing(on("booking/add", lost, times=2)), pytest.raises(OutcomeUnknown):
        provider.book(make_spec())


def test_booking_that_cannot_be_looked_at_stands(provider, double, caplog):
    with double.failing(on("booking/get", html_503, times=2)):
        ref = provider.book(make_spec())

    assert ref.booking_id == str(only(double).id)
    assert ref.host_key == only(double).options["hostKey"]
    assert "could not be looked at" in caplog.text


def test_booking_of_a_lost_answer_can_be_found_later(provider, double):
    assert provider.find_bookings(make_spec()) == ()
    provider.book(make_spec(key="somebody-else-s-room"))
    ref = provider.book(make_spec())

    (found,) = provider.find_bookings(make_spec())

    assert found.ref == ref


# Changing


def test_change_sends_the_whole_booking_and_keeps_the_new_key(provider, double):
    ref = provider.book(make_spec(capacity=25))
    later = make_spec(minutes=90, capacity=25)

    changed = provider.rebook(ref, later)

    (data,) = double.calls("booking/update")
    assert data["meetingOptions"] == {
        "duration": 90,
        "lock": False,
        "type": 1,
        "capacity": 25,
        "addHostKey": True,
    }
    assert changed.booking_id == ref.booking_id
    assert changed.host_key == only(double).options["hostKey"] != ref.host_key


def test_key_is_kept_when_a_change_tells_none(provider, double):
    ref = provider.book(make_spec())
    double.switch |= {"update_tells_key": False, "booking_tells_key": False}

    assert provider.rebook(ref, make_spec(minutes=90)).host_key == ref.host_key


def test_change_of_a_booking_they_no_longer_know_makes_it_again(provider, double):
    ref = provider.book(make_spec())
    double.bookings.clear()

    changed = provider.rebook(ref, make_spec(minutes=90))

    assert changed.room_id == ref.room_id
    assert changed.booking_id == str(only(double).id) != ref.booking_id


def test_change_where_nothing_was_booked_books(provider, double):
    changed = provider.rebook(RoomRef(room_id=ROOM), make_spec())

    assert changed.booking_id == str(only(double).id)


def test_change_whose_answer_was_lost_takes_what_they_hold(provider, double):
    ref = provider.book(make_spec())

    with double.failing(on("booking/update", cut)):
        changed = provider.rebook(ref, make_spec(minutes=90))

    assert changed.host_key == only(double).options["hostKey"]
    assert len(double.calls("booking/update")) == 1


def test_change_that_was_lost_before_its_effect_is_made_again(provider, double):
    ref = provider.book(make_spec(capacity=10))
    before = only(double)
    options = dict(before.options)

    def lost(double, call, reply):
        before.options = options

    with double.failing(on("booking/update", lost)):
        provider.rebook(ref, make_spec(capacity=20))

    assert only(double).options["capacity"] == 20
    assert len(double.calls("booking/update")) == 2


def test_change_kept_at_another_time_is_made_again_in_the_other_format(provider, double):
    double.switch["time_format"] = "both"
    ref = provider.book(make_spec())
    double.switch |= {"time_format": "iso", "wrong_time": "null"}

    provider.rebook(ref, make_spec(minutes=90))

    assert [type(data["startTime"]) for data in double.calls("booking/update")] == [int, str]


# Cancelling, and looking


def test_cancelled_booking_is_given_back_once_and_twice_is_fine(provider, double):
    ref = provider.book(make_spec())

    provider.cancel(ref)
    provider.cancel(ref)
    provider.cancel(RoomRef(room_id=ROOM))

    assert double.bookings == {}
    assert double.methods().count("booking/remove") == 2


def test_cancelling_while_they_are_down_is_told(provider, double):
    ref = provider.book(make_spec())

    with double.failing(html_503), pytest.raises(ProviderUnavailable):
        provider.cancel(ref)


def test_all_bookings_of_the_domain_are_told_in_our_words(provider, double):
    spec = make_spec()
    ref = provider.book(spec)

    (booking,) = provider.bookings()

    assert (booking.ref, booking.starts_at, booking.minutes) == (ref, spec.starts_at, 45)
    assert booking.ref.host_key not in repr(booking)


def test_bookings_in_the_words_of_2020_are_understood(provider, double):
    double.switch["old_bookings"] = True
    spec = make_spec()
    ref = provider.book(spec)

    assert provider.booking(ref).starts_at == spec.starts_at


@pytest.mark.parametrize("told", [None, {}, []])
def test_no_bookings_come_in_any_shape(provider, double, told):
    with double.failing(telling(told)):
        assert provider.bookings() == ()


@pytest.mark.parametrize("told", ["text", 7, {"x": 1}, ["text"]])
def test_bookings_that_are_none_are_told_as_such(provider, double, told):
    with double.failing(telling(told)), pytest.raises(UnexpectedReply, match="xroom"):
        provider.bookings()


def test_booking_with_hardly_a_word_is_still_one(provider, double):
    with double.failing(telling([{"meetingOptions": 4}])):
        (booking,) = provider.bookings()

    assert (booking.ref.booking_id, booking.starts_at, booking.minutes) == ("", None, 0)


@pytest.mark.parametrize("told", [None, {}, {"id": True}, {"id": "x"}])
def test_booking_made_without_an_id_is_told_as_such(provider, double, told):
    with double.failing(telling(told)), pytest.raises(UnexpectedReply, match="without an id"):
        provider.book(make_spec())


def test_booking_at_an_unknown_domain_is_not_found(provider, double):
    with (
        double.failing(on("booking/add", refusing("Domain not found"))),
        pytest.raises(RoomNotFound),
    ):
        provider.book(make_spec())


def test_page_instead_of_an_answer_is_told_as_such(provider, double):
    with double.failing(on("booking/add", html)), pytest.raises(UnexpectedReply):
        provider.book(make_spec())
