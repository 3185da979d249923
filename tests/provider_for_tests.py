"""A provider elsewhere that does what a test tells it, and remembers what it was asked."""

from collections.abc import Iterator
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
from meetings.providers.errors import ProviderError

SECRET = "h0st-k3y"


class Telling:
    """What a test tells the provider to do."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.asked: list[str] = []  # the methods called, in order
        self.live: set[str] = set()
        self.trouble: dict[str, ProviderError] = {}  # method → what it raises
        self.pause: dict[str, object] = {}  # method → what it does before it answers

    def hear(self, method: str) -> None:
        self.asked.append(method)
        if callable(pause := self.pause.get(method)):
            pause()
        if method in self.trouble:
            raise self.trouble[method]


telling = Telling()


class Provider(MeetingProvider[Options]):
    slug = "elsewhere"
    label = "Elsewhere"
    features = Features(ending=True, live_status=True)

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        telling.hear("init_room")
        telling.live.add(spec.key)
        return RoomRef(room_id=spec.key, host_key=SECRET)

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        telling.hear("join")
        key = ref.host_key if attendee.role.hosts else "guest"
        return JoinTicket(url=f"https://rooms.example/{ref.room_id}?key={key}")

    def ping(self) -> list[Check]:
        return []

    def end_room(self, ref: RoomRef) -> None:
        telling.hear("end_room")
        telling.live.discard(ref.room_id)

    def is_live(self, ref: RoomRef) -> bool:
        telling.hear("is_live")
        return ref.room_id in telling.live


class Modest(Provider):
    """One that can do nothing but open a room and let people in."""

    label = "Modest"
    features = Features()


@pytest.fixture
def elsewhere(settings: Settings) -> Iterator[Telling]:
    """Rooms are held at `main`, the provider of this module; `modest` can be chosen too."""
    settings.MEETING_PROVIDERS = {
        "main": {"BACKEND": f"{__name__}.Provider"},
        "modest": {"BACKEND": f"{__name__}.Modest"},
    }
    telling.forget()
    yield telling
    telling.forget()
