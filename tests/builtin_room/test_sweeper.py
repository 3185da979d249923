"""What each server process does for its own sockets every ten seconds."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from channels.db import database_sync_to_async as in_database
from channels.layers import get_channel_layer
from django.db import OperationalError
from django.utils import timezone

from meetings.builtin_room import engine, local, sweeper
from meetings.builtin_room.broadcast import room_group, tell
from meetings.builtin_room.protocol import Close
from meetings.models import RoomPeer, RoomSession
from meetings.providers.base import Role

from .conftest import Hello
from .pages import page, play

pytestmark = pytest.mark.usefixtures("sockets")


def test_silent_socket_is_closed_so_that_its_page_comes_back(hello: Hello) -> None:
    async def scene() -> None:
        async with page(hello("Ana")) as ana, page(hello("Ben")) as ben:
            for each in local.pages:
                if each.pid == ana.pid:
                    each.heard_at = time.monotonic() - 61
            await sweeper.tidy()
            code = await ana.closed()
            await ben.knows_all(1)

        assert code == Close.AGAIN

    play(scene)


def test_pages_with_a_socket_count_as_seen(hello: Hello) -> None:
    async def scene() -> None:
        async with page(hello("Ana")) as ana:
            long_ago = timezone.now() - timedelta(hours=1)
            await in_database(RoomPeer.objects.update)(seen_at=long_ago)
            await sweeper.tidy()
            peer = await in_database(RoomPeer.objects.get)(pid=ana.pid)

        assert peer.is_online
        assert peer.status == RoomPeer.Status.IN

    play(scene)


def test_page_that_was_not_told_of_a_change_is_asked_to_resync(
    session: RoomSession, hello: Hello
) -> None:
    def in_another_process() -> None:
        ben = engine.enter(engine.understand(hello("Ben"))).peer
        engine.carry_out(session.key, ben.pid, {"t": "state", "hand": True})

    async def scene() -> None:
        async with page(hello("Ana")) as ana:
            await in_database(in_another_process)()
            await sweeper.tidy()
            await ana.hear("resync")
            resume = {"t": "hello", "v": 1, "resume": ana.welcome["resume"]}
            told = await ana.come_in(resume)
            await sweeper.tidy()
            await ana.say("ping", n=1)
            after = await ana.next()

        assert [peer["name"] for peer in told["peers"]] == ["Ana", "Ben"]
        assert after["t"] == "pong"

    play(scene)


def test_page_that_heard_everything_is_left_alone(hello: Hello) -> None:
    async def scene() -> None:
        async with page(hello("Hanna", Role.HOST)) as hanna, page(hello("Ana")) as ana:
            for command in ("lock", "unlock", "lock"):
                await hanna.say(command)
            await hanna.say("mute", id="all", kind="audio", on=True)
            await hanna.hear("state")
            await ana.hear("state")
            await sweeper.tidy()
            told = []
            for each in (hanna, ana):
                await each.say("ping", n=1)
                told.append(await each.next())

        assert [each["t"] for each in told] == ["pong", "pong"]

    play(scene)


def test_relay_credentials_are_renewed_before_they_run_out(hello: Hello, settings: Any) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.org"], "s"
    settings.TURN_TTL = 3600

    async def scene() -> None:
        async with page(hello("Ana")) as ana:
            await sweeper.tidy()
            for each in local.pages:
                each.ice_until = time.monotonic() + 600
            await sweeper.tidy()
            [server] = (await ana.next())["ice"]

        assert server["urls"] == ["turn:turn.example.org"]
        assert server["username"].endswith(":g:ana")

    play(scene)


def test_nothing_is_renewed_where_there_is_no_relay(hello: Hello) -> None:
    async def scene() -> None:
        async with page(hello("Ana")) as ana:
            for each in local.pages:
                each.ice_until = 0
            await sweeper.tidy()
            await ana.say("ping", n=1)
            assert (await ana.next())["t"] == "pong"

    play(scene)


def test_house_is_kept_from_the_first_socket_on_and_trouble_does_not_end_it(
    hello: Hello, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = []

    async def tidy() -> None:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise OSError("the disk is full")

    monkeypatch.setattr(sweeper, "EVERY", 0.01)
    monkeypatch.setattr(sweeper, "tidy", tidy)

    async def scene() -> None:
        async with page(hello("Ana")), page(hello("Ben")):
            while len(rounds) < 3:
                await asyncio.sleep(0.01)

    play(scene)
    assert "the disk is full" in caplog.text


def test_page_that_timed_out_while_it_was_here_comes_in_afresh(
    session: RoomSession, hello: Hello
) -> None:
    async def scene() -> None:
        async with page(hello("Ana")) as ana:
            long_ago = timezone.now() - timedelta(hours=1)
            await in_database(RoomPeer.objects.update)(online=False, seen_at=long_ago)
            await in_database(sweeper.sweep)()
            left, code = await ana.hear("left"), await ana.closed()

        assert (left["why"], code) == ("timeout", Close.AGAIN)

    play(scene)


def test_broken_layer_delays_messages_but_breaks_nothing(
    hello: Hello, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise ConnectionError("Redis is away")

    async def scene() -> None:
        async with page(hello("Hanna", Role.HOST)) as hanna, page(hello("Ana")) as ana:
            with monkeypatch.context() as during:
                during.setattr(get_channel_layer(), "group_send", broken)
                await hanna.say("lock")
                await hanna.knows_all(1)
            await sweeper.tidy()
            await ana.hear("resync")

    play(scene)
    assert RoomSession.objects.get().locked
    assert "Redis is away" in caplog.text


def test_without_a_layer_telling_is_harmless(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {}

    async def scene() -> None:
        await tell("room.x", {"type": "room.doors"})

    play(scene)


def test_page_that_the_database_failed_is_asked_to_come_back(
    hello: Hello, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise OperationalError("the disk is full")

    async def scene() -> None:
        async with page(hello("Ana")) as ana:
            monkeypatch.setattr(engine, "carry_out", broken)
            await ana.say("state", hand=True)
            assert await ana.closed() == Close.AGAIN

    play(scene)
    assert "the disk is full" in caplog.text


def test_page_of_a_session_that_was_deleted_hears_no_more_of_its_doors(
    session: RoomSession, hello: Hello
) -> None:
    async def scene() -> None:
        async with page(hello("Ana")) as ana:
            await in_database(session.delete)()
            await tell(room_group(session.key), {"type": "room.doors"})
            await ana.say("ping", n=1)
            assert (await ana.next())["t"] == "pong"

    play(scene)
