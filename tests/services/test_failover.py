"""A room whose provider cannot open it is opened at the next one."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from meetings.models import Booking, Reservation, Room, RoomSession
from meetings.models.session import CLAIM_LASTS
from meetings.providers.errors import (
    BadCredentials,
    Conflict,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RoomNotFound,
    UnexpectedReply,
)
from meetings.providers.time_limit import time_left
from meetings.services import breakers, opening, places, switches
from meetings.services.opening import open_room
from tests.conftest import next_hour
from tests.places_apart import (
    KEY,
    Apart,
    Plain,
    Small,
    Switches,
    apart,
    set_up,
)

from .failing_over import SILENCE, Book, Clock, clock, room

__all__ = ["apart", "clock", "room"]


# To the next


@pytest.mark.parametrize(
    "error",
    [
        SILENCE,
        OutcomeUnknown("the answer was lost; it may have worked."),
        BadCredentials("wrong key"),
        ProviderRefused("payment is due"),
        RoomNotFound("no such account"),
        Conflict("is in use by somebody else"),
        UnexpectedReply("the answer is not JSON."),
    ],
)
def test_room_that_its_provider_does_not_open_is_opened_at_the_next_one(
    room: Room, apart: Apart, error: ProviderError
) -> None:
    apart.trouble["main"] = error

    session = open_room(room)

    assert (session.alias, session.is_live, session.host_key) == ("spare", True, KEY)
    assert RoomSession.objects.get() == session
    assert [(each["alias"], each["error"]) for each in session.detours] == [("main", str(error))]
    assert open_room(room) == session
    assert set(apart.opened()) == {"main", "spare"}


def test_several_are_tried_in_the_order_in_which_they_are_set_up(room: Room, apart: Apart) -> None:
    apart.trouble |= {"main": SILENCE, "spare": BadCredentials("wrong key")}

    session = open_room(room)

    assert session.alias == "third"
    assert apart.opened() == ["main", "spare", "third"]
    assert [each["alias"] for each in session.detours] == ["main", "spare"]


def test_room_of_another_provider_than_the_first_begins_at_its_own(
    room: Room, apart: Apart
) -> None:
    room.provider_alias = "third"
    apart.trouble["third"] = SILENCE

    session = open_room(room)

    assert session.alias == "main"
    assert apart.opened() == ["third", "main"]


def test_next_meeting_begins_at_the_rooms_own_provider_again(room: Room, apart: Apart) -> None:
    apart.trouble["main"] = SILENCE
    open_room(room).end(RoomSession.EndReason.HOST)
    apart.trouble.clear()

    session = open_room(room)

    assert (session.alias, session.detours) == ("main", [])


def test_room_that_no_provider_opens_has_failed_and_tells_what_each_said(
    room: Room, apart: Apart
) -> None:
    apart.trouble = {
        each: ProviderRefused(f"{each} says no") for each in ("main", "spare", "third")
    }

    with pytest.raises(ProviderRefused, match="third says no"):
        open_room(room)

    session = RoomSession.objects.get()
    assert (session.state, session.alias) == ("failed", "third")
    assert [each["error"] for each in session.detours] == ["main says no", "spare says no"]
    assert session.error == "third says no"
    apart.trouble.clear()
    assert open_room(room).alias == "main"


# Which can hold it


@pytest.mark.parametrize(
    ("needs", "place"),
    [
        ({}, "spare"),
        ({"chat": False}, "third"),
        ({"participants_share": False}, "third"),
        ({"capacity": 10}, "spare"),
        ({"capacity": 11}, "third"),
    ],
)
def test_only_a_provider_with_what_the_room_uses_takes_it(
    room: Room, apart: Apart, settings: Settings, needs: dict[str, Any], place: str
) -> None:
    set_up(settings, main=Plain, spare=Small, third=Switches)
    Room.objects.update(**needs)
    room.refresh_from_db()
    apart.trouble["main"] = SILENCE

    session = open_room(room)

    assert session.alias == place
    assert apart.opened() == ["main", place]


def test_room_holds_no_more_people_than_fit_where_it_has_gone(
    room: Room, apart: Apart, settings: Settings
) -> None:
    set_up(settings, main=Plain, spare=Small)
    apart.trouble["main"] = SILENCE

    assert open_room(room).capacity == 10


def test_own_provider_is_tried_even_if_the_room_asks_too_much_of_it(
    room: Room, apart: Apart
) -> None:
    room.chat = False

    assert open_room(room).alias == "main"


def test_provider_that_is_switched_off_opens_nothing(room: Room, apart: Apart, staff: User) -> None:
    switches.switch_off("main", by=staff)
    switches.switch_off("spare", by=staff)

    session = open_room(room)

    assert session.alias == "third"
    assert apart.opened() == ["third"]
    assert [(each["alias"], each["error"]) for each in session.detours] == [("main", places.OFF)]


def test_what_runs_at_a_provider_that_is_switched_off_goes_on(
    room: Room, apart: Apart, staff: User
) -> None:
    running = open_room(room)
    switches.switch_off("main", by=staff)

    assert open_room(room) == running


def test_provider_that_is_gone_is_replaced_by_the_next(
    room: Room, apart: Apart, settings: Settings
) -> None:
    set_up(settings, spare=Plain)

    session = open_room(room)

    assert session.alias == "spare"
    assert [each["error"] for each in session.detours] == [places.GONE]


@pytest.mark.parametrize("how", ["off", "gone"])
def test_room_without_any_place_has_failed_and_nobody_is_asked(
    room: Room, apart: Apart, settings: Settings, staff: User, how: str
) -> None:
    set_up(settings, other=Switches) if how == "gone" else set_up(settings, main=Plain)
    switches.switch_off("other" if how == "gone" else "main", by=staff)

    with pytest.raises(ProviderError):
        open_room(room)

    session = RoomSession.objects.get()
    reason = {"off": places.OFF, "gone": places.GONE}[how]
    assert (session.state, session.error) == ("failed", reason)
    assert apart.asked == []


# Known to be silent


def test_provider_that_was_silent_several_times_is_not_waited_for_by_the_next_meeting(
    room: Room, apart: Apart, clock: Clock
) -> None:
    apart.trouble["main"] = SILENCE
    for _ in range(breakers.THRESHOLD):
        open_room(room).end(RoomSession.EndReason.HOST)
    apart.asked.clear()

    session = open_room(room)
    asked_meanwhile = apart.opened()
    session.end(RoomSession.EndReason.HOST)
    clock.shift(timedelta(seconds=breakers.TTL + 1))
    apart.trouble.clear()
    later = open_room(room)

    assert (session.alias, asked_meanwhile) == ("spare", ["spare"])
    assert [(each["alias"], each["error"]) for each in session.detours] == [("main", places.SILENT)]
    assert (later.alias, later.detours) == ("main", [])
    assert breakers.state_of("main") == "closed"


def test_silent_provider_is_tried_all_the_same_when_no_other_opens_the_room(
    room: Room, apart: Apart, settings: Settings
) -> None:
    set_up(settings, main=Plain, spare=Plain)
    apart.trouble["main"] = SILENCE
    for _ in range(breakers.THRESHOLD):
        open_room(room).end(RoomSession.EndReason.HOST)
    apart.trouble = {"spare": BadCredentials("wrong key")}
    apart.asked.clear()

    session = open_room(room)

    assert session.alias == "main"
    assert apart.opened() == ["spare", "main"]
    assert [each["alias"] for each in session.detours] == ["spare"]


def test_provider_that_refuses_is_not_taken_for_silent(room: Room, apart: Apart) -> None:
    apart.trouble["main"] = BadCredentials("wrong key")
    for _ in range(10):
        open_room(room).end(RoomSession.EndReason.HOST)

    assert apart.opened() == ["main", "spare"] * 10


# Reservations


@pytest.fixture
def reserved(book: Book, apart: Apart) -> Booking:
    booking = book(at=next_hour(), room=None, options={"provider_alias": "main"})
    Reservation.objects.create(
        booking=booking,
        alias="main",
        state=Reservation.State.HELD,
        provider_room_id="meet.example/reserved",
        provider_booking_id="17",
        host_key="r3served",
        next_try_at=None,
    )
    return booking


def test_meeting_opens_the_room_that_was_reserved_for_it(reserved: Booking, apart: Apart) -> None:
    session = open_room(reserved.room, reserved)

    assert apart.live == {"main meet.example/reserved"}
    assert (session.provider_room_id, session.provider_booking_id) == (
        "meet.example/reserved",
        "17",
    )


def test_elsewhere_it_is_a_room_of_a_fresh_name(reserved: Booking, apart: Apart) -> None:
    apart.trouble["main"] = BadCredentials("wrong key")

    session = open_room(reserved.room, reserved)

    assert apart.live == {f"spare {session.key}"}
    assert (session.provider_booking_id, session.host_key) == ("", KEY)


def test_reserved_room_that_may_be_open_is_left_for_the_next_who_opens_it(
    reserved: Booking,
    apart: Apart,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    apart.trouble["main"] = SILENCE

    with django_capture_on_commit_callbacks(execute=True):
        open_room(reserved.room, reserved)

    assert "main end_room" not in apart.asked


# Time


def times(apart: Apart, *aliases: str) -> dict[str, float]:
    """How many seconds each has when it is asked."""
    had: dict[str, float] = {}
    for alias in aliases:
        apart.pause[alias] = lambda alias=alias: had.update({alias: time_left() or 0.0})
        apart.trouble[alias] = SILENCE
    return had


def test_first_has_five_seconds_and_the_others_share_the_rest_of_ten(
    room: Room, apart: Apart
) -> None:
    had = times(apart, "main", "spare", "third")

    with pytest.raises(ProviderUnavailable):
        open_room(room)

    assert had["main"] == pytest.approx(5, abs=0.5)
    assert had["spare"] == pytest.approx(4.75, abs=0.5)  # half, as the first was silent at once
    assert had["third"] == pytest.approx(9.5, abs=0.5)


def test_who_has_nobody_else_to_go_to_waits_as_long_as_the_claim_allows(
    room: Room, apart: Apart, settings: Settings
) -> None:
    set_up(settings, main=Plain)
    had = times(apart, "main")

    with pytest.raises(ProviderUnavailable):
        open_room(room)

    assert had["main"] == pytest.approx(25, abs=0.5)
    assert had["main"] < CLAIM_LASTS.total_seconds()


def test_each_has_at_least_the_time_that_a_slow_one_needs(
    room: Room, apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "ALL_IN_ALL", 2.0)
    had = times(apart, "main", "spare")

    session = open_room(room)

    assert had["spare"] > 2
    assert session.alias == "third"


def test_after_the_time_no_more_are_tried_but_one_other_always_is(
    room: Room, apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "ALL_IN_ALL", 0.0)
    apart.trouble |= {"main": SILENCE, "spare": SILENCE}

    with pytest.raises(ProviderUnavailable):
        open_room(room)

    assert apart.opened() == ["main", "spare"]
