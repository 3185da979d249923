"""Providers to compare with, and many sessions at them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from meetings.models import Room, RoomSession
from meetings.providers.base import Features, Peer, RoomRef
from tests import provider_for_tests
from tests.accounts_at_doubles import ALIAS
from tests.provider_for_tests import telling


class Lists(provider_for_tests.Provider):
    """One that lists its open rooms."""

    features = Features(ending=True, live_status=True, listing=True)

    def live_rooms(self) -> tuple[RoomRef, ...]:
        telling.hear("live_rooms")
        return tuple(RoomRef(room_id=key) for key in telling.live)


class Tells(provider_for_tests.Provider):
    """One that tells who is inside."""

    features = Features(live_status=True, roster=True)

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        telling.hear("roster")
        return (Peer(key="u:1", name="Ana"),)


@pytest.fixture
def many(dana: Any) -> Callable[[int], list[RoomSession]]:
    """So many sessions, live for five minutes."""

    def make(count: int) -> list[RoomSession]:
        live_at = timezone.now() - timedelta(minutes=5)
        rooms = [Room(owner=dana, name=f"Room {n}", provider_alias=ALIAS) for n in range(count)]
        values = {"alias": ALIAS, "state": "live", "live_at": live_at, "waiting_room": "guests"}
        made = Room.objects.bulk_create(rooms)
        return RoomSession.objects.bulk_create([RoomSession(room=room, **values) for room in made])

    return make


def use(settings: Settings, kind: type) -> None:
    settings.MEETING_PROVIDERS = {ALIAS: {"BACKEND": f"{__name__}.{kind.__name__}"}}
