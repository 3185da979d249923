"""Before anything runs, the console shows who stands at the door, and asks whether others came."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from meetings.models import Booking, Caller, RoomSession
from meetings.services.opening import open_room

from .conftest import NOW
from .doors import ask, participants
from .reading import page, text_of

HTMX = {"HX-Request": "true"}


@pytest.fixture
def booking(book: Callable[..., Booking]) -> Booking:
    """A meeting that begins now, and that no host has opened."""
    return book("Weekly planning", at=NOW)


@pytest.fixture
def console(booking: Booking) -> str:
    return booking.links.get(purpose="cohost").get_absolute_url() + "host/"


def asked_again(shown: str) -> str:
    """What the page asks for by itself."""
    (address,) = re.findall(r'hx-get="([^"]+/host/live/[^"]*)"', shown)
    return address


def test_who_stands_at_the_closed_door_is_shown_to_cohosts(console: str, booking: Booking) -> None:
    ask(Client(), participants(booking), "Ana Lima")

    shown = Client().get(console)

    assert "1 person waits" in text_of(shown)
    assert "Ana Lima since" in text_of(shown)
    assert "as soon as you open the meeting" in text_of(shown)
    assert not RoomSession.objects.exists()


def test_page_is_loaded_anew_when_others_wait_and_not_otherwise(
    console: str, booking: Booking
) -> None:
    cohost = Client()
    ask(Client(), participants(booking), "Ana Lima")
    again = asked_again(page(cohost.get(console)))

    same = cohost.get(again, headers=HTMX)
    ask(Client(), participants(booking), "Ben Okoro")
    more = cohost.get(again, headers=HTMX)

    assert same.status_code == 204
    assert more.headers["HX-Refresh"] == "true"


def test_page_follows_when_it_is_opened(console: str, booking: Booking) -> None:
    cohost = Client()
    ask(Client(), participants(booking), "Ana Lima")
    again = asked_again(page(cohost.get(console)))

    open_room(booking.room, booking)

    assert cohost.get(again, headers=HTMX).headers["HX-Refresh"] == "true"


def test_who_has_closed_their_page_is_not_shown(console: str, booking: Booking) -> None:
    ask(Client(), participants(booking), "Ana Lima")
    Caller.objects.update(seen_at=NOW.replace(hour=0))

    shown = text_of(Client().get(console))

    assert "Ana Lima" not in shown
    assert "Nothing runs here now." in shown
