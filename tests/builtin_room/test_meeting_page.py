"""What the organizer does on the meeting's page arrives in the built-in room, as if done inside."""

from typing import Any

import pytest

from accounts.models import User
from meetings.builtin_room import engine
from meetings.builtin_room.protocol import VERSION, Code, RoomRefusal
from meetings.models import RoomPeer, RoomSession
from meetings.providers.base import Role
from meetings.services import controls
from meetings.services.controls import Actor

from .conftest import ComeIn


@pytest.fixture
def ana(session: RoomSession, come_in: ComeIn) -> RoomPeer:
    peer = come_in("Ana").peer
    session.admissions.create(identity=peer.identity, name="Ana", state="admitted")
    return peer


def test_removed_person_is_out_and_it_is_known_who_did_it(
    session: RoomSession, ana: RoomPeer, olga: User
) -> None:
    controls.remove(session, ana.identity, by=Actor.owner(olga))

    ana.refresh_from_db()
    assert (ana.status, ana.left_why) == ("removed", "kicked")
    admission = session.admissions.get(identity=ana.identity)
    assert (admission.state, admission.decided_by) == ("removed", olga)


def test_person_who_has_left_is_removed_all_the_same(
    session: RoomSession, ana: RoomPeer, olga: User
) -> None:
    RoomPeer.objects.update(status=RoomPeer.Status.GONE)

    controls.remove(session, ana.identity, by=Actor.owner(olga))

    assert session.admissions.get().state == "removed"


def test_muted_person_is_muted_until_a_host_lifts_it(
    session: RoomSession, ana: RoomPeer, olga: User
) -> None:
    controls.mute(session, ana.identity, by=Actor.owner(olga))

    ana.refresh_from_db()
    assert ana.forced == {"audio": True}
    assert ana.media["audio"] is False


def test_lock_is_the_same_on_the_page_and_in_the_room(session: RoomSession, ana: RoomPeer) -> None:
    before = session.rev

    controls.set_lock(session, locked=True)
    session.refresh_from_db()
    on_page = (session.locked, session.rev > before)
    controls.set_lock(session, locked=False)

    session.refresh_from_db()
    assert on_page == (True, True)
    assert not session.locked


def test_person_made_cohost_has_the_rights_at_once_and_loses_them_again(
    session: RoomSession, ana: RoomPeer, olga: User, django_capture_on_commit_callbacks: Any
) -> None:
    roles = []

    for role in (Role.COHOST, Role.PARTICIPANT):
        with django_capture_on_commit_callbacks(execute=True):
            controls.hand_over(session, ana.identity, role, by=Actor.owner(olga))
        ana.refresh_from_db()
        roles.append(ana.role)

    assert roles == ["cohost", "participant"]


def test_cohost_made_in_the_room_is_cohost_at_the_door_too(
    session: RoomSession, ana: RoomPeer, come_in: ComeIn
) -> None:
    host = come_in("Hanna", Role.HOST).peer

    engine.carry_out(session.key, host.pid, {"t": "role", "id": ana.pid, "role": "cohost"})

    assert session.admissions.get().role_now is Role.COHOST


def test_room_that_needs_a_host_goes_on_with_a_cohost_when_the_host_left(
    session: RoomSession, ana: RoomPeer, come_in: ComeIn
) -> None:
    host = come_in("Hanna", Role.HOST).peer
    engine.carry_out(session.key, host.pid, {"t": "role", "id": ana.pid, "role": "cohost"})
    engine.carry_out(session.key, host.pid, {"t": "leave"})

    effects = engine.end_if_hostless(session.key)

    assert effects == []
    assert RoomSession.objects.get().is_live


def test_page_in_a_room_that_moved_is_told_so_also_when_it_comes_back_late(
    session: RoomSession, come_in: ComeIn
) -> None:
    entry = come_in("Ana")
    session.end(RoomSession.EndReason.MOVED)

    [goodbye] = engine.see_out(session.key)
    with pytest.raises(RoomRefusal) as refused:
        engine.understand({"v": VERSION, "resume": entry.welcome["resume"]})

    assert goodbye.message == {"t": "bye", "why": "moved"}
    assert refused.value.code is Code.MOVED
