"""Several providers that each do what a test tells them, told apart by their alias.

apart.trouble["main"] = ProviderUnavailable("does not answer.")
open_room(room)
assert apart.asked == ["main init_room", "spare init_room"]
"""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from pytest_django import Settings

from meetings.providers.base import (
    Attendee,
    Check,
    Features,
    JoinTicket,
    MeetingProvider,
    Options,
    RoomRef,
    RoomSpec,
)

KEY = "h0st-k3y"


class Apart:
    """What a test tells them, by alias or by alias and method; and what they were asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.trouble: dict[str, Exception] = {}
        self.pause: dict[str, Callable[[], object]] = {}
        self.live: set[str] = set()  # as "alias room"

    def hear(self, alias: str, method: str) -> None:
        call = f"{alias} {method}"
        self.asked.append(call)
        if pause := self.pause.get(call) or self.pause.get(alias):
            pause()
        if error := self.trouble.get(call) or self.trouble.get(alias):
            raise error

    def opened(self) -> list[str]:
        """Where rooms were asked for, in order."""
        return [call.partition(" ")[0] for call in self.asked if call.endswith(" init_room")]


_told = [Apart()]


class Plain(MeetingProvider[Options]):
    """One that can open a room and close it, and has no switches."""

    slug = "apart"
    label = "Plain"
    features = Features(ending=True)
    most_people = None

    def hear(self, method: str) -> Apart:
        _told[-1].hear(self.alias, method)
        return _told[-1]

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        self.hear("init_room").live.add(f"{self.alias} {ref.room_id}")
        return RoomRef(room_id=ref.room_id, booking_id=ref.booking_id, host_key=KEY)

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        self.hear("join")
        key = ref.host_key if attendee.role.hosts else "guest"
        return JoinTicket(url=f"https://{self.alias}.example/{ref.room_id}?key={key}")

    def ping(self) -> list[Check]:
        return []

    def end_room(self, ref: RoomRef) -> None:
        self.hear("end_room").live.discard(f"{self.alias} {ref.room_id}")


class Switches(Plain):
    label = "Switches"
    features = Features(ending=True, chat_switch=True, sharing_switch=True)


class Small(Plain):
    label = "Small"
    most_people = 10


class Endless(Plain):
    """One whose rooms we cannot close."""

    label = "Endless"
    features = Features()


class Asking(Plain):
    """One that asks people for the passcode itself."""

    label = "Asking"
    features = Features(ending=True, passcode=True)

    def set_passcode(self, ref: RoomRef, passcode: str) -> None:
        self.hear(f"set_passcode {passcode}")


class Forgetful(Plain):
    """One that keeps a way of its own to make a room anew."""

    label = "Forgetful"

    def reset_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        self.hear("reset_room")
        return RoomRef(room_id=ref.room_id, host_key="anew")


def set_up(settings: Settings, **aliases: type[Plain]) -> None:
    """Let these be the configured ones, in this order."""
    settings.MEETING_PROVIDERS = {
        alias: {"BACKEND": f"{__name__}.{provider.__name__}"} for alias, provider in aliases.items()
    }


@pytest.fixture
def apart(settings: Settings) -> Iterator[Apart]:
    """Rooms are held at `main`, and else at `spare` or `third`."""
    set_up(settings, main=Plain, spare=Plain, third=Plain)
    _told.append(Apart())
    yield _told[-1]
    _told.pop()
