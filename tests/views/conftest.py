"""A Monday morning: it is 09:20 in Berlin and 03:20 in New York."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from meetings.models import Booking, RoomSession
from meetings.services.opening import open_room
from tests.accounts_at_doubles import at_plugnmeet, at_videosdk, at_xroom
from tests.provider_for_tests import elsewhere

from .reading import Values, form_with

__all__ = ["at_plugnmeet", "at_videosdk", "at_xroom", "elsewhere"]

NOW = datetime(2026, 11, 23, 8, 20, tzinfo=UTC)

Typed = Callable[..., Values]


@pytest.fixture(autouse=True)
def clock(time_machine: time_machine.TimeMachineFixture) -> time_machine.TimeMachineFixture:
    """The clock stands still; a test moves it by `clock.move_to(…)`."""
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def typed(as_dana: Client) -> Typed:
    """The form of a new meeting as Dana's browser sends it: `typed(title="Review")`."""

    def make(**values: Any) -> Values:
        empty = as_dana.get(reverse("booking-new"))
        usual = {"title": "Review", "date": "2026-11-24", "time": "10:00", "duration": 45}
        return form_with(empty, "title", **{**usual, **values})

    return make


@pytest.fixture
def live(book: Callable[..., Booking]) -> RoomSession:
    """A meeting that runs, in a room that lets everybody straight in."""
    booking = book("Review", at=NOW, options={"waiting_room": "nobody"})
    return open_room(booking.room, booking)
