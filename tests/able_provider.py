"""A provider elsewhere that can do all that a host may ask for, and remembers what it did."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from meetings.providers.base import Features, Recording, RoomRef
from tests import provider_for_tests
from tests.provider_for_tests import Modest, Telling, telling

PLACE = "https://files.example/short-lived"


class Memory:
    """What was done in its rooms, and what it keeps of them."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.done: list[tuple[object, ...]] = []
        self.kept: dict[str, Recording] = {}

    def keep(self, room_id: str, recording_id: str, **about: object) -> Recording:
        """A recording of this room."""
        usual = {"title": "Review", "started_at": datetime(2026, 11, 23, 8, 25, tzinfo=UTC)}
        recording = Recording(
            recording_id=recording_id,
            room_id=room_id,
            **{**usual, **about},  # type: ignore[arg-type]
        )
        self.kept[recording_id] = recording
        return recording


memory = Memory()


class Able(provider_for_tests.Provider):
    label = "Able"
    features = Features(
        ending=True,
        live_status=True,
        removing=True,
        muting=True,
        locking=True,
        passcode=True,
        chat_switch=True,
        sharing_switch=True,
        capacity=True,
        recording=True,
        recording_control=True,
    )
    longest_passcode = 8
    most_people = 50

    def do(self, method: str, *told: object) -> None:
        telling.hear(method)
        memory.done.append((method, *told))

    def remove(self, ref: RoomRef, key: str) -> None:
        self.do("remove", key)

    def mute(self, ref: RoomRef, key: str) -> None:
        self.do("mute", key)

    def set_lock(self, ref: RoomRef, locked: bool) -> None:
        self.do("set_lock", locked)

    def set_passcode(self, ref: RoomRef, passcode: str) -> None:
        self.do("set_passcode", passcode)

    def start_recording(self, ref: RoomRef) -> None:
        self.do("start_recording")

    def stop_recording(self, ref: RoomRef) -> None:
        self.do("stop_recording")

    def recordings(self, ref: RoomRef) -> tuple[Recording, ...]:
        telling.hear("recordings")
        return tuple(each for each in memory.kept.values() if each.room_id == ref.room_id)

    def delete_recording(self, recording_id: str) -> None:
        self.do("delete_recording", recording_id)
        memory.kept.pop(recording_id, None)

    def recording_url(self, recording_id: str) -> str:
        self.do("recording_url", recording_id)
        return f"{PLACE}/{recording_id}?a=1&b=2"


@pytest.fixture
def able(settings: Settings) -> Iterator[Telling]:
    """Rooms are held at `main`, which can do all of it; `modest` can do none of it."""
    settings.MEETING_PROVIDERS = {
        "main": {"BACKEND": f"{__name__}.{Able.__name__}"},
        "modest": {"BACKEND": f"{Modest.__module__}.{Modest.__name__}"},
    }
    telling.forget()
    memory.forget()
    yield telling
    telling.forget()
    memory.forget()
