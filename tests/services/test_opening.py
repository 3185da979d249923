"""Opening a room exactly once, also when somebody dies on the way."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.utils import timezone

from accounts.models import User
from meetings.models import Room, RoomSession
from meetings.models.session import CLAIM_LASTS
from meetings.providers.errors import (
    BadCredentials,
    ProviderError,
    ProviderUnavailable,
)
from meetings.services.opening import RoomIsOpening, open_room
from meetings.services.rooms import create_room
from meetings.services.specs import spec_of
from tests.provider_for_tests import SECRET, Telling


@pytest.fixture
def room(dana: User, elsewhere: Telling) -> Room:
    return create_room(dana, name="Office hours", provider_alias="main")


@pytest.fixture
def abandoned(room: Room) -> RoomSession:
    """A session that somebody was opening when they died, longer ago than any call may take."""
    session = RoomSession.objects.create(room=room, alias="main", waiting_room="nobody")
    session.take_claim()
    RoomSession.objects.update(claimed_at=timezone.now() - CLAIM_LASTS - timedelta(seconds=1))
    return session


def test_opened_room_is_live_at_the_provider_and_stays_the_same(
    room: Room, elsewhere: Telling
) -> None:
    session = open_room(room)

    assert session.is_live
    assert elsewhere.live == {session.key}
    assert (session.provider_room_id, session.host_key) == (session.key, SECRET)
    assert open_room(room) == session
    assert elsewhere.asked == ["init_room"]


def test_ended_room_is_opened_anew(room: Room, elsewhere: Telling) -> None:
    first = open_room(room)
    first.end(RoomSession.EndReason.EMPTY)

    second = open_room(room)

    assert second != first
    assert second.key != first.key


@pytest.mark.parametrize("error", [ProviderUnavailable("no answer"), BadCredentials("wrong key")])
def test_room_that_cannot_be_opened_has_failed_and_the_next_try_is_new(
    room: Room, elsewhere: Telling, error: ProviderError
) -> None:
    elsewhere.trouble["init_room"] = error
    with pytest.raises(type(error)):
        open_room(room)
    elsewhere.trouble.clear()

    second = open_room(room)

    first = room.sessions.earliest("pk")
    assert (first.state, first.error) == ("failed", str(error))
    assert first.ended_at is not None
    assert second.is_live
    assert second.key != first.key


def test_room_that_somebody_is_opening_is_left_to_them(room: Room, elsewhere: Telling) -> None:
    session = RoomSession.objects.create(room=room, alias="main", waiting_room="nobody")
    session.take_claim()

    with pytest.raises(RoomIsOpening):
        open_room(room)

    assert elsewhere.asked == []


@pytest.mark.parametrize("had_opened_it", [True, False])
def test_claim_of_the_dead_is_taken_over_by_asking_for_the_same_room_again(
    room: Room, abandoned: RoomSession, elsewhere: Telling, had_opened_it: bool
) -> None:
    if had_opened_it:
        elsewhere.live.add(abandoned.key)

    session = open_room(room)

    assert elsewhere.asked == ["init_room"]
    assert elsewhere.live == {abandoned.key}
    assert (session, session.host_key) == (abandoned, SECRET)
    assert session.is_live


def test_answer_that_comes_after_the_claim_was_taken_over_is_not_saved(
    room: Room, elsewhere: Telling, time_machine: time_machine.TimeMachineFixture
) -> None:
    def take_over() -> None:
        """Meanwhile: another process finds our claim too old, and opens the room itself."""
        time_machine.shift(CLAIM_LASTS + timedelta(seconds=1))
        other = RoomSession.objects.get()
        assert other.take_claim()

    time_machine.move_to(timezone.now(), tick=False)
    elsewhere.pause["init_room"] = take_over

    with pytest.raises(RoomIsOpening):
        open_room(room)

    session = RoomSession.objects.get()
    assert (session.state, session.provider_room_id, session.host_key) == ("opening", "", "")


def test_late_answer_finds_the_room_that_the_other_opened(
    room: Room, elsewhere: Telling, time_machine: time_machine.TimeMachineFixture
) -> None:
    def take_over_and_open() -> None:
        elsewhere.pause.clear()
        time_machine.shift(CLAIM_LASTS + timedelta(seconds=1))
        open_room(Room.objects.get(pk=room.pk))

    time_machine.move_to(timezone.now(), tick=False)
    elsewhere.pause["init_room"] = take_over_and_open

    session = open_room(room)

    assert session.is_live
    assert RoomSession.objects.count() == 1


def test_late_failure_finds_the_room_that_the_other_opened(
    room: Room, elsewhere: Telling, time_machine: time_machine.TimeMachineFixture
) -> None:
    def take_over_and_open() -> None:
        elsewhere.pause.clear()
        time_machine.shift(CLAIM_LASTS + timedelta(seconds=1))
        open_room(Room.objects.get(pk=room.pk))
        elsewhere.trouble["init_room"] = ProviderUnavailable("too late")
        elsewhere.asked.clear()

    time_machine.move_to(timezone.now(), tick=False)
    elsewhere.pause["init_room"] = take_over_and_open

    session = open_room(room)

    assert session.is_live
    assert session == RoomSession.objects.get()
    assert elsewhere.asked == []  # nor is it tried elsewhere


def test_meeting_that_was_ended_while_its_room_was_opened_stays_ended(
    room: Room, elsewhere: Telling
) -> None:
    elsewhere.pause["init_room"] = lambda: RoomSession.objects.get().end(RoomSession.EndReason.HOST)

    with pytest.raises(RoomIsOpening):
        open_room(room)

    assert RoomSession.objects.get().state == "ended"


def test_provider_gets_what_the_room_was_made_for(dana: User) -> None:
    room = create_room(dana, name="Office hours", capacity=4, chat=False, participants_share=False)

    spec = spec_of(open_room(room))

    assert (spec.title, spec.until, spec.capacity) == ("Office hours", None, 4)
    assert not spec.chat
    assert not spec.participants_share
    assert not spec.locked


@pytest.mark.parametrize(("wanted", "kept"), [(None, 6), (4, 4), (50, 6)])
def test_room_holds_no_more_than_its_provider_does(
    dana: User, wanted: int | None, kept: int
) -> None:
    room = create_room(dana, name="Office hours", capacity=wanted)

    assert open_room(room).capacity == kept


def test_room_elsewhere_has_the_limit_that_its_owner_wants(room: Room) -> None:
    room.capacity = None

    assert open_room(room).capacity is None


def test_run_that_fails_while_another_begins_one_is_asked_for_again(
    room: Room, elsewhere: Telling
) -> None:
    """Its row was in our way, and is over when we look for it."""

    def race(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("INSERT") and "meetings_roomsession" in sql:
            raise IntegrityError("session_one_running_per_room")
        return execute(sql, *rest)

    with connection.execute_wrapper(race), pytest.raises(RoomIsOpening):
        open_room(room)

    assert open_room(room).is_live
