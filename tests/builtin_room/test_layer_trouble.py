"""While the channel layer is away, as when Redis restarts, things are late, but not lost."""

import json

import pytest
from channels.db import database_sync_to_async as in_database
from channels.layers import get_channel_layer

from meetings.builtin_room import local, sweeper
from meetings.builtin_room.protocol import Close
from meetings.models import RoomPeer, RoomSession
from meetings.providers.base import Role
from meetings.services.hosting import announce

from .conftest import Hello
from .pages import page, play

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sockets")]


async def broken(*_: object) -> None:
    raise ConnectionError("Redis is away")


def test_host_sees_who_knocked_while_the_layer_was_away(
    session: RoomSession, hello: Hello, monkeypatch: pytest.MonkeyPatch
) -> None:
    def knock() -> None:
        session.admissions.create(identity="g:wim", name="Wim", state="waiting")
        announce(session)

    async def scene() -> None:
        async with page(hello("Hanna", Role.HOST)) as hanna:
            with monkeypatch.context() as during:
                during.setattr(get_channel_layer(), "group_send", broken)
                await in_database(knock)()
            await sweeper.tidy()
            await hanna.hear("resync")
            resume = {"t": "hello", "v": 1, "resume": hanna.welcome["resume"]}
            told = await hanna.come_in(resume)

        assert [person["name"] for person in told["waiting"]] == ["Wim"]

    play(scene)


def test_page_that_comes_while_the_layer_is_away_is_asked_to_come_back(
    hello: Hello, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with page() as ana:
            monkeypatch.setattr(get_channel_layer(), "group_add", broken)
            await ana.say_text(json.dumps(hello("Ana")))
            assert await ana.closed() == Close.AGAIN

    play(scene)
    assert not RoomPeer.objects.exists()
    assert "Redis is away" in caplog.text


def test_page_that_goes_while_the_layer_is_away_leaves_nothing_behind(
    hello: Hello, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with page(hello("Ana")):
            monkeypatch.setattr(get_channel_layer(), "group_discard", broken)

    play(scene)
    assert not RoomPeer.objects.get().online
    assert local.pages == set()
