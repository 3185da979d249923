"""Adapters that say what they cannot do, or do it in their own way."""

from dataclasses import replace
from datetime import datetime

from meetings.providers.base import (
    Attendee,
    JoinTicket,
    MeetingProvider,
    RoomRef,
    RoomSpec,
)
from meetings.providers.errors import (
    RoomNotFound,
)

from . import Honest, rooms


class Equal(Honest):
    """Tells nobody who is a host."""

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        return JoinTicket(url=f"https://rooms.example/{ref.room_id}")


class Reluctant(Honest):
    """Does otherwise than asked, and says so."""

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        told = ("capacity",) if spec.capacity else ()
        return replace(super().init_room(ref, spec), differences=told)

    def book(self, spec: RoomSpec) -> RoomRef:
        return replace(super().book(spec), differences=("capacity",))


class Unsigned(Honest):
    """Only they can sign."""

    def webhook_sample(self) -> None:
        return None


class Blind(Honest):
    """Closes rooms, and cannot say which are open."""

    features = replace(Honest.features, live_status=False)
    is_live = MeetingProvider.is_live


class Strict(Honest):
    """Knows no room that is over."""

    def is_live(self, ref: RoomRef) -> bool:
        if ref.room_id not in rooms:
            raise RoomNotFound("no such room.", provider=self.label)
        return True


class Framed(Honest):
    """People stay on our page, which holds something that only looks like a token."""

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        secret = ref.host_key if attendee.role.hosts else "aaaaaaaaaa.bbbbbbbbbb.cccccccccc"
        room = {"people": 2, "ways": {"in": secret}}
        return JoinTicket(template="meetings/embed/builtin.html", context={"room": room})
