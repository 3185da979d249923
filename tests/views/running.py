"""Meetings that run, who is in them, and the buttons of their organizer."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from meetings.models import Admission, Attendance, Booking, RoomSession
from meetings.services.opening import open_room
from tests.able_provider import able
from tests.provider_for_tests import Telling

from .conftest import NOW

__all__ = ["able"]  # the fixtures below stand on it

Book = Callable[..., Booking]
Press = Callable[..., Any]


@pytest.fixture
def at_main(able: Telling, live: RoomSession) -> RoomSession:
    """A meeting that runs at a provider that can do everything."""
    return live


@pytest.fixture
def at_modest(able: Telling, book: Book) -> RoomSession:
    """One that runs at a provider that can do nothing."""
    booking = book("Review", at=NOW, options={"provider_alias": "modest"})
    return open_room(booking.room, booking)


@pytest.fixture
def press(as_dana: Client) -> Press:
    """Press a button of the live part; the page that follows."""

    def pressed(session: RoomSession, button: str, **values: object) -> Any:
        return as_dana.post(f"/sessions/{session.pk}/{button}/", values, follow=True)

    return pressed


def page_of(session: RoomSession) -> str:
    return f"/meetings/{session.booking_id}/"


def knock(session: RoomSession, name: str) -> Admission:
    return session.admissions.create(identity=f"g:{name}", name=name, state="waiting")


def admit(session: RoomSession, name: str, **fields: object) -> Admission:
    return session.admissions.create(
        identity=f"g:{name}", name=name, state="admitted", decided_at=NOW, **fields
    )


def stay(session: RoomSession, name: str, **fields: object) -> Attendance:
    values = {"identity": f"g:{name}", "name": name, "joined_at": NOW, **fields}
    return Attendance.objects.create(session=session, **values)
