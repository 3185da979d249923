"""Who waits for an organizer, told on the pages that they have open."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from meetings.models import Booking, Caller, Room
from meetings.services.opening import open_room
from meetings.services.waiting import knocking
from meetings.services.waiting.waiters import MOST_SHOWN

from .conftest import NOW
from .doors import ask, participants
from .reading import page, text_of

Book = Callable[..., Booking]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def booking(book: Book) -> Booking:
    return book("Weekly planning", at=NOW)


def look(client: Client, seen: str = "") -> Any:
    return client.get(f"/meetings/waiting/?seen={seen}", headers=HTMX)


def test_people_at_closed_doors_and_in_waiting_rooms_are_told_of(
    as_dana: Client, client: Client, booking: Booking, room: Room
) -> None:
    ask(client, participants(booking), "Ana Lima")
    open_room(room)
    ask(Client(), participants(room), "Ben Okoro")

    text = text_of(look(as_dana))

    assert "2 people wait for you" in text
    assert "Ana Lima at “Weekly planning” since" in text
    assert "Ben Okoro at “Office hours” since" in text


def test_who_was_at_a_closed_door_is_told_of_once_when_it_opens(
    as_dana: Client, client: Client, booking: Booking
) -> None:
    ask(client, participants(booking), "Ana Lima")
    open_room(booking.room, booking)
    ask(client, participants(booking), "Ana Lima")

    assert page(look(as_dana)).count("data-waits=") == 1


def test_nothing_is_said_again_that_is_known(
    as_dana: Client, client: Client, booking: Booking
) -> None:
    ask(client, participants(booking), "Ana Lima")
    seen = page(look(as_dana)).partition("?seen=")[2].partition('"')[0]

    with CaptureQueriesContext(connection) as queries:
        answer = look(as_dana, seen)

    assert answer.status_code == 204
    assert len(queries) <= 4  # session, user, and who waits
    assert look(as_dana, "c999").status_code == 200


@pytest.mark.parametrize("seen_before", [True, False])
def test_people_of_others_and_those_who_went_are_not_shown(
    as_colin: Client, as_dana: Client, client: Client, booking: Booking, seen_before: bool
) -> None:
    ask(client, participants(booking), "Ana Lima")
    if not seen_before:
        Caller.objects.update(seen_at=NOW - timedelta(minutes=2))

    assert "Ana Lima" not in text_of(look(as_colin))
    assert ("Ana Lima" in text_of(look(as_dana))) == seen_before


def test_who_is_days_early_does_not_wait_yet(as_dana: Client, client: Client, book: Book) -> None:
    booking = book("Later", at=NOW + timedelta(days=2))
    ask(client, participants(booking), "Ana Lima")

    assert "Ana Lima" not in text_of(look(as_dana))


def test_many_who_are_early_hide_nobody_who_waits(
    as_dana: Client, client: Client, book: Book, booking: Booking
) -> None:
    later = book("Later", at=NOW + timedelta(days=2))
    Caller.objects.bulk_create(
        Caller(
            room=later.room,
            booking=later,
            link=later.links.get(purpose="participant"),
            identity=f"g:{number}",
            name=f"Early {number}",
            asked_at=NOW - timedelta(minutes=1),
            seen_at=NOW,
        )
        for number in range(MOST_SHOWN)
    )
    ask(client, participants(booking), "Ana Lima")

    text = text_of(look(as_dana))

    assert "1 person waits for you" in text
    assert "Ana Lima" in text


def test_worker_is_told_once_of_who_asks_again_and_again(
    client: Client, booking: Booking, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    told: list[Booking | None] = []
    monkeypatch.setattr(knocking, "look_later", lambda room, booking: told.append(booking))

    for _ in range(3):
        ask(client, participants(booking), "Ana Lima")
    clock.move_to(NOW + timedelta(minutes=3))  # she had closed her page
    ask(client, participants(booking), "Ana Lima")

    assert told == [booking, booking]


def test_page_by_itself_is_the_list_of_meetings(as_dana: Client) -> None:
    assert as_dana.get("/meetings/waiting/")["Location"] == "/meetings/"


@pytest.mark.parametrize("place", ["/meetings/", "/meetings/{pk}/", "/rooms/{room}/"])
def test_pages_of_organizers_ask_who_waits(
    as_dana: Client, booking: Booking, room: Room, place: str
) -> None:
    html = page(as_dana.get(place.format(pk=booking.pk, room=room.pk)))

    assert 'hx-get="/meetings/waiting/?seen="' in html
    assert "data-knock-settings hidden" in html
