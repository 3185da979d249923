"""What a browser sees that follows a join address. xroom is told nobody's name."""

import secrets
from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from .. import people
from ..people import ENDED, GONE, Presence
from ..wire import Reply
from .values import WEBINAR, Room

PASSWORD_FORM = (
    '<form><input type="hidden" name="host-key" value="{key}">'
    '<label>Password <input name="password"></label> <button>Enter</button></form>'
)


class People:
    """The pages of rooms."""

    rooms: dict[str, Room]
    entered: list[tuple[str, str]]
    announce: Callable[..., None]

    def page(self, path: str) -> Reply:
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        name = unquote(parts.path.strip("/"))
        room_id = next((each for each in self.rooms if each.endswith(f"/{name}")), "")
        if not room_id:
            return show("No such room", "It is not open.", status=404)
        acts = {"leave": self.leave, "end": self.end, "admit": self.admit}
        for act in acts.keys() & query.keys():
            return acts[act](room_id, self.rooms[room_id], query[act])
        return self.come(room_id, self.rooms[room_id], query)

    def come(self, room_id: str, room: Room, query: dict[str, str]) -> Reply:
        key = query.get("host-key", "")
        rights = "host" if key and key == room.host_key else "participant"
        if room.password and query.get("password") != room.password:
            return show("Password", after=PASSWORD_FORM.format(key=escape(key)))
        peer = secrets.token_hex(4)
        if room.locked and rights != "host":
            room.knocks.append(peer)
        else:
            self.let_in(room_id, peer, rights)
        return self.inside(room_id, room, peer, rights)

    def let_in(self, room_id: str, peer: str, rights: str) -> None:
        room = self.rooms[room_id]
        peer_type = {"host": 1, "participant": 2}[rights] + (2 if room.type == WEBINAR else 0)
        room.clients[peer] = peer_type
        self.entered.append((room_id, rights))
        self.announce("clientAdded", room_id, client={"id": peer, "type": peer_type})

    def inside(self, room_id: str, room: Room, peer: str, rights: str) -> Reply:
        name = room_id.rpartition("/")[2]
        buttons = people.button("Leave", f"/{name}", leave=peer)
        if rights == "host":
            buttons += people.button("End for all", f"/{name}", end=peer)
        presence = self.presence(room_id, peer)
        kind = "webinar" if room.type == WEBINAR else "conference"
        body = (
            people.heading(f"You are in as {rights}", presence)
            + f"<p>{escape(room_id)} ({kind}), connection <b id=peer>{peer}</b></p>"
            + people.in_the_room(presence, buttons)
        )
        content = people.page("xroom (double)", body, follow=people.follow(room_id, peer))
        return Reply(content, kind="text/html; charset=utf-8")

    def presence(self, room_id: str, peer: str) -> Presence:
        """How it stands with a connection."""
        room = self.rooms.get(room_id)
        if room is None:
            return ENDED
        if peer in room.knocks:
            return Presence(words="The room is locked: a host may let you in")
        if peer not in room.clients:
            return GONE
        is_host = room.clients[peer] % 2 == 1
        name = room_id.rpartition("/")[2]
        return Presence(
            people=tuple(f"{each} ({rights_of(kind)})" for each, kind in room.clients.items()),
            facts={
                "Locked": "yes" if room.locked else "no",
                "Password": "yes" if room.password else "no",
            },
            knocks=tuple(
                {"name": each, "url": f"/{name}?admit={each}"} for each in room.knocks if is_host
            ),
        )

    def leaves(self, room: str, person: str) -> None:
        if room in self.rooms:
            self.leave(room, self.rooms[room], person)

    def leave(self, room_id: str, room: Room, peer: str) -> Reply:
        if kind := room.clients.pop(peer, 0):
            self.announce("clientsRemoved", room_id, clients=[{"id": peer, "type": kind}])
        if peer in room.knocks:
            room.knocks.remove(peer)
        return show("You have left", f"{len(room.clients)} inside.")

    def end(self, room_id: str, room: Room, peer: str) -> Reply:
        if room.clients.get(peer, 0) % 2:
            gone = [{"id": each, "type": kind} for each, kind in room.clients.items()]
            del self.rooms[room_id]
            self.announce("clientsRemoved", room_id, clients=gone)
            self.announce("roomRemoved", room_id)
        return show("The meeting is over")

    def admit(self, room_id: str, room: Room, peer: str) -> Reply:
        if peer in room.knocks:
            room.knocks.remove(peer)
            self.let_in(room_id, peer, "participant")
        return show("Let in")


def rights_of(kind: int) -> str:
    return "host" if kind % 2 else "participant"


def show(title: str, text: str = "", *, after: str = "", status: int = 200) -> Reply:
    content: Any = people.page(title, f"<h1>{title}</h1><p>{escape(text)}</p>{after}")
    return Reply(content, status=status, kind="text/html; charset=utf-8")
