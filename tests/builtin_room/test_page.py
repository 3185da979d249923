"""The room's page as the server gives it: the ticket, the texts, the participants' link."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from meetings.models import Booking, JoinLink
from meetings.templatetags.room_texts import prejoin_texts, room_texts

SCRIPTS = Path(__file__).resolve().parents[2] / "static" / "js" / "room"
DEVICES = [
    f"{line}_{trouble}"
    for line in ("mic", "camera")
    for trouble in ("refused", "missing", "busy", "failed", "unplugged")
]


def entered(client: Client, booking: Booking) -> str:
    link = booking.links.get(purpose=JoinLink.Purpose.HOST)
    response = client.post(f"{link.get_absolute_url()}enter/", {"name": "Dana"})
    assert "no-store" in response.headers["Cache-Control"]
    return response.text


def embedded(html: str, name: str) -> dict[str, Any]:
    """The JSON that the page holds under this name."""
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', html)
    assert found, f"the page holds no {name}"
    values: dict[str, Any] = json.loads(found[1])
    return values


def test_the_page_holds_one_ticket_and_no_script_of_its_own(
    as_dana: Client, book: Callable[..., Booking]
) -> None:
    html = entered(as_dana, book("Design review"))

    ticket = embedded(html, "room-ticket")
    assert ticket["ws"] == "/ws/room/"
    assert html.count(ticket["token"]) == 1
    inline = re.findall(r"<script(?![^>]*(?:src=|application/json))|\son\w+=|\sstyle=", html)
    assert inline == []


def test_the_page_offers_the_participants_link_and_never_the_hosts(
    as_dana: Client, book: Callable[..., Booking]
) -> None:
    booking = book("Design review")

    html = entered(as_dana, booking)

    participants = booking.links.get(purpose=JoinLink.Purpose.PARTICIPANT)
    assert f'value="http://testserver{participants.get_absolute_url()}"' in html


def test_without_a_participants_link_none_is_offered(
    as_dana: Client, book: Callable[..., Booking]
) -> None:
    booking = book("Design review")
    booking.links.get(purpose=JoinLink.Purpose.PARTICIPANT).revoke()

    html = entered(as_dana, booking)

    assert "data-copy-invite" not in html
    assert "Others appear here as soon as they join." in html


def test_the_door_of_a_meeting_that_runs_ahead_of_its_time_asks_often(
    as_dana: Client, client: Client, book: Callable[..., Booking]
) -> None:
    booking = book("Design review")
    entered(as_dana, booking)
    address = booking.links.get(purpose=JoinLink.Purpose.PARTICIPANT).get_absolute_url()

    client.post(f"{address}enter/", {"name": "Ana"})

    [pause] = re.findall(r'hx-trigger="every (\d+)ms', client.get(address).text)
    assert int(pause) <= 3000


def test_every_sentence_that_the_scripts_ask_for_exists() -> None:
    code = "".join(path.read_text() for path in SCRIPTS.rglob("*.js"))
    asked = set(re.findall(r'\btext\("(\w+)"', code)) | set(re.findall(r'\bkey: "(\w+)"', code))
    asked |= {f"{key}_{form}" for key in re.findall(r'\bcounted\("(\w+)"', code) for form in FORMS}

    assert len(asked) > 30
    assert asked | set(DEVICES) <= room_texts().keys() | prejoin_texts().keys()
    assert {"insecure", *DEVICES} <= set(prejoin_texts())


FORMS = ("one", "other")


@pytest.mark.parametrize("language", ["en", "de"])
def test_blanks_survive_translation(language: str) -> None:
    with translation.override("en"):
        plain = room_texts()

    with translation.override(language):
        translated = room_texts()

    blanks = re.compile(r"\{\w+\}")
    assert {key: sorted(blanks.findall(said)) for key, said in translated.items()} == {
        key: sorted(blanks.findall(said)) for key, said in plain.items()
    }
