"""A room at the provider's own address tells nobody who waits: the meeting's page does."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from meetings.models import Booking, Room
from meetings.services.opening import open_room
from tests import provider_for_tests

from .conftest import NOW
from .doors import host, participants
from .reading import page, text_of

Book = Callable[..., Booking]
HINT = "People who wait are admitted on the meeting’s page."
NEW_TAB = 'target="_blank"'


class Outside(provider_for_tests.Provider):
    label = "Outside"
    destinations = ("https://rooms.example",)


@pytest.fixture
def outside(settings: Settings) -> None:
    settings.MEETING_PROVIDERS = {
        "outside": {"BACKEND": f"{__name__}.{Outside.__name__}"},
        "inside": {"BACKEND": "builtin"},
    }


def way_in_of(html: str, link: str) -> str:
    """The link to the host's door, with what it does."""
    return html.partition(f'href="http://testserver{link}"')[2].partition(">")[0]


@pytest.mark.usefixtures("outside")
def test_host_goes_in_by_a_tab_of_its_own(as_dana: Client, book: Book, room: Room) -> None:
    booking = book(at=NOW)

    before = page(as_dana.get(f"/meetings/{booking.pk}/"))
    open_room(booking.room, booking)
    live = page(as_dana.get(f"/meetings/{booking.pk}/"))
    of_room = page(as_dana.get(f"/rooms/{room.pk}/"))

    assert NEW_TAB in way_in_of(before, host(booking))
    assert NEW_TAB in way_in_of(live, host(booking))
    assert NEW_TAB in way_in_of(of_room, host(room))


@pytest.mark.usefixtures("outside")
def test_host_of_a_room_of_ours_stays_in_the_tab(as_dana: Client, book: Book) -> None:
    booking = book(at=NOW, options={"provider_alias": "inside"})

    html = page(as_dana.get(f"/meetings/{booking.pk}/"))

    assert NEW_TAB not in way_in_of(html, host(booking))
    assert HINT not in text_of(as_dana.get(host(booking)))


@pytest.mark.usefixtures("outside")
def test_hosts_door_says_where_people_are_admitted(
    as_dana: Client, client: Client, book: Book
) -> None:
    booking = book(at=NOW)

    of_host = as_dana.get(host(booking))
    open_room(booking.room, booking)
    of_guest = client.get(participants(booking))

    assert HINT in text_of(of_host)
    assert f'<a href="/meetings/{booking.pk}/" {NEW_TAB}' in " ".join(page(of_host).split())
    assert HINT not in text_of(of_guest)


@pytest.mark.usefixtures("outside")
def test_nothing_is_said_where_nobody_waits(as_dana: Client, book: Book) -> None:
    booking = book(at=NOW, options={"waiting_room": "nobody"})

    assert HINT not in text_of(as_dana.get(host(booking)))
