"""A provider that lets a room stand empty before its meeting, and can be slow."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar

import pytest
from pytest_django import Settings

from meetings.providers import pace
from meetings.providers.base import RoomRef, RoomSpec
from tests.provider_for_tests import Provider as Elsewhere
from tests.provider_for_tests import Telling, telling


class Provider(Elsewhere):
    opens_ahead = timedelta(minutes=10)
    calls_per_second = 1000.0

    answers_in: ClassVar[float] = 0.0  # seconds
    calls: ClassVar[list[tuple[float, str]]] = []  # when, and at which alias
    _lock = threading.Lock()

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        pace.before_call(self.alias, self.calls_per_second)
        with self._lock:
            self.calls.append((time.monotonic(), self.alias))
        time.sleep(self.answers_in)
        return super().init_room(ref, spec)


def set_up(settings: Settings, *aliases: str) -> None:
    settings.MEETING_PROVIDERS = {
        alias: {"BACKEND": f"{__name__}.Provider"} for alias in aliases or ("main",)
    }
    Provider.calls.clear()


@pytest.fixture
def early(settings: Settings) -> Iterator[Telling]:
    """Rooms are held at `main`, where they may be opened ahead."""
    set_up(settings)
    telling.forget()
    yield telling
    telling.forget()
