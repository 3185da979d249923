"""Real server processes, and sockets over a real network."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest
from django.conf import settings as site
from websockets.asyncio.client import ClientConnection, connect

from meetings.builtin_room.protocol import Message
from tests import redis_server
from tests.conftest import Share
from tests.uncounted import UNCOUNTED

from .conftest import Hello

IDLE = 12  # seconds: longer than any client library's patience with a silent connection
Start = Callable[..., "Server"]


class Server:
    """One process that serves Parley at a port of its own."""

    def __init__(self, **environment: str) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]
        self.environment = os.environ | environment | UNCOUNTED
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port"]
        self.process = subprocess.Popen(
            [*command, str(self.port), "--log-level", "warning"],
            cwd=site.BASE_DIR,
            env=self.environment,
        )
        until = time.monotonic() + 120
        while not self.answers():
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.05)

    def answers(self) -> bool:
        with closing(socket.socket()) as attempt:
            return attempt.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait()

    def socket(self) -> connect:
        here = f"localhost:{self.port}"
        return connect(f"ws://{here}/ws/room/", origin=f"http://{here}")  # type: ignore[arg-type]


@pytest.fixture
def start(share_database: Share, tmp_path: Path) -> Iterator[Start]:
    """Start a server that sees what is saved so far."""
    running: list[Server] = []
    shared: list[str] = []

    def make(**environment: str) -> Server:
        shared[:] = shared or [share_database()]
        known = {"DEBUG": "true", "SECRET_KEY": site.SECRET_KEY, "SITE_URL": site.SITE_URL}
        known |= {"DATABASE_URL": shared[0], "DATA_DIR": str(tmp_path)}
        running.append(Server(**known, **environment))
        return running[-1]

    yield make
    for server in running:
        server.kill()


async def say(page: ClientConnection, message: Message) -> None:
    await page.send(json.dumps(message))


async def hear(page: ClientConnection, kind: str, *, within: float = 10) -> Message:
    while True:
        told: Message = json.loads(await asyncio.wait_for(page.recv(), within))
        if told["t"] == kind:
            return told


async def come_in(page: ClientConnection, hello: Message) -> Message:
    await say(page, hello)
    return await hear(page, "welcome")


Open = Callable[["Server"], Awaitable[ClientConnection]]


def play(scene: Callable[[Open], Awaitable[None]]) -> None:
    """Run a scene; the sockets that it opens are closed after it."""

    async def run() -> None:
        async with AsyncExitStack() as sockets, asyncio.timeout(300):
            await scene(lambda server: sockets.enter_async_context(server.socket()))

    asyncio.run(run())


def test_server_that_dies_mid_meeting_finds_everyone_where_they_were(
    start: Start, hello: Hello
) -> None:
    greetings = [hello("Ana"), hello("Ben")]
    server = start()

    async def scene(open_socket: Open) -> None:
        pages = [await open_socket(server) for _ in greetings]
        told = [await come_in(each, by) for each, by in zip(pages, greetings, strict=True)]
        await say(pages[0], {"t": "chat", "text": "Before", "cid": "1"})
        await hear(pages[0], "chat")

        server.kill()
        server.start()

        again = [await open_socket(server) for _ in told]
        back = [
            await come_in(each, {"t": "hello", "v": 1, "resume": before["resume"]})
            for each, before in zip(again, told, strict=True)
        ]
        await say(again[0], {"t": "signal", "to": back[1]["self"], "g": 1, "d": {"r": 1}})
        signal = await hear(again[1], "signal")

        assert [each["self"] for each in back] == [each["self"] for each in told]
        assert [each["text"] for each in back[1]["chat"]] == ["Before"]
        assert signal["from"] == told[0]["self"]

    play(scene)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[redis_server.Redis]:
    if not redis_server.PROGRAM:
        pytest.skip(redis_server.MISSING)
    running = redis_server.Redis(tmp_path)
    yield running
    running.kill()


@pytest.mark.looks
def test_people_on_different_servers_stay_together_idle_and_when_redis_restarts(
    redis: redis_server.Redis, start: Start, hello: Hello
) -> None:
    greetings = [hello("Ana"), hello("Ben")]
    servers = [start(REDIS_URL=redis.url), start(REDIS_URL=redis.url)]

    async def scene(open_socket: Open) -> None:
        ana, ben = [await open_socket(server) for server in servers]
        for_ana = await come_in(ana, greetings[0])
        for_ben = await come_in(ben, greetings[1])
        joined = await hear(ana, "joined")
        await asyncio.sleep(IDLE)
        await say(ben, {"t": "signal", "to": for_ana["self"], "g": 1, "d": {"r": 1}})
        signal = await hear(ana, "signal")

        redis.kill()
        await say(ana, {"t": "chat", "text": "Hello?", "cid": "1"})
        await asyncio.sleep(0.5)
        redis.start()
        await hear(ben, "resync", within=20)
        again = await come_in(ben, {"t": "hello", "v": 1, "resume": for_ben["resume"]})
        await say(ana, {"t": "chat", "text": "Still there?", "cid": "2"})
        heard = await hear(ben, "chat")

        assert joined["peer"]["id"] == signal["from"] == for_ben["self"]
        assert [said["text"] for said in again["chat"]] == ["Hello?"]
        assert heard["text"] == "Still there?"

    play(scene)
