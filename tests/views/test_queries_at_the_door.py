"""Coming in costs the same for the first person and for the five hundredth."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from meetings.models import Attendance, Booking, JoinLink, RoomSession
from meetings.services.opening import open_room
from tests.provider_for_tests import Telling

from .conftest import NOW
from .doors import ask, door_of
from .test_queries import cost

SAVED = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture
def live(book: Callable[..., Booking], elsewhere: Telling) -> RoomSession:
    """A meeting that runs at a provider whose way in is an address."""
    options = {"waiting_room": "nobody", "provider_alias": "main"}
    booking = book("Review", at=NOW, options=options)
    return open_room(booking.room, booking)


def crowd(session: RoomSession, people: int) -> None:
    for number in range(people):
        assert ask(Client(), door_of(session), name=f"Guest {number}").status_code == 302
    Attendance.objects.bulk_create(
        Attendance(session=session, identity=each.identity, name=each.name, joined_at=NOW)
        for each in session.admissions.filter(name__startswith="Guest").order_by("-pk")[:people]
    )


def costs_of_coming_in(client: Client, session: RoomSession) -> tuple[int, int]:
    """How many questions are asked and rows are written; how transactions begin is left out."""
    door = door_of(session)
    with CaptureQueriesContext(connection) as queries:
        assert ask(client, door).url.startswith("https://rooms.example/")
    asked = [each["sql"].split()[0] for each in queries.captured_queries]
    return asked.count("SELECT"), sum(each in SAVED for each in asked)


def test_coming_in_asks_four_questions_and_writes_three_rows(live: RoomSession) -> None:
    crowd(live, 1)  # the process has seen the accounts of providers before
    assert costs_of_coming_in(Client(), live) == (4, 3)

    crowd(live, 20)

    assert costs_of_coming_in(Client(), live) == (4, 3)


def test_coming_in_again_writes_when_and_nothing_else(live: RoomSession, client: Client) -> None:
    ask(client, door_of(live))
    ask(client, door_of(live))

    assert costs_of_coming_in(client, live) == (6, 1)


def test_the_door_asks_four_questions_however_many_are_inside(
    live: RoomSession, client: Client
) -> None:
    assert cost(client, door_of(live)) == 4

    crowd(live, 20)

    assert cost(client, door_of(live)) == 4


def test_links_and_attendance_cost_as_much_for_20_people_as_for_1(
    live: RoomSession, as_dana: Client
) -> None:
    booking = live.booking
    assert booking
    pages = [f"/meetings/{booking.pk}/{page}/" for page in ("links", "attendance")]
    crowd(live, 1)
    with_one = [cost(as_dana, page) for page in pages]

    crowd(live, 20)
    purpose = JoinLink.Purpose.PARTICIPANT
    for number in range(10):
        JoinLink.objects.create(booking=booking, purpose=purpose, label=f"Group {number}")

    assert [cost(as_dana, page) for page in pages] == with_one
