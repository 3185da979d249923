"""What a browser at the door is told so that it can try its connection."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from meetings.models import Booking, JoinLink
from meetings.templatetags.room_texts import prejoin_texts, room_texts


@pytest.fixture
def link(book: Callable[..., Booking]) -> JoinLink:
    return book("Review").links.get(purpose=JoinLink.Purpose.PARTICIPANT)


@pytest.fixture
def relay(settings: Any) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.org"], "north"


def test_relay_is_tried_with_a_password_that_lasts_a_minute(
    client: Client, link: JoinLink, relay: None
) -> None:
    answer = client.post(reverse("door-connection", args=[link.token]))

    [server] = answer.json()["ice"]
    until = int(server["username"].partition(":")[0])
    assert 0 < until - time.time() <= 60
    assert answer.json()["relay"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_without_a_relay_there_is_nothing_to_try(client: Client, link: JoinLink) -> None:
    answer = client.post(reverse("door-connection", args=[link.token]))

    assert answer.json() == {"ice": [], "relay": False, "relay_only": False}


def test_page_of_the_door_holds_no_password_of_the_relay(
    client: Client, link: JoinLink, relay: None
) -> None:
    page = client.get(link.get_absolute_url()).text

    assert reverse("door-connection", args=[link.token]) in page
    assert "turn.example.org" not in page


def test_dead_link_gets_no_password(client: Client, link: JoinLink, relay: None) -> None:
    link.revoke()

    answer = client.post(reverse("door-connection", args=[link.token]))

    assert answer.status_code in {404, 410}
    assert "turn.example.org" not in answer.text


def test_passwords_are_not_given_out_by_the_dozen(
    client: Client, link: JoinLink, relay: None
) -> None:
    address = reverse("door-connection", args=[link.token])

    codes = [client.post(address).status_code for _ in range(25)]

    assert codes[0] == 200
    assert codes[-1] == 429


def test_every_outcome_has_its_sentence() -> None:
    known = prejoin_texts()

    assert {f"relay_{how}" for how in ("works", "none", "refused", "silent")} <= known.keys()
    assert {"connection_direct", "connection_blocked", "connection_relayed"} <= known.keys()


def test_broken_link_names_the_relay_only_where_there_is_one(settings: Any, relay: None) -> None:
    with_relay = room_texts()["stuck"]
    settings.TURN_URLS = []

    assert "not even through the relay" in with_relay
    assert "not configured" in room_texts()["stuck"]
