"""Looking at the door changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from meetings.models import Admission, Attendance, Booking, JoinLink, Room, RoomSession
from meetings.providers.base import Role
from meetings.services.rooms import create_room
from tests.provider_for_tests import Telling

from .conftest import NOW
from .doors import ask, door_of, host, look_again, participants, state
from .reading import page

Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture


def everything() -> dict[str, list[Any]]:
    models = (User, Session, Room, Booking, JoinLink, RoomSession, Admission, Attendance)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part"])
def test_looking_writes_nothing_and_asks_no_provider(
    client: Client, elsewhere: Telling, book: Book, headers: dict[str, str]
) -> None:
    booking = book(at=NOW, options={"needs_host": False, "waiting_room": "nobody"})
    before = everything()

    with CaptureQueriesContext(
        connection,
    ) as queries:
        for address in (participants(booking), host(booking)):
            assert client.get(address, headers=headers).status_code == 200

    assert everything() == before
    assert elsewhere.asked == []
    assert all(each["sql"].startswith("SELECT") for each in queries)


def test_stranger_gets_no_session_and_costs_no_user(client: Client, live: RoomSession) -> None:
    answer = client.get(door_of(live))

    assert set(answer.cookies) <= {"csrftoken"}
    assert "no-store" in answer.headers["Cache-Control"]
    assert "HX-Request" in answer.headers["Vary"]


def test_page_that_would_look_the_same_is_not_sent_again(client: Client, live: RoomSession) -> None:
    first = client.get(door_of(live))

    same = look_again(client, first, door_of(live))
    RoomSession.objects.update(locked=True)
    other = look_again(client, first, door_of(live))

    assert (same.status_code, same.content) == (204, b"")
    assert (other.status_code, state(other)) == (200, "locked")
    assert "<html" not in page(other)


@pytest.mark.parametrize("seen", ["", "x", "%00", "9" * 5000])
def test_page_with_a_strange_memory_gets_the_whole_part(
    client: Client, live: RoomSession, seen: str
) -> None:
    answer = client.get(f"{door_of(live)}?seen={seen}", headers={"HX-Request": "true"})

    assert state(answer) == "open"


def test_organizer_finds_the_way_back_to_the_meetings_page(
    as_dana: Client, as_colin: Client, live: RoomSession
) -> None:
    assert live.booking
    own = as_dana.get(host(live.booking)).context["door"]
    others = as_colin.get(door_of(live)).context["door"]

    assert own.leave_url == f"/meetings/{live.booking.pk}/"
    assert others.leave_url == door_of(live)


def test_host_of_a_room_finds_the_way_back_to_its_page(as_dana: Client, room: Room) -> None:
    assert as_dana.get(host(room)).context["door"].leave_url == f"/rooms/{room.pk}/"


def test_cohosts_link_hosts_its_owner(as_colin: Client, colin: User, live: RoomSession) -> None:
    RoomSession.objects.update(locked=True)
    link = JoinLink.objects.create(booking=live.booking, purpose=Role.COHOST, owner=colin)

    ask(as_colin, link.get_absolute_url())

    assert Admission.objects.get().role == "cohost"


def test_room_given_up_says_so_at_all_its_links(client: Client, dana: User) -> None:
    room = create_room(dana, name="Attic")
    room.archive()

    answer = client.get(participants(room))

    assert state(answer) == "closed"
    assert "hx-get" not in page(answer)
