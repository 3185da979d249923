"""Adapters on a bad day."""

import signal

from meetings.providers.base import (
    Peer,
    RoomRef,
    RoomSpec,
)
from meetings.providers.errors import (
    BadCredentials,
    OutcomeUnknown,
    ProviderUnavailable,
    RoomNotFound,
)

from . import KEY, Honest, asked, rooms


class Locked(Honest):
    """The account's keys are wrong."""

    def live_rooms(self) -> tuple[RoomRef, ...]:
        raise BadCredentials(f"unknown key {KEY}", provider=self.label, status=401)

    def remove(self, ref: RoomRef, key: str) -> None:
        raise BadCredentials(f"unknown key {KEY}", provider=self.label, status=401)


class HalfLocked(Honest):
    """Some of what the keys should allow, they do not."""

    def remove(self, ref: RoomRef, key: str) -> None:
        raise BadCredentials("not with this key.", provider=self.label, status=403)


class Dying(Honest):
    """Gone in the middle, and not there any more for the cleaning."""

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        raise ProviderUnavailable("does not answer.", provider=self.label)

    def end_room(self, ref: RoomRef) -> None:
        raise ProviderUnavailable("does not answer.", provider=self.label)


class Overloaded(Honest):
    """Busy for one call, and well for the others."""

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        raise ProviderUnavailable("too many requests.", provider=self.label, status=429)


class Evicting(Honest):
    """Closes empty rooms by itself, so that ours is gone before it is ended."""

    def end_room(self, ref: RoomRef) -> None:
        rooms.discard(ref.room_id)
        raise RoomNotFound("no such room.", provider=self.label)

    def is_live(self, ref: RoomRef) -> bool:
        if ref.room_id not in rooms:
            raise RoomNotFound("no such room.", provider=self.label)
        return True


class Mumbling(Honest):
    """The room is made, the reservation too, and both answers are lost, once."""

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        first = "init_room" not in asked
        made = super().init_room(ref, spec)
        return self.lost(made) if first else made

    def book(self, spec: RoomSpec) -> RoomRef:
        return self.lost(super().book(spec))

    def lost(self, made: RoomRef) -> RoomRef:
        raise OutcomeUnknown("the answer was lost; it may have worked.", provider=self.label)


class Interrupted(Honest):
    """Somebody presses Ctrl-C while it answers."""

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        signal.raise_signal(signal.SIGINT)
        return ()


class Ended(Honest):
    """Somebody ends the process while it answers."""

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        signal.raise_signal(signal.SIGTERM)
        return ()


class HungUp(Honest):
    """The terminal is gone."""

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        signal.raise_signal(signal.SIGHUP)
        return ()


class InterruptedTwice(Interrupted):
    """And once more while it cleans up."""

    def end_room(self, ref: RoomRef) -> None:
        signal.raise_signal(signal.SIGINT)
