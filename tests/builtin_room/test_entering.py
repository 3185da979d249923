from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from meetings.builtin_room import engine, tokens
from meetings.builtin_room.protocol import Code, RoomRefusal
from meetings.models import Admission, Booking, JoinLink, RoomPeer, RoomSession
from meetings.providers.base import Attendee, Role
from tests.inviting import invite

from .conftest import ComeIn, Hello


def refused(error: pytest.ExceptionInfo[RoomRefusal]) -> Code:
    return error.value.code


def fall_silent(peer: RoomPeer, seconds: int) -> None:
    at = timezone.now() - timedelta(seconds=seconds)
    RoomPeer.objects.filter(pk=peer.pk).update(online=False, seen_at=at)


def test_newcomer_is_told_the_whole_room_and_the_others_are_told_of_them(
    host: RoomPeer, come_in: ComeIn, session: RoomSession
) -> None:
    entry = come_in("Ana")

    told = entry.welcome
    assert [peer["name"] for peer in told["peers"]] == ["Hanna", "Ana"]
    assert told["self"] == entry.peer.pid
    assert told["room"]["title"] == "Atelier"
    assert told["peers"][1]["media"] == {"audio": True, "video": True, "screen": False}
    assert "waiting" not in told
    [joined] = entry.effects
    assert joined.message["t"] == "joined"
    assert joined.message["peer"]["name"] == "Ana"
    assert joined.message["rev"] == told["rev"] == RoomSession.objects.get().rev


def test_later_page_has_the_larger_seq(come_in: ComeIn) -> None:
    first, second = come_in("Ana"), come_in("Ben")

    assert second.peer.seq > first.peer.seq


def test_host_is_told_who_waits(session: RoomSession, come_in: ComeIn) -> None:
    session.admissions.create(identity="g:wim", name="Wim", state=Admission.State.WAITING)

    entry = come_in("Hanna", Role.HOST)

    assert [person["name"] for person in entry.welcome["waiting"]] == ["Wim"]


def test_resume_secret_is_stored_as_a_hash_only(come_in: ComeIn) -> None:
    entry = come_in("Ana")

    row = RoomPeer.objects.filter(pk=entry.peer.pk).values().get()
    assert entry.welcome["resume"] not in str(row)


def test_page_that_lost_its_socket_comes_back_as_the_same_page(
    come_in: ComeIn, hello: Hello
) -> None:
    entry = come_in("Ana")
    engine.go_offline(entry.peer.pid, conn=1)

    again = engine.enter(engine.understand({"v": 1, "resume": entry.welcome["resume"]}))

    assert again.peer.pid == entry.peer.pid
    assert again.peer.conn == 2
    [online] = again.effects
    assert online.message["online"] is True
    assert RoomPeer.objects.inside().count() == 1


def test_page_without_its_secret_is_a_new_page(come_in: ComeIn) -> None:
    first = come_in("Ana")

    second = come_in("Ana", resume="made up")

    assert second.peer.pid != first.peer.pid
    assert second.welcome["elsewhere"] == 1


def test_reloaded_page_takes_the_old_ones_place(come_in: ComeIn) -> None:
    old = come_in("Ana")

    new = come_in("Ana", replaces=old.welcome["resume"])

    assert [peer["id"] for peer in new.welcome["peers"]] == [new.peer.pid]
    assert {"t": "left", "id": old.peer.pid, "why": "replaced"}.items() <= (
        new.effects[1].message.items()
    )


def test_page_that_was_replaced_does_not_come_back(come_in: ComeIn) -> None:
    old = come_in("Ana")
    come_in("Ana", replaces=old.welcome["resume"])

    with pytest.raises(RoomRefusal) as error:
        come_in("Ana", resume=old.welcome["resume"])

    assert refused(error) is Code.REPLACED


def test_nobody_replaces_another_persons_page(come_in: ComeIn) -> None:
    ana = come_in("Ana")

    come_in("Mallory", replaces=ana.welcome["resume"])

    assert RoomPeer.objects.inside().filter(name="Ana").exists()


def test_full_room_takes_nobody_more(session: RoomSession, come_in: ComeIn) -> None:
    RoomSession.objects.update(capacity=2)
    come_in("Ana")
    come_in("Ben")

    with pytest.raises(RoomRefusal) as error:
        come_in("Cem")

    assert refused(error) is Code.FULL


def test_room_without_a_capacity_holds_what_the_operator_allows(
    session: RoomSession, come_in: ComeIn, settings: Any
) -> None:
    settings.BUILTIN_ROOM_MAX_PEERS = 2
    come_in("Ana")
    come_in("Ben")

    with pytest.raises(RoomRefusal) as error:
        come_in("Cem")

    assert refused(error) is Code.FULL


def test_own_lost_page_makes_way_in_a_full_room(session: RoomSession, come_in: ComeIn) -> None:
    RoomSession.objects.update(capacity=2)
    come_in("Ben")
    lost = come_in("Ana").peer
    fall_silent(lost, 1)

    entry = come_in("Ana")

    assert {peer["name"] for peer in entry.welcome["peers"]} == {"Ben", "Ana"}
    assert not RoomPeer.objects.inside().filter(pk=lost.pk).exists()


def test_one_person_has_three_pages_at_most(come_in: ComeIn) -> None:
    for _ in range(3):
        come_in("Ana")

    with pytest.raises(RoomRefusal) as error:
        come_in("Ana")

    assert refused(error) is Code.TOO_MANY


def test_locked_room_takes_hosts_and_those_who_were_inside(
    session: RoomSession, come_in: ComeIn, ana: RoomPeer
) -> None:
    session.admissions.create(identity="g:ana", name="Ana", state=Admission.State.ADMITTED)
    engine.carry_out(session.key, ana.pid, {"t": "leave"})
    RoomSession.objects.update(locked=True)

    returned = come_in("Ana")
    host = come_in("Hugo", Role.HOST)
    with pytest.raises(RoomRefusal) as error:
        come_in("Nora")

    assert returned.peer.status == host.peer.status == RoomPeer.Status.IN
    assert refused(error) is Code.LOCKED


def test_host_who_admits_somebody_into_a_locked_room_means_it(
    session: RoomSession, host: RoomPeer, come_in: ComeIn
) -> None:
    wim = session.admissions.create(identity="g:wim", name="Wim", state="waiting")
    session.admissions.create(identity="g:zoe", name="Zoe", state="admitted")  # by nobody: no wait
    engine.carry_out(session.key, host.pid, {"t": "lock"})
    engine.carry_out(session.key, host.pid, {"t": "admit", "id": wim.pk})

    entry = come_in("Wim")
    with pytest.raises(RoomRefusal) as error:
        come_in("Zoe")

    assert entry.peer.status == RoomPeer.Status.IN
    assert refused(error) is Code.LOCKED


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (Admission.State.REMOVED, Code.KICKED),
        (Admission.State.REFUSED, Code.DENIED),
        (Admission.State.WAITING, Code.DENIED),
    ],
)
def test_token_is_worth_nothing_once_a_host_decided_otherwise(
    session: RoomSession, come_in: ComeIn, state: str, code: Code
) -> None:
    session.admissions.create(identity="g:ana", name="Ana", state=state)

    with pytest.raises(RoomRefusal) as error:
        come_in("Ana")

    assert refused(error) is code


@pytest.mark.parametrize(
    ("state", "code"),
    [("opening", Code.NOT_OPEN), ("failed", Code.NOT_OPEN), ("ended", Code.ENDED)],
)
def test_room_that_is_not_open_takes_nobody(
    session: RoomSession, come_in: ComeIn, state: str, code: Code
) -> None:
    RoomSession.objects.update(state=state)

    with pytest.raises(RoomRefusal) as error:
        come_in("Ana")

    assert refused(error) is code


def test_page_cannot_come_back_to_an_ended_room(session: RoomSession, come_in: ComeIn) -> None:
    entry = come_in("Ana")
    engine.end(session.key, RoomSession.EndReason.HOST)

    with pytest.raises(RoomRefusal) as error:
        engine.understand({"v": 1, "resume": entry.welcome["resume"]})

    assert refused(error) is Code.ENDED


def test_place_given_up_between_hello_and_entry_is_not_taken(
    session: RoomSession, come_in: ComeIn
) -> None:
    entry = come_in("Ana")
    arrival = engine.understand({"v": 1, "resume": entry.welcome["resume"]})
    engine.carry_out(session.key, entry.peer.pid, {"t": "leave"})

    with pytest.raises(RoomRefusal) as error:
        engine.enter(arrival)

    assert refused(error) is Code.BAD_TOKEN


def test_session_that_was_deleted_is_no_room(session: RoomSession, hello: Hello) -> None:
    arrival = engine.understand(hello("Ana"))
    session.delete()

    with pytest.raises(RoomRefusal) as error:
        engine.enter(arrival)

    assert refused(error) is Code.NO_ROOM


def test_page_of_another_version_is_asked_to_reload(hello: Hello) -> None:
    with pytest.raises(RoomRefusal) as error:
        engine.understand(hello("Ana", v=0))

    assert refused(error) is Code.RELOAD


def test_mute_and_promotion_survive_a_reload(
    session: RoomSession, host: RoomPeer, come_in: ComeIn
) -> None:
    ana = come_in("Ana")
    mute = {"t": "mute", "id": ana.peer.pid, "kind": "audio", "on": True}
    engine.carry_out(session.key, host.pid, mute)
    engine.carry_out(session.key, host.pid, {"t": "role", "id": ana.peer.pid, "role": "cohost"})

    again = come_in("Ana", replaces=ana.welcome["resume"])

    assert again.peer.forced == {"audio": True}
    assert again.peer.media["audio"] is False
    assert again.peer.role == Role.COHOST


def test_expired_token_does_not_open(session: RoomSession) -> None:
    attendee = Attendee(key="g:ana", name="Ana")
    late = tokens.mint(session.key, attendee, until=timezone.now() - timedelta(seconds=1))

    with pytest.raises(RoomRefusal) as error:
        engine.understand({"v": 1, "token": late})

    assert refused(error) is Code.BAD_TOKEN


def test_who_came_by_a_link_of_their_own_is_marked_for_everybody(
    session: RoomSession, host: RoomPeer, come_in: ComeIn, book: Callable[..., Booking]
) -> None:
    (guest,) = invite(book(), "Ana <ana@example.com>")
    link = JoinLink.objects.get(guest=guest)
    session.admissions.create(identity="g:ana", name="Ana", state="admitted", link=link)

    ana, ben = come_in("Ana"), come_in("Ben")

    assert {peer["name"]: peer["invited"] for peer in ben.welcome["peers"]} == {
        "Hanna": False,
        "Ana": True,
        "Ben": False,
    }
    assert [effect.message["peer"]["invited"] for effect in ana.effects] == [True]
    assert [effect.message["peer"]["invited"] for effect in ben.effects] == [False]


def test_rights_that_were_taken_back_do_not_return_with_the_person(
    session: RoomSession, come_in: ComeIn
) -> None:
    asked = session.admissions.create(
        identity="g:ana", name="Ana", state="admitted", role=Role.COHOST
    )
    page = come_in("Ana", Role.COHOST)
    Admission.objects.filter(pk=asked.pk).update(role=Role.PARTICIPANT)

    again = come_in("Ana", replaces=page.welcome["resume"])

    assert again.peer.role == Role.PARTICIPANT
