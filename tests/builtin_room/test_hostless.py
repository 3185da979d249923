"""A room that needs a host goes on for a while without one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.builtin_room import engine
from meetings.builtin_room.sweeper import sweep
from meetings.models import Room, RoomPeer, RoomSession
from meetings.providers.base import Role

from .conftest import ComeIn
from .test_leaving import leave


def state_after_sweep(session: RoomSession) -> tuple[str, str]:
    sweep()
    session.refresh_from_db()
    return session.state, session.end_reason


def test_room_ends_ten_minutes_after_its_last_host(
    session: RoomSession, host: RoomPeer, ana: RoomPeer
) -> None:
    leave(session, host, minutes_ago=11)

    assert state_after_sweep(session) == ("ended", "no_host")
    assert not session.peers.inside().exists()


@pytest.mark.parametrize("minutes_ago", [0, 9])
def test_room_waits_for_its_host_to_come_back(
    session: RoomSession, host: RoomPeer, ana: RoomPeer, minutes_ago: int
) -> None:
    leave(session, host, minutes_ago=minutes_ago)

    assert state_after_sweep(session) == ("live", "")


@pytest.mark.parametrize(("minutes_ago", "state"), [(9, "live"), (11, "ended")])
def test_host_who_let_somebody_in_from_outside_holds_the_room_for_as_long_again(
    session: RoomSession, host: RoomPeer, ana: RoomPeer, minutes_ago: int, state: str
) -> None:
    leave(session, host, minutes_ago=60)
    decided_at = timezone.now() - timedelta(minutes=minutes_ago)
    told = {"decided_at": decided_at, "decided_by": session.room.owner, "state": "admitted"}
    session.admissions.update_or_create(identity=ana.identity, defaults=told)

    assert state_after_sweep(session)[0] == state


def test_cohost_holds_the_room(session: RoomSession, cohost: RoomPeer, host: RoomPeer) -> None:
    leave(session, host, minutes_ago=60)

    assert state_after_sweep(session) == ("live", "")


def test_room_that_needs_no_host_goes_on(
    session: RoomSession, host: RoomPeer, ana: RoomPeer
) -> None:
    Room.objects.update(needs_host=False)
    leave(session, host, minutes_ago=60)

    assert state_after_sweep(session) == ("live", "")


def test_host_who_opened_the_room_from_outside_is_not_missed(
    session: RoomSession, come_in: ComeIn
) -> None:
    come_in("Ana")

    assert state_after_sweep(session) == ("live", "")


def test_host_who_is_just_back_keeps_the_room(
    session: RoomSession, host: RoomPeer, ana: RoomPeer, come_in: ComeIn
) -> None:
    leave(session, host, minutes_ago=11)
    come_in("Hanna", Role.HOST)

    assert engine.end_if_hostless(session.key) == []


def test_people_are_told_why_it_is_over(
    session: RoomSession, host: RoomPeer, ana: RoomPeer
) -> None:
    leave(session, host, minutes_ago=11)

    [goodbye] = engine.end_if_hostless(session.key)

    assert goodbye.message == {"t": "bye", "why": "hostless"}
