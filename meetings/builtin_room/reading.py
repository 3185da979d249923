"""Reading what a page sent: the right shape, or BAD_MESSAGE."""

import json
from typing import Any

from .protocol import MAX_BYTES, Code, Message, RoomRefusal

KINDS = ("audio", "video")


def message_from(text: str) -> Message:
    """A frame as an object with a type."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise RoomRefusal(Code.TOO_BIG)
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RoomRefusal(Code.BAD_MESSAGE) from error
    if not isinstance(message, dict) or not isinstance(message.get("t"), str):
        raise RoomRefusal(Code.BAD_MESSAGE)
    return message


def words(message: Message, name: str, longest: int) -> str:
    """Text with something in it, fit for a database: no NUL, no half characters."""
    given = message.get(name)
    if not isinstance(given, str):
        raise RoomRefusal(Code.BAD_MESSAGE)
    clean = given.replace("\x00", "").encode("utf-8", "replace").decode().strip()
    if not clean or len(clean) > longest:
        raise RoomRefusal(Code.BAD_MESSAGE)
    return clean


def flag(message: Message, name: str) -> bool:
    given = message.get(name)
    if not isinstance(given, bool):
        raise RoomRefusal(Code.BAD_MESSAGE)
    return given


def one_of(message: Message, name: str, known: tuple[str, ...]) -> str:
    given = message.get(name)
    if given not in known:
        raise RoomRefusal(Code.BAD_MESSAGE)
    return str(given)


def media_in(given: Any) -> dict[str, bool]:
    """Which of microphone, camera and screen are said to be on or off."""
    if not isinstance(given, dict):
        raise RoomRefusal(Code.BAD_MESSAGE)
    return {kind: bool(given[kind]) for kind in (*KINDS, "screen") if kind in given}
