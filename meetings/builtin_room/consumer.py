"""A page's socket into its room: parse, ask the engine, pass on.

The order in `_enter` matters: it subscribes before the page becomes visible, so that nothing said
to it from then on is lost, and effects go out only after the commit that they tell of.
"""

import json
import time
from typing import Any

from channels.db import database_sync_to_async as in_database
from django.conf import settings

from . import engine, local, sweeper
from .broadcast import deliver, page_group, room_group, tell
from .protocol import Close, Code, Message, RoomRefusal, Why
from .sockets import JsonSocket


class RoomConsumer(JsonSocket):
    def __init__(self) -> None:
        super().__init__()
        self.key = self.pid = self.identity = ""
        self.conn = self.since = self.rev = 0
        self.roster: set[str] = set()
        self.room: dict[str, Any] = {}
        self.ice_until = 0.0

    async def connect(self) -> None:
        sweeper.keep_running()
        await super().connect()

    async def disconnect(self, code: int) -> None:
        await super().disconnect(code)
        local.pages.discard(self)
        if self.pid:
            effects = await in_database(engine.go_offline)(self.pid, conn=self.conn)
            await self._unsubscribe(self.key, self.pid)
            await deliver(self.key, effects)

    # From the page

    async def handle(self, message: Message) -> None:
        kind = message["t"]
        if kind == "hello":
            await self._hello(message)
        elif kind == "ping":
            await self._pong(message)
        elif not self.pid:
            raise RoomRefusal(Code.BAD_MESSAGE)
        elif kind == "signal":
            await self._signal(message)
        else:
            await self._command(message)

    async def _hello(self, message: Message) -> None:
        if self.pid and not message.get("resume"):
            raise RoomRefusal(Code.BAD_MESSAGE)
        arrival = await in_database(engine.understand)(message)
        self.said_hello()
        if self.pid and arrival.pid != self.pid:
            await self.hang_up(Close.AGAIN)  # our place was given up: come in afresh
        else:
            await self._enter(arrival)

    async def _enter(self, arrival: engine.Arrival) -> None:
        await self._subscribe(arrival.key, arrival.pid)
        try:
            entry = await in_database(engine.enter)(arrival)
        except BaseException:
            await self._unsubscribe(arrival.key, arrival.pid)
            raise
        self._sit_down(arrival.key, entry)
        await tell(page_group(self.pid), {"type": "room.stale", "conn": self.conn})
        await self.send_message(entry.welcome)
        await deliver(self.key, entry.effects)

    def _sit_down(self, key: str, entry: engine.Entry) -> None:
        self.key, self.pid, self.identity = key, entry.peer.pid, entry.peer.identity
        self.conn, self.since, self.rev = (entry.peer.conn, *(2 * [entry.welcome["rev"]]))
        self.roster = {each["id"] for each in entry.welcome["peers"]}
        self.room = entry.welcome["room"]
        self.ice_until = time.monotonic() + settings.TURN_TTL
        local.pages.add(self)

    async def _pong(self, message: Message) -> None:
        number = message.get("n")
        await self.send_message({"t": "pong", "n": number if isinstance(number, int) else 0})

    async def _signal(self, message: Message) -> None:
        """To one page of the room, unread; who is in the room we know from what we passed on."""
        to, generation, content = (message.get(name) for name in ("to", "g", "d"))
        if not isinstance(generation, int) or not isinstance(content, dict):
            raise RoomRefusal(Code.BAD_MESSAGE)
        if not isinstance(to, str) or to == self.pid or to not in self.roster:
            raise RoomRefusal(Code.NO_PEER)
        told = {"t": "signal", "from": self.pid, "g": generation, "d": content}
        await tell(page_group(to), {"type": "room.signal", "text": json.dumps(told)})

    async def _command(self, message: Message) -> None:
        effects = await in_database(engine.carry_out)(self.key, self.pid, message)
        await deliver(self.key, effects)
        if message["t"] == "leave":
            await self.hang_up(Close.LEFT)

    # From the room

    async def room_deliver(self, event: dict[str, Any]) -> None:
        message = event["message"]
        if event["to"] not in ("", self.pid) or self._is_old(message):
            return
        self._note(message)
        await self.send_message(message)
        if event["close"]:
            await self.hang_up(Close(event["close"]))
        elif message.get("id") == self.pid:
            await self._about_us(message)

    async def room_signal(self, event: dict[str, Any]) -> None:
        await self.send_frame(event["text"])

    async def room_stale(self, event: dict[str, Any]) -> None:
        if event["conn"] > self.conn:
            await self.hang_up(Close.TAKEN_OVER)

    async def room_doors(self, event: dict[str, Any]) -> None:
        doors = await in_database(engine.doors_for)(self.key, self.pid)
        if doors is None:
            return
        self.rev = max(self.rev, doors.rev)
        if doors.room != self.room:
            self.room = doors.room
            await self.send_message({"t": "room", "room": doors.room})
        if doors.waiting is not None:
            await self.send_message({"t": "waiting", "people": doors.waiting})

    def _is_old(self, message: Message) -> bool:
        """Told before we came in, or to a page that never did: welcome held it already."""
        return not self.pid or message.get("rev", self.since + 1) <= self.since

    def _note(self, message: Message) -> None:
        self.rev = max(self.rev, message.get("rev", 0))
        if message["t"] == "joined":
            self.roster.add(message["peer"]["id"])
        elif message["t"] == "left":
            self.roster.discard(message["id"])

    async def _about_us(self, message: Message) -> None:
        if message["t"] == "role":
            await self.room_doors({})  # a new host wants to see who waits
        elif message["t"] == "left" and message["why"] == Why.TIMEOUT:
            await self.hang_up(Close.AGAIN)

    async def _subscribe(self, key: str, pid: str) -> None:
        for group in (room_group(key), page_group(pid)):
            await self.channel_layer.group_add(group, self.channel_name)

    async def _unsubscribe(self, key: str, pid: str) -> None:
        for group in (room_group(key), page_group(pid)):
            await self.channel_layer.group_discard(group, self.channel_name)
