"""Whatever somebody is called, the provider shows it as they typed it."""

from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests
from django.test import Client

from meetings.models import Booking
from tests.accounts_at_doubles import ALIAS, AtPlugnmeet, AtVideosdk

from .conftest import NOW
from .doors import ask, participants

Book = Callable[..., Booking]

NAMES = ("50% off", "100%25 Ana", "Ana & <b>Ben</b>", "Zoë 🎉", "%s %(x)s")
OPEN_TO_ALL = {"needs_host": False, "waiting_room": "nobody", "provider_alias": ALIAS}


@pytest.mark.parametrize("name", NAMES)
def test_any_name_comes_in_at_plugnmeet(
    at_plugnmeet: AtPlugnmeet, book: Book, client: Client, name: str
) -> None:
    booking = book(at=NOW, options=OPEN_TO_ALL)

    answer = ask(client, participants(booking), name=name)

    assert answer.status_code == 302
    assert requests.get(answer.url, timeout=5).ok
    (room,) = at_plugnmeet.double.rooms.values()
    assert [user.name for user in room.inside] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_comes_in_at_videosdk(
    at_videosdk: AtVideosdk, book: Book, client: Client, name: str
) -> None:
    booking = book(at=NOW, options=OPEN_TO_ALL)

    answer = ask(client, participants(booking), name=name)

    address = urlsplit(answer.context["embed"].url)
    assert answer.status_code == 200
    (sent,) = parse_qs(address.query)["name"]
    assert unquote(sent) == name  # the vendor's page decodes twice
