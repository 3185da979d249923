"""What the organizer does on the meeting's page arrives in the built-in room, as if done inside."""

import pytest

from accounts.models import User
from meetings.models import RoomPeer, RoomSession
from meetings.services import controls

from .conftest import ComeIn


@pytest.fixture
def ana(session: RoomSession, come_in: ComeIn) -> RoomPeer:
    peer = come_in("Ana").peer
    session.admissions.create(identity=peer.identity, name="Ana", state="admitted")
    return peer


def test_removed_person_is_out_and_it_is_known_who_did_it(
    session: RoomSession, ana: RoomPeer, olga: User
) -> None:
    controls.remove(session, ana.identity, by=olga)

    ana.refresh_from_db()
    assert (ana.status, ana.left_why) == ("removed", "kicked")
    admission = session.admissions.get(identity=ana.identity)
    assert (admission.state, admission.decided_by) == ("removed", olga)


def test_person_who_has_left_is_removed_all_the_same(
    session: RoomSession, ana: RoomPeer, olga: User
) -> None:
    RoomPeer.objects.update(status=RoomPeer.Status.GONE)

    controls.remove(session, ana.identity, by=olga)

    assert session.admissions.get().state == "removed"


def test_muted_person_is_muted_until_a_host_lifts_it(session: RoomSession, ana: RoomPeer) -> None:

    controls.mute(session, ana.identity)

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
