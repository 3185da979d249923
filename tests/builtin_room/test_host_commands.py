"""What hosts do with people and with the doors of a room."""

from typing import Any

import pytest

from accounts.models import User
from meetings.builtin_room import engine
from meetings.builtin_room.protocol import Close, Code, Message, RoomRefusal
from meetings.models import Admission, JoinLink, RoomPeer, RoomSession
from meetings.providers.base import Role

from .commands import do, refusal, told
from .conftest import ComeIn


def test_host_admits_one_and_turns_another_away_with_a_word(
    session: RoomSession, host: RoomPeer, olga: User
) -> None:
    RoomPeer.objects.filter(pk=host.pk).update(identity=f"u:{olga.pk}")
    wim, zoe, eva = (
        session.admissions.create(identity=f"g:{name}", name=name, state="waiting")
        for name in ("Wim", "Zoe", "Eva")
    )

    do(session, host, "admit", id=wim.pk)
    do(session, host, "deny", id=zoe.pk, message="Another time")

    for each in (wim, zoe, eva):
        each.refresh_from_db()
    assert [each.state for each in (wim, zoe, eva)] == ["admitted", "refused", "waiting"]
    assert (wim.decided_by, zoe.message) == (olga, "Another time")


def test_host_admits_everyone_who_waits(session: RoomSession, host: RoomPeer) -> None:
    for name in ("Wim", "Zoe"):
        session.admissions.create(identity=f"g:{name}", name=name, state="waiting")

    do(session, host, "admit", id="all")

    assert not session.admissions.waiting().exists()


@pytest.mark.parametrize("who", [None, "some", True, -1, 0, 2**70, 1.5, [1]], ids=str)
def test_admitting_nobody_in_particular_is_a_bad_message(
    session: RoomSession, host: RoomPeer, who: object
) -> None:
    assert refusal(session, host, "admit", id=who) is Code.BAD_MESSAGE


def test_kicked_person_leaves_with_all_pages_and_the_door_refuses_them(
    session: RoomSession, host: RoomPeer, come_in: ComeIn
) -> None:
    pages = [come_in("Ana").peer, come_in("Ana").peer]

    effects = do(session, host, "kick", id=pages[0].pid)

    byes = [effect for effect in effects if effect.message["t"] == "bye"]
    assert [(bye.to, bye.close) for bye in byes] == [(p.pid, Close.REMOVED) for p in pages]
    assert [left["why"] for left in told(effects, "left")] == ["kicked", "kicked"]
    assert session.admissions.get().state == Admission.State.REMOVED
    with pytest.raises(RoomRefusal) as error:
        come_in("Ana")
    assert error.value.code is Code.KICKED


def test_kicked_page_cannot_resume(session: RoomSession, host: RoomPeer, come_in: ComeIn) -> None:
    entry = come_in("Ana")
    do(session, host, "kick", id=entry.peer.pid)

    with pytest.raises(RoomRefusal) as error:
        engine.understand({"v": 1, "resume": entry.welcome["resume"]})

    assert error.value.code is Code.KICKED


def test_kicking_an_admitted_person_keeps_who_they_are(
    session: RoomSession, host: RoomPeer, ana: RoomPeer
) -> None:
    session.admissions.create(identity="g:ana", name="Ana from the door", state="admitted")

    do(session, host, "kick", id=ana.pid)

    admission = session.admissions.get()
    assert (admission.name, admission.state) == ("Ana from the door", "removed")


def test_nobody_kicks_themselves(session: RoomSession, host: RoomPeer) -> None:
    assert refusal(session, host, "kick", id=host.pid) is Code.FORBIDDEN


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("kick", {}),
        ("mute", {"kind": "audio", "on": True}),
        ("lower_hand", {}),
        ("role", {"role": "participant"}),
    ],
)
def test_cohost_does_nothing_to_a_host(
    session: RoomSession, host: RoomPeer, cohost: RoomPeer, kind: str, fields: dict[str, Any]
) -> None:
    assert refusal(session, cohost, kind, id=host.pid, **fields) is Code.FORBIDDEN


@pytest.mark.parametrize("kind", ["kick", "lower_hand"])
@pytest.mark.parametrize("who", ["", "0123456789abcdef", None, 7], ids=str)
def test_acting_on_nobody_is_refused(
    session: RoomSession, host: RoomPeer, kind: str, who: object
) -> None:
    assert refusal(session, host, kind, id=who) is Code.NO_PEER


def test_muted_person_stays_muted_until_a_host_lifts_it(
    session: RoomSession, host: RoomPeer, ana: RoomPeer
) -> None:
    do(session, host, "mute", id=ana.pid, kind="audio", on=True)
    [while_muted] = told(do(session, ana, "state", media={"audio": True}), "state")
    do(session, host, "mute", id=ana.pid, kind="audio", on=False)
    [afterwards] = told(do(session, ana, "state", media={"audio": True}), "state")

    assert (while_muted["media"]["audio"], while_muted["forced"]) == (False, {"audio": True})
    assert (afterwards["media"]["audio"], afterwards["forced"]) == (True, {"audio": False})


def test_muting_all_spares_those_with_host_rights(
    session: RoomSession, host: RoomPeer, cohost: RoomPeer, ana: RoomPeer
) -> None:
    effects = do(session, cohost, "mute", id="all", kind="video", on=True)

    assert [state["id"] for state in told(effects, "state")] == [ana.pid]


def test_muting_nobody_changes_nothing(session: RoomSession, host: RoomPeer) -> None:
    rev = RoomSession.objects.get().rev

    effects = do(session, host, "mute", id="all", kind="audio", on=True)

    assert effects == []
    assert RoomSession.objects.get().rev == rev


@pytest.mark.parametrize(
    "fields",
    [{}, {"kind": "smell", "on": True}, {"kind": "audio"}, {"kind": "audio", "on": "yes"}],
    ids=str,
)
def test_half_a_mute_is_a_bad_message(
    session: RoomSession, host: RoomPeer, ana: RoomPeer, fields: dict[str, Any]
) -> None:
    assert refusal(session, host, "mute", id=ana.pid, **fields) is Code.BAD_MESSAGE


def test_host_lowers_a_hand(session: RoomSession, host: RoomPeer, ana: RoomPeer) -> None:
    do(session, ana, "state", hand=True)

    [state] = told(do(session, host, "lower_hand", id=ana.pid), "state")

    assert state["hand"] is False


def test_promoted_person_has_host_rights_on_all_pages(
    session: RoomSession, host: RoomPeer, come_in: ComeIn
) -> None:
    one, other = come_in("Ana").peer, come_in("Ana").peer

    effects = do(session, host, "role", id=one.pid, role="cohost")
    do(session, other, "lock")

    assert {role["id"] for role in told(effects, "role")} == {one.pid, other.pid}
    assert RoomSession.objects.get().locked


def test_last_host_keeps_the_rights(session: RoomSession, host: RoomPeer, ana: RoomPeer) -> None:
    code = refusal(session, host, "role", id=host.pid, role="participant")

    host.refresh_from_db()
    assert code is Code.LAST_HOST
    assert host.role == Role.HOST


def test_host_may_step_back_once_somebody_else_has_the_rights(
    session: RoomSession, host: RoomPeer, ana: RoomPeer
) -> None:
    do(session, host, "role", id=ana.pid, role="host")

    do(session, host, "role", id=host.pid, role="participant")

    assert refusal(session, host, "lock") is Code.FORBIDDEN


def test_cohost_makes_no_hosts(session: RoomSession, cohost: RoomPeer, ana: RoomPeer) -> None:
    assert refusal(session, cohost, "role", id=ana.pid, role="host") is Code.FORBIDDEN


def test_role_nobody_knows_is_a_bad_message(
    session: RoomSession, host: RoomPeer, ana: RoomPeer
) -> None:
    assert refusal(session, host, "role", id=ana.pid, role="king") is Code.BAD_MESSAGE


@pytest.mark.parametrize(
    ("command", "field", "value"),
    [
        ({"t": "lock"}, "locked", True),
        ({"t": "waiting_room", "who": "everyone"}, "waiting_room", "everyone"),
        ({"t": "chat_open", "on": False}, "chat_open", False),
        ({"t": "share_open", "on": False}, "participants_share", False),
    ],
    ids=str,
)
def test_host_changes_the_doors(
    session: RoomSession, host: RoomPeer, command: Message, field: str, value: object
) -> None:
    engine.carry_out(session.key, host.pid, command)

    session.refresh_from_db()
    assert getattr(session, field) == value


def test_unlocking_lets_newcomers_in_again(
    session: RoomSession, host: RoomPeer, come_in: ComeIn
) -> None:
    do(session, host, "lock")
    do(session, host, "unlock")

    assert come_in("Nora").peer.status == RoomPeer.Status.IN


@pytest.mark.parametrize("who", ["some", None, 1], ids=str)
def test_waiting_room_for_nobody_known_is_a_bad_message(
    session: RoomSession, host: RoomPeer, who: object
) -> None:
    assert refusal(session, host, "waiting_room", who=who) is Code.BAD_MESSAGE


def test_host_is_told_that_somebody_was_not_let_in_as_their_link_is_used_up(
    session: RoomSession, host: RoomPeer
) -> None:
    link = JoinLink.objects.create(room=session.room, purpose="participant", max_uses=1)
    for name in ("Wim", "Zoe"):
        session.admissions.create(identity=f"g:{name}", name=name, state="waiting", link=link)

    effects = do(session, host, "admit", id="all")

    (error,) = told(effects, "error")
    assert (error["code"], error["re"], error["fatal"]) == (Code.USED_UP, "admit", False)
    assert [effect.to for effect in effects] == [host.pid]
    assert [each.name for each in session.admissions.waiting()] == ["Zoe"]
