"""The collection `room`: open rooms and who is inside."""

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from ..base import Peer, Role, RoomKind, RoomSpec
from ..errors import ProviderRefused, RoomNotFound, UnexpectedReply
from .envelope import LABEL, Call
from .options import is_loopback

# What names may hold is not documented; these are safe everywhere.
NAME = re.compile(r"[a-z0-9][a-z0-9-]{6,38}[a-z0-9]")
MOST_PASSCODE = 32
SEEN_LASTS = 15  # seconds
KINDS = {RoomKind.CONFERENCE: 1, RoomKind.WEBINAR: 2}
# In events types are 1 or 2 at times, and their own tools know robots: those are no people.
HOSTS, GUESTS = {(1, 1), (2, 1), (2, 3)}, {(1, 2), (2, 2), (2, 4)}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRoom:
    """A room as they list it; `people` is None where they give no details."""

    room_id: str
    kind: int | None = None
    passcode: str = field(default="", repr=False)
    people: tuple[Peer, ...] | None = None

    def fits(self, spec: RoomSpec) -> bool:
        """Whether it is the room we asked for, as far as they tell."""
        kind_fits = self.kind in {None, KINDS[spec.kind]}
        return kind_fits and (not spec.passcode or self.passcode == spec.passcode)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshRoom:
    """What opening a room answered."""

    host_key: str = field(default="", repr=False)
    differences: tuple[str, ...] = ()


class Rooms:
    """The account's rooms on one domain."""

    def __init__(self, call: Call, domain: str) -> None:
        self.call, self.domain = call, domain
        self.seen: dict[str, float] = {}  # room → when it was known to be open (monotonic)

    def init(self, room_id: str, spec: RoomSpec) -> FreshRoom:
        """Open it and ask for a host key. Whether a booking's options are kept is unknown."""
        options = {"type": KINDS[spec.kind], "lock": spec.locked, "addHostKey": True}
        answer = self.call("room", "init", {"id": room_id, **options, **key_for(spec)})
        if not isinstance(answer, dict):
            raise UnexpectedReply("opened the room without a word about it.", provider=LABEL)
        self.trust(room_id)
        return FreshRoom(
            host_key=str(answer.get("hostKey") or ""), differences=differences(answer, spec)
        )

    def destroy(self, room_id: str, *, force: bool) -> bool:
        """Close it; False may mean that somebody is inside, or that there is no such room."""
        self.seen.pop(room_id, None)
        data = {"id": room_id, "forceKick": True} if force else {"id": room_id}
        try:
            return self.call("room", "destroy", data, repeatable=True) is True
        except RoomNotFound:
            return True

    def kick_out(self, room_id: str, peer: str) -> None:
        """Remove one connection, or "all". Nobody is left in a room that is not there."""
        data = {"id": room_id, "peerId": peer}
        with suppress(RoomNotFound):
            self.call("room", "kickOut", data, repeatable=True)

    def set_lock(self, room_id: str, locked: bool) -> None:
        self.call("room", "setLock", {"id": room_id, "lock": locked}, repeatable=True)

    def set_password(self, room_id: str, passcode: str) -> None:
        """Here the password is `password` and null clears it; elsewhere it is `key`."""
        password = checked(passcode) if passcode else None
        self.call("room", "setPassword", {"id": room_id, "password": password}, repeatable=True)

    def all(self) -> dict[str, OpenRoom]:
        """The domain's open rooms by id. The answer holds passwords: it is kept nowhere."""
        answer = self.call("room", "list", {"domain": self.domain}, repeatable=True)
        if answer is None or answer == []:  # no rooms at all
            return {}
        if not isinstance(answer, dict):
            raise UnexpectedReply("the list of rooms is none.", provider=LABEL)
        rooms = {room.room_id: room for room in self._listed(answer)}
        self.seen = dict.fromkeys(rooms, time.monotonic())
        return rooms

    def is_open(self, room_id: str) -> bool:
        """Whether it is open, or was some seconds ago: many who come at once are one question."""
        lately = time.monotonic() - SEEN_LASTS
        return self.seen.get(room_id.lower(), lately) > lately or bool(self.find(room_id))

    def trust(self, room_id: str) -> None:
        """Take it for open for a while."""
        self.seen[room_id.lower()] = time.monotonic()

    def find(self, room_id: str) -> OpenRoom | None:
        return self.all().get(room_id.lower())

    def _listed(self, answer: dict[str, Any]) -> Iterator[OpenRoom]:
        for domain, rooms in answer.items():
            if domain.lower() != self.domain or not isinstance(rooms, dict):
                continue
            for name, room in rooms.items():
                yield open_room(full_id(self.domain, name), room)


def room_name(key: str) -> str:
    """The room's name for our key: public, so never made from titles or people."""
    if NAME.fullmatch(key):
        return key
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def full_id(domain: str, name: str) -> str:
    """Domain and name, for names that come with a domain and for those that do not."""
    return (name if "/" in name else f"{domain}/{name}").lower()


def address(room_id: str, host_key: str = "") -> str:
    """Where to join: made from what we stored, never from what they returned."""
    domain, _, name = room_id.rpartition("/")
    scheme = "http" if is_loopback(domain) else "https"  # without TLS only at a double
    plain = f"{scheme}://{domain}/{quote(name, safe='')}"
    return f"{plain}?host-key={quote(host_key, safe='')}" if host_key else plain


def key_for(spec: RoomSpec) -> dict[str, str]:
    """The password as their `key`: left out when there is none, never empty."""
    return {"key": checked(spec.passcode)} if spec.passcode else {}


def checked(passcode: str) -> str:
    """A passcode they take; how long it may be is not documented, 32 is their own example."""
    trimmed = passcode.strip()
    if not (0 < len(trimmed) <= MOST_PASSCODE and trimmed.isprintable()):
        raise ProviderRefused(
            f"takes passcodes of 1 to {MOST_PASSCODE} printable characters.", provider=LABEL
        )
    return trimmed


def differences(told: dict[str, Any], spec: RoomSpec) -> tuple[str, ...]:
    """Which features they set otherwise than asked, as far as they tell."""
    asked: dict[str, tuple[tuple[str, ...], Any]] = {
        "webinars": (("type",), KINDS[spec.kind]),
        "locking": (("isLocked", "lock"), spec.locked),
        "passcode": (("key", "password"), spec.passcode.strip()),
        "capacity": (("capacity",), spec.capacity),
    }
    return tuple(
        feature
        for feature, (names, wanted) in asked.items()
        if wanted is not None and not same(first(told, *names), wanted)
    )


def same(told: Any, wanted: Any) -> bool:
    """Whether they tell nothing else; their numbers may come as text."""
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        told = number(told)
    return told is None or bool(told == wanted)


def first(told: dict[str, Any], *names: str) -> Any:
    """The first of these that they tell: some words of theirs differ from method to method."""
    return next((told[name] for name in names if told.get(name) is not None), None)


def open_room(room_id: str, told: Any) -> OpenRoom:
    """A room of the list. Null means that it exists, and nothing else is known."""
    if not isinstance(told, dict):
        return OpenRoom(room_id=room_id)
    options = told["options"] if isinstance(told.get("options"), dict) else {}
    kind, clients = number(options.get("type")), told.get("clients")
    return OpenRoom(
        room_id=room_id,
        kind=kind,
        passcode=str(first(options, "password", "key") or ""),
        people=tuple(peers(clients, kind)) if isinstance(clients, list) else None,
    )


def peers(clients: list[Any], kind: int | None) -> Iterator[Peer]:
    """People without names, by the id of their connection, which is new after each reconnect."""
    for client in clients:
        told = client if isinstance(client, dict) else {}
        role = role_of(number(told.get("type")), kind or 1)
        if role and isinstance(told.get("id"), str):
            yield Peer(key=told["id"], name="", role=role)


def role_of(peer_type: int | None, kind: int) -> Role | None:
    """Host or participant; None for robots and for what nobody documents."""
    if (kind, peer_type) in HOSTS:
        return Role.HOST
    return Role.PARTICIPANT if (kind, peer_type) in GUESTS else None


def number(value: Any) -> int | None:
    """Their `uint`, which may come as text."""
    if isinstance(value, bool):
        return None
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else None
