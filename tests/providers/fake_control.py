"""The built-in room's own side, without a database: what the adapter asked is what it did."""

from datetime import datetime
from typing import Any

from meetings.providers.base import Attendee, Check, Peer

ended: set[str] = set()
opened: set[str] = set()
done: list[tuple[Any, ...]] = []


def forget() -> None:
    for memory in (ended, opened, done):
        memory.clear()


def ticket(room: str, attendee: Attendee, *, until: datetime) -> dict[str, Any]:
    opened.add(room)
    return {"token": f"{room}-{attendee.key}-{attendee.role}"}


def end(room: str) -> None:
    ended.add(room)


def is_live(room: str) -> bool:
    return room in opened - ended


def roster(room: str) -> tuple[Peer, ...]:
    return (Peer(key="g:2", name="Ana"),) if is_live(room) else ()


def remove(room: str, key: str) -> None:
    done.append(("remove", room, key))


def mute(room: str, key: str) -> None:
    done.append(("mute", room, key))


def set_lock(room: str, locked: bool) -> None:
    done.append(("lock", room, locked))


def checks() -> list[Check]:
    return [Check(name="Everything", passed=True)]
