"""A room that goes from one provider to the next is opened once, and leaves nothing behind."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from meetings.models import Room, RoomSession
from meetings.models.session import CLAIM_LASTS
from meetings.providers.errors import (
    BadCredentials,
    Conflict,
    HostKeyLost,
    OutcomeUnknown,
    ProviderError,
    ProviderUnavailable,
    UnexpectedReply,
)
from meetings.services import places, switches
from meetings.services.hosting import end_for_all
from meetings.services.opening import HOST_RIGHTS, RoomIsOpening, close_left_room, open_room
from meetings.services.rooms import create_room
from tests.places_apart import (
    KEY,
    Apart,
    Endless,
    Forgetful,
    Plain,
    apart,
    set_up,
)

from .failing_over import SILENCE, Clock, clock, room

__all__ = ["apart", "clock", "room"]


def abandoned(room: Room, clock: Clock, **fields: Any) -> RoomSession:
    """Somebody was opening it when they died, longer ago than any call may take."""
    usual = {"alias": "main", "waiting_room": "nobody"}
    session = RoomSession.objects.create(room=room, **usual | fields)
    session.take_claim()
    clock.shift(CLAIM_LASTS + timedelta(seconds=1))
    return session


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

    assert apart.opened() == ["main", "spare"]
    assert "main end_room" in apart.asked


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
