"""Pages of people in the room, as far as a server can tell: sockets that talk."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async as in_database
from channels.layers import InMemoryChannelLayer
from django.db import connections

from config.asgi import application
from meetings.builtin_room.protocol import SOCKET, Message

OUR_SITE = (b"origin", b"http://localhost")
PATIENCE = 5.0


class DistantLayer(InMemoryChannelLayer):  # type: ignore[misc]  # channels has no types
    """A layer where subscribing takes time, now more and now less, as it does over a network."""

    waits = itertools.cycle([0.1, 0, 0])

    async def group_add(self, group: str, channel: str) -> None:
        await asyncio.sleep(next(self.waits))
        await super().group_add(group, channel)


def socket_to(path: str, *headers: tuple[bytes, bytes]) -> ApplicationCommunicator:
    scope = {
        "type": "websocket",
        "path": path,
        "query_string": b"",
        "headers": list(headers),
        "subprotocols": [],
    }
    return ApplicationCommunicator(application, scope)


async def is_accepted(socket: ApplicationCommunicator) -> bool:
    await socket.send_input({"type": "websocket.connect"})
    answer = await socket.receive_output(PATIENCE)
    return bool(answer["type"] == "websocket.accept")


class Page:
    def __init__(self, socket: ApplicationCommunicator) -> None:
        self.socket = socket
        self.welcome: Message = {}

    @property
    def pid(self) -> str:
        return str(self.welcome["self"])

    async def say(self, kind: str, /, **fields: Any) -> None:
        await self.say_text(json.dumps({"t": kind, **fields}))

    async def say_text(self, text: str) -> None:
        await self.socket.send_input({"type": "websocket.receive", "text": text})

    async def say_bytes(self, content: bytes) -> None:
        await self.socket.send_input({"type": "websocket.receive", "bytes": content})

    async def lose_socket(self) -> None:
        await self.socket.send_input({"type": "websocket.disconnect", "code": 1006})
        await self.socket.wait(PATIENCE)

    async def hear(self, kind: str) -> Message:
        """The next message of this type; whatever comes before it is not of interest."""
        while True:
            told = await self.next()
            if told.get("t") == kind:
                return told

    async def next(self) -> Message:
        """The next message, or {"closed": code}."""
        event = await self.socket.receive_output(PATIENCE)
        if event["type"] == "websocket.close":
            return {"t": "closed", "code": event["code"]}
        message: Message = json.loads(event["text"])
        return message

    async def closed(self) -> int:
        return int((await self.hear("closed"))["code"])

    async def come_in(self, hello: Message) -> Message:
        await self.say_text(json.dumps(hello))
        self.welcome = await self.hear("welcome")
        return self.welcome

    async def knows_all(self, answer: int) -> None:
        """Until the server has done everything that this page asked before."""
        await self.say("ping", n=answer)
        while (await self.hear("pong"))["n"] != answer:
            pass


@asynccontextmanager
async def page(hello: Message | None = None) -> AsyncIterator[Page]:
    """A page with a socket, in the room if it says hello; its socket is lost afterwards."""
    here = Page(socket_to(SOCKET, OUR_SITE))
    assert await is_accepted(here.socket)
    if hello:
        await here.come_in(hello)
    try:
        yield here
    finally:
        await here.lose_socket()


def play(scene: Callable[[], Awaitable[None]]) -> None:
    """Run a scene with sockets; nothing of it stays behind."""

    async def run() -> None:
        try:
            await asyncio.wait_for(scene(), timeout=30)
        finally:
            await in_database(connections.close_all)()

    asyncio.run(run())
