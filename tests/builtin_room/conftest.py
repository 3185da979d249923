"""A live session of the built-in room, and people to put into it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from channels.layers import channel_layers
from django.utils import timezone

from accounts.models import User
from meetings.builtin_room import engine, local, tokens
from meetings.builtin_room.protocol import VERSION, Message
from meetings.models import Room, RoomPeer, RoomSession
from meetings.providers.base import Attendee, Role

Hello = Callable[..., Message]
ComeIn = Callable[..., engine.Entry]


@pytest.fixture
def olga(db: None) -> User:
    return User.objects.create_user("olga@example.org", name="Olga")


@pytest.fixture
def session(olga: User) -> RoomSession:
    room = Room.objects.create(owner=olga, name="Atelier", is_permanent=True)
    session = RoomSession.objects.create(
        room=room, alias="builtin", waiting_room="guests", capacity=6
    )
    session.take_claim()
    session.keep(session.ref)
    return session


@pytest.fixture
def hello(session: RoomSession) -> Hello:
    """What a person's page says first."""

    def make(name: str, role: Role = Role.PARTICIPANT, **more: Any) -> Message:
        attendee = Attendee(key=f"g:{name.lower()}", name=name, role=role)
        until = timezone.now() + timedelta(minutes=5)
        token = tokens.mint(session.key, attendee, until=until)
        media = {"audio": True, "video": True}
        return {"t": "hello", "v": VERSION, "token": token, "media": media, **more}

    return make


@pytest.fixture
def come_in(hello: Hello) -> ComeIn:
    """A person's page, in the room."""

    def enter(name: str, role: Role = Role.PARTICIPANT, **more: Any) -> engine.Entry:
        return engine.enter(engine.understand(hello(name, role, **more)))

    return enter


@pytest.fixture
def host(come_in: ComeIn) -> RoomPeer:
    return come_in("Hanna", Role.HOST).peer


@pytest.fixture
def cohost(host: RoomPeer, come_in: ComeIn) -> RoomPeer:
    return come_in("Cora", Role.COHOST).peer


@pytest.fixture
def ana(host: RoomPeer, come_in: ComeIn) -> RoomPeer:
    return come_in("Ana").peer


@pytest.fixture
def sockets(transactional_db: None) -> Iterator[None]:
    """Sockets work in their own thread: what a test saves is committed. With a fresh layer."""
    channel_layers.backends.clear()
    yield
    channel_layers.backends.clear()
    local.pages.clear()
