"""The link that shares the work."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from meetings.builtin_room import tokens
from meetings.models import Admission, Booking, Room, RoomSession
from meetings.providers.base import Role
from meetings.services.opening import open_room

from .conftest import NOW
from .doors import ask, participants, state
from .reading import page, text_of

Book = Callable[..., Booking]


def cohosts(place: Booking | Room) -> str:
    return place.links.get(purpose="cohost").get_absolute_url()


def role_in_ticket(answer: Any) -> Role:
    (token,) = re.findall(r'"token": "(.+?)"', page(answer))
    return tokens.read(token).role


@pytest.fixture(params=["meeting", "room"])
def place(request: pytest.FixtureRequest, book: Book, room: Room) -> Booking | Room:
    return room if request.param == "room" else book(at=NOW)


def test_whoever_has_the_cohost_link_is_cohost_without_an_account(
    client: Client, place: Booking | Room
) -> None:
    shown = client.get(cohosts(place))

    answer = ask(client, cohosts(place), name="Cora")

    assert state(shown) == "open"
    assert role_in_ticket(answer) is Role.COHOST
    admission = Admission.objects.get()
    assert (admission.name, admission.role, admission.state) == ("Cora", "cohost", "admitted")
    assert RoomSession.objects.get().is_live  # a co-host may begin


def test_participants_link_makes_nobody_more_than_a_participant(
    client: Client, as_dana: Client, live: RoomSession
) -> None:
    assert live.booking

    for who in (client, as_dana):
        assert role_in_ticket(ask(who, participants(live.booking))) is Role.PARTICIPANT


def test_cohost_who_comes_back_by_the_participants_link_is_a_participant(
    client: Client, live: RoomSession
) -> None:
    assert live.booking
    ask(client, cohosts(live.booking), name="Cora")

    answer = ask(client, participants(live.booking), name="Cora")

    assert role_in_ticket(answer) is Role.PARTICIPANT


def test_lock_and_waiting_room_keep_no_cohost_out(client: Client, live: RoomSession) -> None:
    RoomSession.objects.update(locked=True, waiting_room="everyone")
    assert live.booking

    assert role_in_ticket(ask(client, cohosts(live.booking), name="Cora")) is Role.COHOST


def test_pages_of_meeting_and_room_show_the_cohost_link_under_share_the_work(
    as_dana: Client, book: Book, room: Room
) -> None:
    booking = book(at=NOW)

    for place, address in ((booking, f"/meetings/{booking.pk}/"), (room, f"/rooms/{room.pk}/")):
        shown = as_dana.get(address)
        shared = page(shown).partition("Share the work")[2]
        assert f'value="http://testserver{cohosts(place)}"' in shared
        assert cohosts(place) not in page(shown).partition("Share the work")[0]
        assert "Whoever has this link may admit, mute and remove people." in text_of(shown)


def test_door_shows_participants_no_link_with_rights(client: Client, live: RoomSession) -> None:
    assert live.booking

    for answer in (
        client.get(participants(live.booking)),
        ask(client, participants(live.booking)),
    ):
        for link in live.booking.links.exclude(purpose="participant"):
            assert link.token not in page(answer)


def test_revoked_cohost_link_is_of_no_use(client: Client, book: Book) -> None:
    booking = book(at=NOW)
    address = cohosts(booking)
    open_room(booking.room, booking)

    booking.links.get(purpose="cohost").revoke()

    assert client.get(address).status_code == 410
    assert ask(client, address).status_code == 410
