"""Lock, passcode, remove, mute, record: our door holds, and the provider follows where it can."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import AuditEntry, User
from meetings.models import Admission, Attendance, RoomSession
from meetings.providers.errors import ProviderUnavailable, RoomNotFound
from meetings.services import controls
from meetings.services.controls import Actor, CannotDo, NotDoneThere
from meetings.services.door import DoorState, Visitor
from meetings.services.door_rules import door_for
from meetings.services.opening import open_room
from meetings.services.roles import Seat
from meetings.services.rooms import create_room
from tests.able_provider import able, memory
from tests.provider_for_tests import Telling

__all__ = ["able"]

Hold = Callable[..., RoomSession]
DANA = Actor(identity="u:0", seat=Seat.OWNER)
ANA = Visitor(identity="g:ana", name="Ana")


@pytest.fixture
def hold(dana: User, able: Telling) -> Hold:
    """A room of Dana's that runs, at `main` unless said."""

    def opened(alias: str = "main") -> RoomSession:
        return open_room(create_room(dana, name="Abroad", provider_alias=alias, needs_host=False))

    return opened


def come(session: RoomSession, identity: str = "g:ana", **fields: object) -> Admission:
    values = {"name": "Ana", "state": "admitted", "role": "participant", **fields}
    return session.admissions.create(identity=identity, **values)


def door(session: RoomSession, visitor: Visitor = ANA) -> DoorState:
    return door_for(session.room.links.get(purpose="participant"), visitor).state


# Lock


def test_lock_keeps_newcomers_out_here_and_is_set_at_the_provider(hold: Hold) -> None:
    session = hold()

    controls.set_lock(session, locked=True)
    while_locked = door(session)
    controls.set_lock(session, locked=False)

    assert (while_locked, door(session)) == (DoorState.LOCKED, DoorState.OPEN)
    assert memory.done == [("set_lock", True), ("set_lock", False)]


def test_lock_is_our_door_alone_where_the_provider_has_none(hold: Hold, able: Telling) -> None:
    session = hold("modest")

    controls.set_lock(session, locked=True)

    assert door(session) is DoorState.LOCKED
    assert able.asked == ["init_room"]


def test_lock_holds_when_the_provider_does_not_follow(hold: Hold, able: Telling) -> None:
    session = hold()
    able.trouble["set_lock"] = ProviderUnavailable("no answer", provider="Able")

    with pytest.raises(NotDoneThere, match="Able: no answer"):
        controls.set_lock(session, locked=True)
    held = door(session)
    able.trouble.clear()
    controls.set_lock(session, locked=True)

    assert held is door(session) is DoorState.LOCKED
    assert memory.done == [("set_lock", True)]


def test_lock_works_while_the_provider_is_gone(hold: Hold, settings: Settings) -> None:
    session = hold()
    settings.MEETING_PROVIDERS = {}

    controls.set_lock(session, locked=True)

    assert RoomSession.objects.get().locked


# Passcode


@pytest.mark.parametrize("passcode", ["ärger&%25 日本", "100%", ""])
def test_passcode_is_set_there_and_kept_here(hold: Hold, passcode: str) -> None:
    session = hold()

    controls.set_passcode(session, passcode)

    assert memory.done == [("set_passcode", passcode)]
    assert RoomSession.objects.get().passcode == passcode


def test_passcode_is_not_readable_in_the_database(hold: Hold) -> None:
    controls.set_passcode(hold(), "s3cret")

    with connection.cursor() as cursor:
        cursor.execute("SELECT passcode FROM meetings_roomsession")
        (stored,) = cursor.fetchone()
    assert "s3cret" not in stored


def test_passcode_that_was_not_set_there_is_asked_at_our_door(hold: Hold, able: Telling) -> None:
    session = hold()
    controls.set_passcode(session, "first")
    able.trouble["set_passcode"] = ProviderUnavailable("no answer")

    with pytest.raises(NotDoneThere):
        controls.set_passcode(session, "second")

    assert RoomSession.objects.get().passcode == "second"


def test_passcode_is_ours_where_the_provider_has_none(hold: Hold) -> None:
    session = hold("modest")

    controls.set_passcode(session, "abc")

    assert memory.done == []
    assert RoomSession.objects.get().passcode == "abc"


# Removing


def test_removed_person_is_put_out_and_stays_out(hold: Hold, dana: User) -> None:
    session = hold()
    come(session)

    controls.remove(session, "g:ana", by=Actor.owner(dana))

    assert door(session) is DoorState.REMOVED
    assert memory.done == [("remove", "g:ana")]
    assert Admission.objects.get().decided_by == dana


def test_removed_person_stays_out_of_the_next_run_too(hold: Hold, dana: User) -> None:
    session = hold()
    come(session)
    controls.remove(session, "g:ana", by=Actor.owner(dana))

    session.end(RoomSession.EndReason.HOST)
    again = open_room(session.room)

    assert door(again) is DoorState.REMOVED


def test_provider_that_removes_nobody_is_not_asked(hold: Hold, dana: User, able: Telling) -> None:
    session = hold("modest")
    come(session)

    controls.remove(session, "g:ana", by=Actor.owner(dana))

    assert door(session) is DoorState.REMOVED
    assert able.asked == ["init_room"]


def test_removal_holds_when_the_provider_does_not_follow(
    hold: Hold, dana: User, colin: User, able: Telling
) -> None:
    session = hold()
    come(session)
    able.trouble["remove"] = RoomNotFound("no such room", provider="Able")

    with pytest.raises(NotDoneThere, match="no such room"):
        controls.remove(session, "g:ana", by=Actor.owner(dana))
    held = door(session)
    able.trouble.clear()
    controls.remove(session, "g:ana", by=Actor.owner(colin))

    assert held is DoorState.REMOVED
    assert memory.done == [("remove", "g:ana")]
    assert Admission.objects.get().decided_by == dana  # the first word counts


def test_person_known_by_their_stay_alone_is_removed(hold: Hold, dana: User) -> None:
    session = hold()
    Attendance.objects.create(
        session=session, identity="g:ana", name="Ana", joined_at=timezone.now()
    )

    controls.remove(session, "g:ana", by=Actor.owner(dana))

    assert door(session) is DoorState.REMOVED
    assert Admission.objects.get().name == "Ana"


def test_organizer_does_not_shut_the_door_on_themself(hold: Hold, dana: User) -> None:
    session = hold()
    mine = f"u:{dana.pk}"
    come(session, mine, name="Dana", user=dana, role="host")

    with pytest.raises(CannotDo, match="yourself"):
        controls.remove(session, mine, by=Actor.owner(dana))

    assert Admission.objects.get().state == "admitted"
    assert memory.done == []


def test_nobody_is_removed_from_a_meeting_they_did_not_come_to(hold: Hold, dana: User) -> None:
    session, other = hold(), hold()
    come(other)

    with pytest.raises(CannotDo, match="no such person"):
        controls.remove(session, "g:ana", by=Actor.owner(dana))

    assert Admission.objects.get().state == "admitted"


# Muting and recording


def test_person_is_muted(hold: Hold) -> None:
    session = hold()
    come(session)

    controls.mute(session, "g:ana", by=DANA)

    assert memory.done == [("mute", "g:ana")]
    assert AuditEntry.objects.about(session).filter(action="muted").count() == 1


def test_recording_is_started_and_stopped(hold: Hold) -> None:
    session = hold()

    controls.record(session, on=True)
    assert AuditEntry.objects.about(session).filter(action="recorded").count() == 1
    controls.record(session, on=False)

    assert memory.done == [("start_recording",), ("stop_recording",)]


@pytest.mark.parametrize(
    "ask",
    [
        lambda session: controls.mute(session, "g:ana", by=DANA),
        lambda session: controls.record(session, on=True),
    ],
)
def test_what_the_provider_cannot_do_is_refused_in_words(
    hold: Hold, able: Telling, ask: Callable[[RoomSession], None], settings: Settings
) -> None:
    session = hold("modest")
    come(session)

    with pytest.raises(CannotDo, match="Modest cannot do this"):
        ask(session)
    settings.MEETING_PROVIDERS = {}
    with pytest.raises(CannotDo, match="“modest” is gone"):
        ask(session)

    assert able.asked == ["init_room"]


def test_provider_is_asked_outside_of_transactions(hold: Hold, dana: User, able: Telling) -> None:
    session = hold()
    come(session)
    depth = len(connection.savepoint_ids)
    seen: list[int] = []
    for method in ("set_lock", "set_passcode", "remove", "mute"):
        able.pause[method] = lambda: seen.append(len(connection.savepoint_ids))

    controls.set_lock(session, locked=True)
    controls.set_passcode(session, "abc")
    controls.mute(session, "g:ana", by=DANA)
    controls.remove(session, "g:ana", by=Actor.owner(dana))

    assert seen == [depth] * 4


def test_knock_of_somebody_removed_before_is_not_heard(hold: Hold, dana: User) -> None:
    session = hold()
    asked = come(session, state="waiting")
    Admission.objects.update(asked_at=timezone.now() - timedelta(minutes=1))

    controls.remove(session, asked.identity, by=Actor.owner(dana))

    assert not Admission.objects.waiting().exists()
