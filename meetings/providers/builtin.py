"""The built-in room: people meet on this very site, browser to browser."""

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import Any, ClassVar, Protocol, cast

from django.conf import settings
from django.utils.translation import gettext_noop

from .base import (
    Attendee,
    Check,
    Features,
    JoinTicket,
    MeetingProvider,
    Peer,
    RoomRef,
    RoomSpec,
)
from .options import Options


class Control(Protocol):
    """The room's own side, which this adapter knows by its path only."""

    def ticket(self, room: str, attendee: Attendee, *, until: datetime) -> Mapping[str, Any]: ...

    def end(self, room: str) -> None: ...

    def is_live(self, room: str) -> bool: ...

    def roster(self, room: str) -> tuple[Peer, ...]: ...

    def remove(self, room: str, key: str) -> None: ...

    def mute(self, room: str, key: str) -> None: ...

    def set_lock(self, room: str, locked: bool) -> None: ...

    def checks(self) -> list[Check]: ...


class Provider(MeetingProvider[Options]):
    slug = "builtin"
    label = gettext_noop("Built-in room")
    features = Features(
        ending=True,
        live_status=True,
        roster=True,
        removing=True,
        muting=True,
        locking=True,
        chat_switch=True,
        sharing_switch=True,
        capacity=True,
    )
    rooms_are_sessions = True
    control_path: ClassVar[str] = "meetings.builtin_room.control"

    @property
    def most_people(self) -> int:
        most: int = settings.BUILTIN_ROOM_MAX_PEERS
        return most

    @property
    def control(self) -> Control:
        return cast("Control", import_module(self.control_path))

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        """Nothing to make: the room is our own session, under its key."""
        return RoomRef(room_id=spec.key)

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        room = self.control.ticket(ref.room_id, attendee, until=until)
        return JoinTicket(template="meetings/embed/builtin.html", context={"room": room})

    def ping(self) -> list[Check]:
        return self.control.checks()

    def end_room(self, ref: RoomRef) -> None:
        self.control.end(ref.room_id)

    def is_live(self, ref: RoomRef) -> bool:
        return self.control.is_live(ref.room_id)

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        return self.control.roster(ref.room_id)

    def remove(self, ref: RoomRef, key: str) -> None:
        self.control.remove(ref.room_id, key)

    def mute(self, ref: RoomRef, key: str) -> None:
        self.control.mute(ref.room_id, key)

    def set_lock(self, ref: RoomRef, locked: bool) -> None:
        self.control.set_lock(ref.room_id, locked)
