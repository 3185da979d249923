"""A provider elsewhere: the door's form may end there, and nowhere else."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from meetings.models import Booking, RoomSession
from tests.provider_for_tests import Provider

from .conftest import NOW
from .doors import ask, door_of, host, participants

Book = Callable[..., Booking]


class Away(Provider):
    """Its rooms have addresses of their own."""

    label = "Away"
    destinations = ("https://rooms.example", "https://*.rooms.example")


@pytest.fixture
def away(settings: Settings) -> None:
    settings.MEETING_PROVIDERS = {
        "away": {"BACKEND": f"{__name__}.Away"},
        "builtin": {"BACKEND": "builtin"},
        "broken": {"BACKEND": "nowhere"},
    }


def form_action(answer: object) -> list[str]:
    policy = answer.headers["Content-Security-Policy"]  # type: ignore[attr-defined]
    directives = dict(each.strip().partition(" ")[::2] for each in policy.split(";"))
    return str(directives["form-action"]).split()


@pytest.mark.usefixtures("away")
def test_form_at_the_door_may_end_at_a_provider_that_names_its_addresses(
    client: Client, as_dana: Client, book: Book
) -> None:
    booking = book(at=NOW)

    for who, address in ((client, participants(booking)), (as_dana, host(booking))):
        assert form_action(who.get(address)) == ["'self'", *Away.destinations]
    assert form_action(as_dana.get("/meetings/")) == ["'self'"]


@pytest.mark.usefixtures("away")
def test_form_that_is_shown_again_may_still_end_at_the_provider(
    as_dana: Client, book: Book
) -> None:
    answer = as_dana.post(f"{participants(book(at=NOW))}enter/", {"name": "\0"})

    assert form_action(answer) == ["'self'", *Away.destinations]


def test_form_at_the_door_ends_here_when_every_room_is_here(
    client: Client, live: RoomSession
) -> None:
    assert form_action(client.get(door_of(live))) == ["'self'"]
    assert form_action(ask(client, door_of(live))) == ["'self'"]
