"""Asking to be let in through a lock."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from meetings.models import Admission, RoomSession
from meetings.services import hosting

from .doors import ask, door_of, look_again, state
from .reading import page, text_of


@pytest.fixture
def locked(live: RoomSession) -> RoomSession:
    RoomSession.objects.update(locked=True)
    live.refresh_from_db()
    return live


def test_locked_door_has_a_button_to_ask(client: Client, locked: RoomSession) -> None:
    answer = client.get(door_of(locked))

    assert state(answer) == "locked"
    assert "Ask to be let in" in text_of(answer)


def test_who_asks_at_a_lock_waits_and_is_seen_by_hosts(client: Client, locked: RoomSession) -> None:
    ask(client, door_of(locked))

    assert state(client.get(door_of(locked))) == "waiting"
    assert [each.name for each in locked.admissions.at_the_door()] == ["Ana"]


def test_host_lets_exactly_that_person_through_the_lock(
    client: Client, locked: RoomSession, dana: User
) -> None:
    other = Client()
    ask(client, door_of(locked), "Ana")
    ask(other, door_of(locked), "Bo")
    waiting = client.get(door_of(locked))

    hosting.admit(locked, [Admission.objects.get(name="Ana").pk], by=dana)

    assert "data-enter-now" in page(look_again(client, waiting, door_of(locked)))
    assert ask(client, door_of(locked), "Ana").status_code == 200
    assert state(other.get(door_of(locked))) == "waiting"
    assert state(Client().get(door_of(locked))) == "locked"


def test_who_asked_comes_in_by_themself_when_it_is_unlocked(
    client: Client, locked: RoomSession
) -> None:
    ask(client, door_of(locked))
    waiting = client.get(door_of(locked))

    RoomSession.objects.update(locked=False)

    assert "data-enter-now" in page(look_again(client, waiting, door_of(locked)))
    assert ask(client, door_of(locked)).status_code == 200


def test_who_asked_goes_on_waiting_when_it_is_unlocked_and_people_wait_there_anyway(
    client: Client, locked: RoomSession
) -> None:
    ask(client, door_of(locked))

    RoomSession.objects.update(locked=False, waiting_room="everyone")

    assert state(client.get(door_of(locked))) == "waiting"


def test_who_might_have_come_in_before_it_was_locked_asks_too(
    client: Client, live: RoomSession
) -> None:
    ask(client, door_of(live))
    RoomSession.objects.update(locked=True)

    before = state(client.get(door_of(live)))
    ask(client, door_of(live))

    assert (before, Admission.objects.get().state) == ("locked", "waiting")


@pytest.mark.parametrize("decide", [hosting.refuse, hosting.admit])
def test_asking_again_changes_no_decision(
    client: Client, locked: RoomSession, decide: Callable[[RoomSession], int]
) -> None:
    ask(client, door_of(locked))
    decide(locked)
    decided = Admission.objects.get().state

    ask(client, door_of(locked))

    assert Admission.objects.get().state == decided
