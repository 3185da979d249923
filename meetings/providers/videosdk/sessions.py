"""Sessions: each time that people are in a room is one, with everybody who was there."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..base import Peer, Role, RoomRef
from ..errors import BadCredentials, Conflict, ProviderRefused, RoomNotFound
from ..http import Reply
from .api import Api, custom_id_of, in_path, moment, objects, room_id_of, text
from .tokens import person_of

BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One run of a room: from the first person in to the last one out."""

    session_id: str
    room_id: str
    custom_id: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    ongoing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """One participant of a session, and each time they were in it; None: still there."""

    participant_id: str  # theirs: a host has one for each device
    key: str
    name: str
    role: Role
    times: tuple[tuple[datetime | None, datetime | None], ...] = ()

    @property
    def peer(self) -> Peer:
        came = self.times[-1][0] if self.times else None
        return Peer(key=self.key, name=self.name, role=self.role, joined_at=came)


class Sessions(Api):
    """The session and participant calls."""

    def sessions(self, room_id: str = "", *, ongoing: bool = False) -> Iterator[Session]:
        """The sessions of one room or, without one, of the account."""
        query = {"roomId": room_id} if room_id else {}
        if ongoing:
            query["status"] = "ongoing"
        found = (session_of(each) for each in self.every("/v2/sessions", query))
        # Looked at again: a filter that they do not know would be passed over in silence.
        right = (each for each in found if not room_id or each.room_id == room_id)
        return (each for each in right if each.ongoing or not ongoing)

    def current_session(self, room_id: str) -> Session | None:
        """The session that runs in a room now; None when nobody is inside."""
        try:
            running = list(self.sessions(room_id, ongoing=True))
        except RoomNotFound:
            return None
        return max(running, key=lambda each: each.started_at or BEGINNING, default=None)

    def participants(self, session_id: str) -> tuple[Presence, ...]:
        """Everybody who was in a session, with their times: the attendance of it."""
        path = f"/v2/sessions/{in_path(session_id)}/participants"
        return tuple(presence_of(each) for each in self.every(path, items=participants_in))

    def active_participants(self, room_id: str) -> tuple[Presence, ...]:
        """Who is inside now; nobody when no session runs."""
        session = self.current_session(room_id)
        if session is None:
            return ()
        path = f"/v2/sessions/{in_path(session.session_id)}/participants/active"
        try:
            return tuple(presence_of(each) for each in self.every(path, items=participants_in))
        except RoomNotFound:  # it ended between the two questions
            return ()

    def end_session(self, room_id: str) -> None:
        """Everybody out. They may still call it ongoing for a while; twice is fine."""
        wanted = {"roomId": room_id, "ignoreClosed": True}
        try:
            self.post("/v2/sessions/end", wanted, repeatable=True)
        except BadCredentials:
            raise
        except ProviderRefused:  # what they say when nobody is inside is documented nowhere: look
            if self.current_session(room_id) is not None:
                raise

    def remove_participant(self, room_id: str, participant_id: str) -> None:
        """One connection out. Their token lets them in again, so our door must not."""
        wanted = {"participantId": participant_id, "roomId": room_id}
        with suppress(RoomNotFound, Conflict):
            self.post("/v2/sessions/participants/remove", wanted, repeatable=True)

    # In our words

    def is_live(self, ref: RoomRef) -> bool:
        """Whether somebody is inside: to them a room where nobody is has no session."""
        return self.current_session(ref.room_id) is not None

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        """Who is inside, each once, however many devices they brought."""
        found: dict[str, Peer] = {}
        for each in self.active_participants(ref.room_id):
            found.setdefault(each.key, each.peer)
        return tuple(found.values())

    def remove(self, ref: RoomRef, key: str) -> None:
        """Remove a person, with all their devices."""
        for each in self.active_participants(ref.room_id):
            if each.key == key:
                self.remove_participant(ref.room_id, each.participant_id)

    def live_rooms(self) -> tuple[RoomRef, ...]:
        """The account's rooms with somebody in them."""
        running = self.sessions(ongoing=True)
        return tuple(RoomRef(room_id=each.room_id, session_id=each.session_id) for each in running)


def session_of(given: Reply) -> Session:
    ended_at = moment(given.get("end"))
    status = text(given, "status") or ("ended" if ended_at else "ongoing")
    return Session(
        session_id=text(given, "id", "sessionId"),
        room_id=room_id_of(given),
        custom_id=custom_id_of(given),
        started_at=moment(given.get("start")),
        ended_at=ended_at,
        ongoing=status == "ongoing",
    )


def participants_in(page: Any) -> list[Reply]:
    """The people of a page: `data` is one session in one call, and a list with one in another."""
    data = page.get("data") if isinstance(page, dict) else page
    if isinstance(data, list):
        data = next(iter(objects(data)), {})
    return objects(data.get("participants")) if isinstance(data, dict) else []


def presence_of(given: Reply) -> Presence:
    """A participant in our words. What is told of their device and place is not taken."""
    participant_id = text(given, "participantId")
    key, role = person_of(participant_id)
    times = ((moment(each.get("start")), moment(each.get("end"))) for each in timelog(given))
    name = text(given, "name", "participantName")
    return Presence(
        participant_id=participant_id, key=key, name=name, role=role, times=tuple(times)
    )


def timelog(given: Reply) -> list[Reply]:
    return objects(given.get("timelog"))
