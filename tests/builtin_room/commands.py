"""A page gives a command, and what comes of it."""

from typing import Any

import pytest

from meetings.builtin_room import engine
from meetings.builtin_room.effects import Effect
from meetings.builtin_room.protocol import Code, Message, RoomRefusal
from meetings.models import RoomPeer, RoomSession


def do(session: RoomSession, actor: RoomPeer, kind: str, /, **fields: Any) -> list[Effect]:
    return engine.carry_out(session.key, actor.pid, {"t": kind, **fields})


def told(effects: list[Effect], kind: str) -> list[Message]:
    return [effect.message for effect in effects if effect.message["t"] == kind]


def refusal(session: RoomSession, actor: RoomPeer, kind: str, /, **fields: Any) -> Code:
    rev = RoomSession.objects.get().rev
    with pytest.raises(RoomRefusal) as error:
        do(session, actor, kind, **fields)
    assert RoomSession.objects.get().rev == rev, "a refused command changes nothing"
    return error.value.code
