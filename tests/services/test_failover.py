"""A room whose provider cannot open it is opened at the next one; never in two places."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from meetings.models import Booking, Reservation, Room, RoomSession
from meetings.models.session import CLAIM_LASTS
from meetings.providers.errors import (
    BadCredentials,
    Conflict,
    HostKeyLost,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RoomNotFound,
    UnexpectedReply,
)
from meetings.providers.time_limit import time_left
from meetings.services import breakers, opening, places, switches
from meetings.services.hosting import end_for_all
from meetings.services.opening import HOST_RIGHTS, RoomIsOpening, close_left_room, open_room
from meetings.services.rooms import create_room
from tests.conftest import next_hour
from tests.places_apart import (
    KEY,
    Apart,
    Endless,
    Forgetful,
    Plain,
    Small,
    Switches,
    apart,
    set_up,
)

__all__ = ["apart"]

Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture

SILENCE = ProviderUnavailable("does not answer.", provider="Plain")


@pytest.fixture
def room(dana: User, apart: Apart) -> Room:
    return create_room(dana, name="Office hours", provider_alias="main")


@pytest.fixture
def clock(time_machine: Clock) -> Clock:
    time_machine.move_to(timezone.now(), tick=False)
    return time_machine


def abandoned(room: Room, clock: Clock, **fields: Any) -> RoomSession:
    """Somebody was opening it when they died, longer ago than any call may take."""
    usual = {"alias": "main", "waiting_room": "nobody"}
    session = RoomSession.objects.create(room=room, **usual | fields)
    session.take_claim()
    clock.shift(CLAIM_LASTS + timedelta(seconds=1))
    return session


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


# Never two


def test_nobody_else_opens_the_room_while_it_goes_to_another_provider(
    room: Room, apart: Apart, clock: Clock
) -> None:
    heard: list[str] = []

    def come_too() -> None:
        """Another person clicks, long after the first did."""
        clock.shift(CLAIM_LASTS - timedelta(seconds=1))
        try:
            open_room(Room.objects.get(pk=room.pk))
        except RoomIsOpening:
            heard.append(RoomSession.objects.get().alias)

    apart.trouble["main"] = SILENCE
    apart.pause |= {"main init_room": come_too, "spare init_room": come_too}

    session = open_room(room)

    assert heard == ["main", "spare"]
    assert session.alias == "spare"
    assert apart.opened() == ["main", "spare"]


def test_who_lost_the_claim_goes_nowhere_else(room: Room, apart: Apart, clock: Clock) -> None:
    def be_taken_over() -> None:
        apart.pause.clear()
        clock.shift(CLAIM_LASTS + timedelta(seconds=1))
        open_room(Room.objects.get(pk=room.pk))
        apart.asked.clear()
        apart.trouble["main"] = SILENCE

    apart.pause["main"] = be_taken_over

    session = open_room(room)

    assert (session.alias, session.is_live) == ("main", True)
    assert apart.opened() == []


def test_who_lost_the_claim_does_not_break_what_the_other_is_doing(
    room: Room, apart: Apart, clock: Clock
) -> None:
    def be_taken_over() -> None:
        clock.shift(CLAIM_LASTS + timedelta(seconds=1))
        assert RoomSession.objects.get().take_claim()

    apart.pause["main"] = be_taken_over
    apart.trouble["main"] = SILENCE

    with pytest.raises(RoomIsOpening):
        open_room(room)

    session = RoomSession.objects.get()
    assert (session.alias, session.is_being_opened, session.detours) == ("main", True, [])


def test_meeting_that_is_ended_meanwhile_goes_nowhere_else(room: Room, apart: Apart) -> None:
    apart.pause["main"] = lambda: end_for_all(RoomSession.objects.get())
    apart.trouble["main"] = SILENCE

    with pytest.raises(RoomIsOpening):
        open_room(room)

    assert RoomSession.objects.get().state == "ended"
    assert apart.opened() == ["main"]


def test_who_takes_over_from_the_dead_goes_on_where_they_had_gone(
    room: Room, apart: Apart, clock: Clock
) -> None:
    died = abandoned(room, clock)
    died.take_claim()
    died.go_to("spare", "does not answer.")
    clock.shift(CLAIM_LASTS + timedelta(seconds=1))

    session = open_room(Room.objects.get(pk=room.pk))

    assert (session, session.alias) == (died, "spare")
    assert apart.opened() == ["spare"]


def test_who_takes_over_goes_elsewhere_when_that_is_switched_off(
    room: Room, apart: Apart, clock: Clock, staff: User
) -> None:
    abandoned(room, clock)
    switches.switch_off("main", by=staff)

    session = open_room(room)

    assert session.alias == "spare"
    assert [each["error"] for each in session.detours] == [places.OFF]


def test_room_that_a_provider_gives_to_two_meetings_is_not_taken(
    room: Room, apart: Apart, dana: User
) -> None:
    other = open_room(create_room(dana, name="Hall", provider_alias="main"))
    mine = RoomSession.objects.create(room=room, alias="main", waiting_room="nobody")
    RoomSession.objects.filter(pk=mine.pk).update(provider_room_id=other.provider_room_id)

    session = open_room(room)

    assert session.alias == "spare"
    other.refresh_from_db()
    assert other.is_live


@pytest.mark.django_db(transaction=True)
def test_room_is_not_lost_because_the_database_is_busy_at_the_wrong_moment(
    transactional_db: None, room: Room, apart: Apart
) -> None:
    refused: set[str] = set()

    def refuse_once(execute: Any, sql: str, *rest: Any) -> Any:
        """Each change of the session is refused the first time."""
        if sql.startswith("UPDATE") and "meetings_roomsession" in sql and sql not in refused:
            refused.add(sql)
            raise OperationalError("database is locked")
        return execute(sql, *rest)

    apart.trouble["main init_room"] = SILENCE

    with connection.execute_wrapper(refuse_once):
        session = open_room(room)

    assert len(refused) == 3  # the claim, the way to the other provider, the room there
    assert (session.alias, session.is_live) == ("spare", True)
    assert apart.opened() == ["main", "spare"]


# A name in use, a key that is lost


def test_name_that_somebody_else_uses_is_given_up_for_a_new_one(room: Room, apart: Apart) -> None:
    apart.trouble["main"] = Conflict("has the room in use by somebody else.")
    apart.pause["main"] = lambda: apart.asked.count("main init_room") > 1 and apart.trouble.clear()

    session = open_room(room)

    assert (session.alias, apart.opened()) == ("main", ["main", "main"])
    assert apart.live == {f"main {session.key}"}
    assert session.provider_room_id == session.key


def test_meeting_that_is_ended_meanwhile_is_not_tried_under_a_new_name(
    room: Room, apart: Apart
) -> None:
    apart.trouble["main"] = Conflict("has the room in use by somebody else.")
    apart.pause["main"] = lambda: end_for_all(RoomSession.objects.get())

    with pytest.raises(RoomIsOpening):
        open_room(room)

    assert apart.opened() == ["main"]
    assert RoomSession.objects.get().state == "ended"


def test_lost_host_key_makes_the_room_anew_before_anybody_is_let_in(
    room: Room, apart: Apart, settings: Settings
) -> None:
    set_up(settings, main=Forgetful)
    apart.trouble["main init_room"] = HostKeyLost("tells nobody its host key.")

    session = open_room(room)

    assert (session.host_key, session.differences) == ("anew", [])
    assert apart.asked == ["main init_room", "main reset_room"]


def test_provider_without_a_way_of_its_own_closes_the_room_and_opens_it_again(
    room: Room, apart: Apart
) -> None:
    apart.trouble["main init_room"] = HostKeyLost("tells nobody its host key.")
    apart.pause["main end_room"] = apart.trouble.clear

    session = open_room(room)

    assert (session.alias, session.host_key) == ("main", KEY)
    assert apart.asked == ["main init_room", "main end_room", "main init_room"]


@pytest.mark.parametrize("provider", [Forgetful, Endless])
def test_room_whose_host_key_stays_lost_is_held_without_host_rights(
    room: Room, apart: Apart, settings: Settings, provider: type[Plain]
) -> None:
    set_up(settings, main=provider, spare=Plain)
    lost = HostKeyLost("tells nobody its host key.")
    apart.trouble |= {"main init_room": lost, "main reset_room": lost}

    session = open_room(room)

    assert (session.alias, session.is_live, session.host_key) == ("main", True, "")
    assert session.differences == [HOST_RIGHTS]


# Rooms that were opened for nothing


@pytest.mark.parametrize(
    "error", [SILENCE, OutcomeUnknown("the answer was lost."), UnexpectedReply("a page.")]
)
def test_room_that_may_be_open_is_closed_afterwards(
    room: Room,
    apart: Apart,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    error: ProviderError,
) -> None:
    apart.trouble["main init_room"] = error

    with django_capture_on_commit_callbacks(execute=True):
        session = open_room(room)

    assert session.alias == "spare"
    assert apart.asked == ["main init_room", "spare init_room", "main end_room"]


@pytest.mark.django_db(transaction=True)
def test_room_that_may_be_open_is_closed_by_a_worker_that_is_there_at_once(
    room: Room, apart: Apart
) -> None:
    apart.trouble["main init_room"] = SILENCE

    open_room(room)

    assert apart.asked == ["main init_room", "main end_room", "spare init_room"]


@pytest.mark.django_db(transaction=True)
def test_room_that_may_be_open_is_closed_also_when_there_is_no_other_place(
    room: Room, apart: Apart, settings: Settings
) -> None:
    set_up(settings, main=Plain)
    apart.trouble["main init_room"] = SILENCE

    with pytest.raises(ProviderUnavailable):
        open_room(room)

    assert apart.asked == ["main init_room", "main end_room"]


def test_room_that_was_refused_needs_no_closing(
    room: Room,
    apart: Apart,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    apart.trouble["main"] = BadCredentials("wrong key")

    with django_capture_on_commit_callbacks(execute=True):
        open_room(room)

    assert "main end_room" not in apart.asked


def test_room_of_a_meeting_that_was_ended_meanwhile_is_closed(
    room: Room,
    apart: Apart,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    apart.pause["main init_room"] = lambda: end_for_all(RoomSession.objects.get())

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RoomIsOpening):
        open_room(room)

    assert apart.asked == ["main init_room", "main end_room"]
    assert apart.live == set()


def test_room_that_a_session_of_ours_is_in_is_not_closed(room: Room, apart: Apart) -> None:
    session = open_room(room)

    close_left_room.call("main", session.provider_room_id)

    assert "main end_room" not in apart.asked


def test_closing_that_fails_is_told_to_the_operator_only(
    room: Room, apart: Apart, caplog: pytest.LogCaptureFixture
) -> None:
    apart.trouble["main"] = SILENCE

    with caplog.at_level(logging.WARNING):
        close_left_room.call("main", "0123")

    assert "was not closed: Plain: does not answer." in caplog.text


@pytest.mark.parametrize("alias", ["gone", "endless"])
def test_room_that_cannot_be_closed_is_left(
    apart: Apart, db: None, settings: Settings, alias: str
) -> None:
    set_up(settings, endless=Endless)

    close_left_room.call(alias, "0123")

    assert apart.asked == []


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
