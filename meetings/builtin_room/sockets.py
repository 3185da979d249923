"""One WebSocket as such: its frames, its pace, its patience. It knows no rooms."""

import asyncio
import json
import logging
import time
from abc import abstractmethod
from typing import Any

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from .pace import Pace
from .protocol import Close, Code, Message, RoomRefusal
from .reading import message_from

log = logging.getLogger(__name__)


class JsonSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """Messages in, one at a time; refusals out, in the protocol's words."""

    HELLO_WITHIN = 10.0  # seconds

    def __init__(self) -> None:
        super().__init__()
        self.pace = Pace()
        self.heard_at = time.monotonic()
        self.hung_up = False
        self.deadline: asyncio.TimerHandle | None = None
        self.last_words: asyncio.Task[None] | None = None

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Whatever fails, the page comes back with a fresh socket; nothing of this one stays."""
        try:
            await super().dispatch(message)
        except StopConsumer:
            raise
        except Exception as error:
            log.exception("A socket of the built-in room failed: its page will come back.")
            if message["type"] == "websocket.disconnect":
                raise StopConsumer from error
            await self.hang_up(Close.AGAIN)

    @abstractmethod
    async def handle(self, message: Message) -> None:
        """What a message does."""

    async def connect(self) -> None:
        await self.accept()
        loop = asyncio.get_running_loop()
        self.deadline = loop.call_later(self.HELLO_WITHIN, self._too_late)

    def said_hello(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()

    async def disconnect(self, code: int) -> None:
        self.hung_up = True
        self.said_hello()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.hung_up:
            return
        self.heard_at = time.monotonic()
        message: Message = {}
        try:
            message = message_from(text_data or "")
            self.pace.require(message["t"])
            await self.handle(message)
        except RoomRefusal as refusal:
            await self.refuse(refusal.code, message)

    async def refuse(self, code: Code, message: Message) -> None:
        """Say why not. A socket that goes on like this is closed."""
        told: Message = {"t": "error", "code": code.value, "fatal": code.fatal}
        told |= {"re": message["t"]} if "t" in message else {}
        told |= {"cid": message["cid"]} if isinstance(message.get("cid"), str) else {}
        await self.send_message(told)
        if code.fatal:
            await self.hang_up(code.close)
        elif not self.pace.bears():
            await self.hang_up(Close.MISBEHAVED)

    async def send_message(self, message: Message) -> None:
        await self.send_frame(json.dumps(message))

    async def send_frame(self, text: str) -> None:
        if not self.hung_up:
            await self.send(text_data=text)

    async def hang_up(self, code: Close) -> None:
        if not self.hung_up:
            self.hung_up = True
            await self.close(code=int(code))

    def _too_late(self) -> None:
        self.last_words = asyncio.create_task(self.hang_up(Close.MISBEHAVED))
