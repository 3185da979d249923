"""Accounts at the doubles of real providers: `at_plugnmeet`, `at_videosdk`, `at_xroom`.

Each can do what people and strangers do there, behind our back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.utils import timezone
from pytest_django import Settings

from meetings.models import Booking, Room, RoomSession
from meetings.models.session import new_key
from meetings.providers import AnyProvider, get_provider
from meetings.providers.base import Attendee, RoomRef, RoomSpec
from meetings.providers.videosdk.tokens import participant_id_of
from meetings.providers.xroom import Provider as XroomProvider
from meetings.services.specs import spec_of
from tests.providers.doubles import plugnmeet, videosdk, xroom
from tests.providers.doubles.base import Call

ALIAS = "main"
SOON = timedelta(minutes=10)


def hold(
    room: Room, booking: Booking | None = None, *, alias: str = ALIAS, **fields: Any
) -> RoomSession:
    """A session that has been live for five minutes at a provider."""
    session = RoomSession.objects.create(
        room=room, booking=booking, alias=alias, waiting_room=room.waiting_room
    )
    assert session.take_claim()
    assert session.keep(get_provider(alias).init_room(session.ref, spec_of(session)))
    live_at = timezone.now() - timedelta(minutes=5)
    RoomSession.objects.filter(pk=session.pk).update(live_at=live_at, **fields)
    session.refresh_from_db()
    return session


@dataclass
class Account:
    """The alias `main` at one double."""

    double: Any

    @property
    def provider(self) -> AnyProvider:
        return get_provider(ALIAS)

    def hold(self, room: Room, booking: Booking | None = None, **fields: Any) -> RoomSession:
        """A session that has been live for five minutes, its room open there."""
        return hold(room, booking, **fields)

    def open_for_a_stranger(self) -> RoomRef:
        """A room of somebody else's in the same account, with somebody in it."""
        ref = self.provider.init_room(RoomRef(room_id=""), RoomSpec(key=new_key(), title="Theirs"))
        self.come(ref, "u:99", "Somebody else")
        return ref

    def come(self, ref: RoomRef, key: str, name: str) -> None:
        """Somebody goes in, and nobody tells us."""
        raise NotImplementedError

    def leave(self, ref: RoomRef, key: str) -> None:
        raise NotImplementedError

    def close(self, ref: RoomRef) -> None:
        """Their own page closes the room."""
        raise NotImplementedError

    def is_open(self, ref: RoomRef) -> bool:
        """Asked of the double itself."""
        raise NotImplementedError

    def asked(self, since: int = 0) -> list[Call]:
        return list(self.double.journal[since:])

    def named(self, name: str, since: int = 0) -> list[Call]:
        """The calls that name this room or reservation."""
        calls = self.asked(since)
        return [call for call in calls if name in call.path or name.encode() in call.body]


class AtPlugnmeet(Account):
    def come(self, ref: RoomRef, key: str, name: str) -> None:
        who = Attendee(key=key, name=name)
        ticket = self.provider.join(ref, who, until=timezone.now() + SOON)
        requests.get(ticket.url, timeout=5).raise_for_status()
        self.double.rooms[ref.room_id].users[key.replace(":", "-")].joined_at -= 300

    def leave(self, ref: RoomRef, key: str) -> None:
        self.double.leave(ref.room_id, key.replace(":", "-"))

    def close(self, ref: RoomRef) -> None:
        self.double.rooms.pop(ref.room_id)

    def is_open(self, ref: RoomRef) -> bool:
        room = self.double.rooms.get(ref.room_id)
        return room is not None and not room.ended


class AtVideosdk(Account):
    def come(self, ref: RoomRef, key: str, name: str) -> None:
        who = Attendee(key=key, name=name)
        participant_id = participant_id_of(who)
        self.double.enter(ref.room_id, participant_id, name)
        began = (timezone.now() - timedelta(minutes=5)).isoformat()
        for person in self.double.inside(ref.room_id):
            if person["participantId"] == participant_id:
                person["timelog"][-1]["start"] = began

    def leave(self, ref: RoomRef, key: str) -> None:
        participant_id = participant_id_of(Attendee(key=key, name=""))
        self.double.leave(ref.room_id, participant_id)
        if not self.double.inside(ref.room_id):
            self.double.end(ref.room_id)

    def close(self, ref: RoomRef) -> None:
        self.double.end(ref.room_id)

    def is_open(self, ref: RoomRef) -> bool:
        return self.double.running(ref.room_id) is not None


class AtXroom(Account):
    def come(self, ref: RoomRef, key: str, name: str) -> None:
        """They have connections without names."""
        room = self.double.rooms[ref.room_id]
        room.clients[key] = 2

    def leave(self, ref: RoomRef, key: str) -> None:
        self.double.rooms[ref.room_id].clients.pop(key)

    def close(self, ref: RoomRef) -> None:
        self.double.rooms.pop(ref.room_id)

    def is_open(self, ref: RoomRef) -> bool:
        return ref.room_id in self.double.rooms

    def book_for_a_stranger(self) -> RoomRef:
        starts_at = timezone.now() + timedelta(days=1)
        spec = RoomSpec(key=new_key(), title="Theirs", starts_at=starts_at, minutes=30)
        return self.provider.book(spec)


def plugnmeet_account(double: plugnmeet.Double) -> dict[str, Any]:
    keys = {"api_key": double.api_key, "api_secret": double.api_secret}
    return {"BACKEND": "plugnmeet", "OPTIONS": {"url": double.url, **keys}}


def videosdk_account(double: videosdk.Double) -> dict[str, Any]:
    keys = {"api_key": videosdk.API_KEY, "secret": videosdk.SECRET}
    where = {"url": double.url, "embed_url": double.embed_url}
    return {"BACKEND": "videosdk", "OPTIONS": {**where, **keys}}


def xroom_account(double: xroom.Double) -> dict[str, Any]:
    keys = {"auth_id": double.auth_id, "api_secret": double.api_secret}
    where = {"url": double.url, "domain": "meet.example.org", "webhook_key": double.webhook_key}
    return {"BACKEND": "xroom", "OPTIONS": {**where, **keys}}


@pytest.fixture
def at_plugnmeet(settings: Settings) -> Iterator[AtPlugnmeet]:
    with plugnmeet.Double() as double:
        settings.MEETING_PROVIDERS = {ALIAS: plugnmeet_account(double)}
        yield AtPlugnmeet(double)


@pytest.fixture
def at_videosdk(settings: Settings) -> Iterator[AtVideosdk]:
    with videosdk.Double() as double:
        settings.MEETING_PROVIDERS = {ALIAS: videosdk_account(double)}
        yield AtVideosdk(double)


@pytest.fixture
def at_xroom(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[AtXroom]:
    monkeypatch.setattr(XroomProvider, "pause", 0.0)
    with xroom.Double() as double:
        settings.MEETING_PROVIDERS = {ALIAS: xroom_account(double)}
        yield AtXroom(double)
