"""Rooms held at `main`, or else at `spare` or `third`, for tests of going from one to the next."""

from collections.abc import Callable

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from meetings.models import Booking, Room
from meetings.providers.errors import ProviderUnavailable
from meetings.services.rooms import create_room
from tests.places_apart import Apart

Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture

SILENCE = ProviderUnavailable("does not answer.", provider="Plain")


@pytest.fixture
def room(dana: User, apart: Apart) -> Room:
    return create_room(dana, name="Office hours", provider_alias="main")


@pytest.fixture
def clock(time_machine: Clock) -> Clock:
    time_machine.move_to(timezone.now(), tick=False)
    return time_machine
