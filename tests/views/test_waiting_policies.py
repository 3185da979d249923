"""Who waits until a host opens, and who comes back without waiting."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from meetings.models import Admission, Attendance, Booking, RoomSession
from meetings.services import hosting
from meetings.services.opening import open_room
from tests.inviting import address_of, invite

from .conftest import NOW
from .doors import ask, door_of, host, participants, state
from .reading import text_of

Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture

COMES_IN = {
    "nobody": {"guest", "member", "invited", "cohost", "host"},
    "guests": {"member", "cohost", "host"},
    "uninvited": {"invited", "cohost", "host"},
    "everyone": {"cohost", "host"},
}


@pytest.mark.parametrize("policy", COMES_IN)
def test_who_comes_in_without_waiting_is_as_the_organizer_chose(
    live: RoomSession, as_dana: Client, as_colin: Client, policy: str
) -> None:
    assert live.booking
    links, common = live.booking.links, participants(live.booking)
    (invited,) = invite(live.booking, "Ivo <ivo@example.net>")
    RoomSession.objects.update(waiting_room=policy)
    people = {
        "guest": (Client(), common),
        "member": (as_colin, common),
        "invited": (Client(), address_of(invited)),
        "cohost": (Client(), links.get(purpose="cohost").get_absolute_url()),
        "host": (as_dana, host(live.booking)),
    }

    looks = {
        who: "Ask to join" not in text_of(client.get(address))
        for who, (client, address) in people.items()
    }
    comes = {
        who for who, (client, address) in people.items() if ask(client, address).status_code == 200
    }

    assert comes == COMES_IN[policy]
    assert {who for who, straight_in in looks.items() if straight_in} == comes


# Coming back


@pytest.fixture
def waits(book: Book) -> RoomSession:
    """A meeting that runs, where everybody waits."""
    booking = book("Review", at=NOW, minutes=120, options={"waiting_room": "everyone"})
    return open_room(booking.room, booking)


def let_in(client: Client, session: RoomSession) -> None:
    ask(client, door_of(session))
    hosting.admit(session)
    assert ask(client, door_of(session)).status_code == 200


def reopened(session: RoomSession) -> RoomSession:
    hosting.end_for_all(session, RoomSession.EndReason.PROVIDER)
    return open_room(session.room, session.booking)


def test_who_lost_the_connection_comes_back_without_waiting(
    client: Client, waits: RoomSession
) -> None:
    let_in(client, waits)
    stay = Attendance.objects.create(
        session=waits, identity=Admission.objects.get().identity, name="Ana", joined_at=NOW
    )
    stay.left_at = NOW
    stay.save()

    assert "Join now" in text_of(client.get(door_of(waits)))
    assert ask(client, door_of(waits)).status_code == 200


def test_who_was_in_comes_into_the_reopened_meeting_without_waiting(
    client: Client, waits: RoomSession, clock: Clock
) -> None:
    let_in(client, waits)
    anew = reopened(waits)
    clock.move_to(NOW + timedelta(minutes=29), tick=False)

    assert "Join now" in text_of(client.get(door_of(anew)))
    assert ask(client, door_of(anew)).status_code == 200
    assert ask(Client(), door_of(anew)).status_code == 302


@pytest.mark.parametrize("why", ["too late", "switched off", "never let in", "nobody waited"])
def test_others_wait_in_the_reopened_meeting(
    client: Client, waits: RoomSession, clock: Clock, settings: Settings, why: str
) -> None:
    let_in(client, waits)
    if why == "never let in":
        Admission.objects.update(state="waiting")
    if why == "nobody waited":
        RoomSession.objects.update(waiting_room="nobody")
        waits.refresh_from_db()
    anew = reopened(waits)
    if why == "switched off":
        settings.RETURN_WITHIN_MINUTES = 0
    if why == "too late":
        clock.move_to(NOW + timedelta(minutes=30), tick=False)

    assert "Ask to join" in text_of(client.get(door_of(anew)))
    assert ask(client, door_of(anew)).status_code == 302
    assert anew.admissions.get().state == "waiting"


def test_who_was_removed_stays_out_of_the_reopened_meeting_by_their_own_link_in_any_browser(
    client: Client, waits: RoomSession
) -> None:
    assert waits.booking
    (invited,) = invite(waits.booking, "Ivo <ivo@example.net>")
    ask(client, address_of(invited))
    Admission.objects.update(state="removed")

    reopened(waits)

    assert state(client.get(address_of(invited))) == "removed"
    assert state(Client().get(address_of(invited))) == "removed"
