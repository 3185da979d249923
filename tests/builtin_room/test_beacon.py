"""What a page says as it is closed."""

import pytest
from channels.db import database_sync_to_async as in_database
from django.test import Client
from django.urls import reverse

from meetings.models import RoomSession
from meetings.providers.base import Role

from .conftest import Hello
from .pages import page, play

pytestmark = pytest.mark.usefixtures("sockets")


def test_closed_page_is_seen_offline_at_once(hello: Hello, client: Client) -> None:
    def beacon(secret: str) -> int:
        return client.post(reverse("room-leave"), {"resume": secret}).status_code

    async def scene() -> None:
        async with page(hello("Hanna", Role.HOST)) as hanna, page(hello("Ana")) as ana:
            status = await in_database(beacon)(ana.welcome["resume"])
            online = await hanna.hear("online")

        assert status == 204
        assert (online["id"], online["online"]) == (ana.pid, False)

    play(scene)


@pytest.mark.parametrize("body", [{}, {"resume": ""}, {"resume": "made up"}], ids=str)
def test_beacon_answers_alike_whatever_it_was_sent(client: Client, body: dict[str, str]) -> None:
    assert client.post(reverse("room-leave"), body).status_code == 204


def test_beacon_needs_no_form_token_but_a_post(session: RoomSession) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(reverse("room-leave")).status_code == 204
    assert strict.get(reverse("room-leave")).status_code == 405
