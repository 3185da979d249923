"""The host key is found by every way there is to it, and nobody is thrown out for it."""

from dataclasses import replace

import pytest

from meetings.providers.base import Role, RoomKind, RoomRef
from meetings.providers.errors import (
    BadCredentials,
    Conflict,
    HostKeyLost,
    OutcomeUnknown,
    ProviderRefused,
    ProviderUnavailable,
    RoomNotFound,
    UnexpectedReply,
)
from meetings.providers.xroom.envelope import RoomLimit, VersionRefused

from ..doubles.base import cut, html, html_503
from ..doubles.xroom.faults import on, refusing, telling
from ..doubles.xroom.values import Room
from .conftest import REF, ROOM, count, now_spec


def lost_and_entered(double, call, reply):
    double.rooms[ROOM].clients = {"a": 2}


def lost_before_the_effect(double, call, reply):
    double.rooms.clear()


# Recovery: the answer is lost


def test_key_of_a_lost_answer_is_the_reservations(provider, double, booked):
    double.switch["init_inherits_booking"] = True

    with double.failing(on("room/init", cut)):
        room = provider.init_room(booked, now_spec())

    assert room.host_key == double.rooms[ROOM].host_key == booked.host_key
    assert count(double, "room/init") == 1


def test_key_of_a_lost_answer_is_the_one_we_hold_where_the_reservation_tells_none(
    provider, double, booked
):
    double.switch |= {"init_inherits_booking": True, "booking_tells_key": False}

    with double.failing(on("room/init", cut)):
        room = provider.init_room(booked, now_spec())

    assert room.host_key == double.rooms[ROOM].host_key
    assert count(double, "room/init") == 1


def test_key_of_a_lost_answer_is_the_one_we_hold_where_the_reservation_is_gone(
    provider, double, booked
):
    double.switch["init_inherits_booking"] = True

    def lost_with_the_booking(double, call, reply):
        double.bookings.clear()

    with double.failing(on("room/init", lost_with_the_booking)):
        room = provider.init_room(booked, now_spec())

    assert room.host_key == double.rooms[ROOM].host_key
    assert count(double, "room/init") == 1


def test_key_of_a_lost_answer_may_be_told_by_an_event(provider, double):
    """Nobody answered twice; the hook told the key, and the next click brings it along."""
    double.rooms[ROOM] = Room(host_key="t0ld", clients={"a": 2})

    room = provider.init_room(replace(REF, host_key="t0ld"), now_spec())

    assert room.host_key == "t0ld"
    assert "room/init" not in double.methods()


def test_empty_room_without_a_key_is_closed_and_opened_anew(provider, double):
    with double.failing(on("room/init", cut)):
        room = provider.init_room(REF, now_spec())

    assert room.host_key == double.rooms[ROOM].host_key
    assert double.methods() == [
        *("room/list", "room/init", "room/list"),
        *("room/destroy", "room/init"),
    ]
    assert double.calls("room/destroy") == [{"id": ROOM}]


def test_key_of_a_room_that_has_vanished_is_no_key_of_the_next(provider, double):
    first = provider.init_room(REF, now_spec())
    double.rooms.clear()

    with double.failing(on("room/init", lost_and_entered)), pytest.raises(HostKeyLost):
        provider.init_room(first, now_spec())


def test_room_is_closed_only_once_for_one_click(provider, double):
    double.rooms[ROOM] = Room(host_key="theirs")

    with double.failing(on("room/init", cut)), pytest.raises(HostKeyLost):
        provider.init_room(REF, now_spec())

    assert (count(double, "room/destroy"), count(double, "room/init")) == (1, 1)


def test_room_that_was_not_opened_is_tried_once_more(provider, double):
    with double.failing(on("room/init", lost_before_the_effect)):
        room = provider.init_room(REF, now_spec())

    assert room.host_key == double.rooms[ROOM].host_key
    assert count(double, "room/init") == 2


def test_room_that_cannot_be_opened_twice_over_is_given_up(provider, double):
    with (
        double.failing(on("room/init", lost_before_the_effect, times=9)),
        pytest.raises(OutcomeUnknown),
    ):
        provider.init_room(REF, now_spec())

    assert count(double, "room/init") == 2


def test_room_of_ours_with_people_inside_and_no_key_is_left_to_the_host(provider, double):
    with double.failing(on("room/init", lost_and_entered)), pytest.raises(HostKeyLost) as caught:
        provider.init_room(REF, now_spec())

    assert isinstance(caught.value, OutcomeUnknown)
    assert "room/destroy" not in double.methods()
    assert list(double.rooms[ROOM].clients) == ["a"]


def test_room_of_which_nothing_is_told_is_closed_only_if_it_is_empty(provider, double):
    double.switch["rooms_told"] = False

    with double.failing(on("room/init", lost_and_entered)), pytest.raises(HostKeyLost):
        provider.init_room(REF, now_spec())

    assert double.calls("room/destroy") == [{"id": ROOM}]
    assert ROOM in double.rooms


def test_refusal_to_close_it_is_as_good_as_no(provider, double):
    def trouble(double, call, reply):
        answers = {b"init": None, b"destroy": refusing("Somebody is inside")(double, call, reply)}
        found = [answer for name, answer in answers.items() if b'"' + name + b'"' in call.body]
        return found[0] if found else reply

    with double.failing(trouble), pytest.raises(HostKeyLost):
        provider.init_room(REF, now_spec())


# Recovery: an answer without a key, and refusals


def test_success_without_a_key_takes_the_reservations(provider, double, booked):
    double.switch["first_init"] = "no_key"

    assert provider.init_room(booked, now_spec()).host_key == booked.host_key


def test_success_that_never_tells_a_key_is_given_up_after_two_tries(provider, double):
    double.switch["first_init"] = "no_key"

    with pytest.raises(HostKeyLost):
        provider.init_room(REF, now_spec())

    assert count(double, "room/init") == 2
    assert count(double, "room/destroy") == 1


@pytest.mark.parametrize("odd", [telling(None), telling("ok"), telling([]), html])
def test_success_in_words_we_do_not_know_is_looked_into(provider, double, odd):
    with double.failing(on("room/init", odd)):
        room = provider.init_room(REF, now_spec())

    assert room.host_key == double.rooms[ROOM].host_key


def test_refusal_that_we_cannot_read_is_tried_once_more(provider, double):
    def refused_before_the_effect(double, call, reply):
        double.rooms.clear()
        return refusing("Something went wrong")(double, call, reply)

    with double.failing(on("room/init", refused_before_the_effect)):
        assert provider.init_room(REF, now_spec()).host_key

    assert count(double, "room/init") == 2


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("Wrong signature", BadCredentials),
        ("Too many rooms", RoomLimit),
        ("Version 2 is not supported", VersionRefused),
        ("Domain not found", RoomNotFound),
    ],
)
def test_refusal_that_stays_is_not_tried_again(provider, double, words, error):
    with double.failing(on("room/init", refusing(words), times=2)), pytest.raises(error):
        provider.init_room(REF, now_spec())

    assert count(double, "room/init") == 1


def test_name_that_is_taken_but_not_open_is_a_conflict(provider, double):
    def taken(double, call, reply):
        double.rooms.clear()
        return refusing("Already booked")(double, call, reply)

    with double.failing(on("room/init", taken)), pytest.raises(Conflict):
        provider.init_room(REF, now_spec())

    assert count(double, "room/init") == 1


def test_provider_that_is_down_is_left_at_once(provider, double):
    with double.failing(on("room/init", html_503)), pytest.raises(ProviderUnavailable):
        provider.init_room(REF, now_spec())

    assert count(double, "room/init") == 1


def test_passcode_they_may_misread_opens_nothing(provider, double):
    with pytest.raises(ProviderRefused, match="passcodes"):
        provider.init_room(REF, now_spec(passcode="x" * 33))

    assert "room/init" not in double.methods()


# A room that is there before we opened it


def test_room_that_the_reservation_made_is_ours_with_its_key(provider, double, booked):
    double.switch["booking_auto_creates_room"] = True

    room = provider.init_room(booked, now_spec())

    assert room.host_key == booked.host_key == double.rooms[ROOM].host_key
    assert "room/init" not in double.methods()


def test_reserved_room_with_our_passcode_is_ours(provider, double):
    spec = now_spec(passcode="otter-42")
    ref = provider.book(spec)
    double.switch["booking_auto_creates_room"] = True

    assert provider.init_room(ref, spec).host_key == ref.host_key


@pytest.mark.parametrize("strange", [Room(type=2), Room(password="theirs"), Room()])
def test_strangers_room_with_people_inside_is_a_conflict(provider, double, strange):
    spec = now_spec(passcode="otter-42")
    ref = provider.book(spec)
    double.rooms[ROOM] = replace(strange, clients={"stranger": 2})

    with pytest.raises(Conflict, match="somebody else"):
        provider.init_room(ref, spec)

    assert "stranger" in double.rooms[ROOM].clients
    assert "room/init" not in double.methods()


def test_strangers_room_without_our_reservation_is_a_conflict(provider, double):
    double.rooms[ROOM] = Room(clients={"stranger": 2})

    with pytest.raises(Conflict):
        provider.init_room(REF, now_spec())


def test_conflict_is_solved_by_another_name(provider, double):
    double.rooms[ROOM] = Room(clients={"stranger": 2})

    room = provider.init_room(RoomRef(room_id=""), now_spec(key="f" * 32))

    assert room.room_id.endswith("f" * 32)


def test_strangers_room_that_is_empty_is_closed_and_opened_anew(provider, double):
    double.rooms[ROOM] = Room(host_key="theirs")

    room = provider.init_room(REF, now_spec())

    assert room.host_key == double.rooms[ROOM].host_key != "theirs"


@pytest.mark.parametrize("behaviour", ["same", "new", "no_key", "error"])
def test_room_that_is_open_is_never_opened_again_whatever_would_come_of_it(
    provider, double, behaviour
):
    double.switch["init_twice"] = behaviour
    first = provider.init_room(REF, now_spec())

    assert provider.init_room(first, now_spec()).host_key == double.rooms[ROOM].host_key


@pytest.mark.parametrize("behaviour", ["same", "new", "error"])
def test_room_that_appears_while_we_open_it_still_gives_a_key(provider, double, behaviour):
    """The reservation made it between our look and our opening."""
    double.switch |= {"init_twice": behaviour, "init_inherits_booking": True}
    ref = provider.book(now_spec())

    def appears(double, call, reply):
        double.switch["booking_auto_creates_room"] = True
        return reply

    with double.failing(on("room/list", appears)):
        room = provider.init_room(ref, now_spec())

    assert room.host_key == double.rooms[ROOM].host_key


def test_list_that_fails_opens_nothing(provider, double):
    with double.failing(on("room/list", html)), pytest.raises(UnexpectedReply):
        provider.init_room(REF, now_spec())

    assert double.rooms == {}


# Resetting


def test_reset_room_is_empty_and_has_a_new_key(provider, double):
    double.rooms[ROOM] = Room(host_key="lost", clients={"a": 2, "b": 2})

    room = provider.reset_room(REF, now_spec())

    assert room.host_key == double.rooms[ROOM].host_key != "lost"
    assert provider.roster(room) == ()


def test_host_of_a_webinar_needs_the_key_and_gets_an_error_without(provider, double):
    double.switch["first_init"] = "no_key"

    with pytest.raises(HostKeyLost):
        provider.reset_room(REF, now_spec(kind=RoomKind.WEBINAR))


def test_nobody_is_host_by_default(provider, double):
    room = provider.init_room(REF, now_spec())
    double.rooms[ROOM].clients = {"a": 2}

    assert [peer.role for peer in provider.roster(room)] == [Role.PARTICIPANT]
