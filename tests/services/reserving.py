"""xroom's double for reservations, and what tests do with meetings there."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from meetings.models import Booking, Reservation, RoomSession
from meetings.providers.base import RoomRef
from meetings.services import scheduling
from tests.accounts_at_doubles import AtXroom, xroom_account
from tests.providers.doubles.xroom import Double

Book = Callable[..., Booking]
State = Reservation.State


@pytest.fixture
def double(at_xroom: AtXroom, settings: Settings) -> Double:
    """xroom is `main`, where meetings are held unless said."""
    account = settings.MEETING_PROVIDERS["main"]
    settings.MEETING_PROVIDERS = {"main": account, "builtin": {"BACKEND": "builtin"}}
    double: Double = at_xroom.double
    return double


@pytest.fixture
def other(settings: Settings, double: Double) -> Iterator[Double]:
    """Another account at xroom."""
    with Double() as other:
        settings.MEETING_PROVIDERS = {**settings.MEETING_PROVIDERS, "other": xroom_account(other)}
        yield other


def edit(booking: Booking, **changed: Any) -> Booking:
    """Change the meeting as its form does."""
    booking.refresh_from_db()
    own = not booking.room.is_permanent
    wish = {
        "title": booking.title,
        "starts_at": booking.starts_at,
        "duration": booking.duration,
        "time_zone": booking.time_zone,
        "room": None if own else booking.room,
        "options": {"provider_alias": booking.room.provider_alias} if own else {},
        "may_overlap": True,
    }
    meant = scheduling.MeetingWish(**{**wish, **changed})
    return scheduling.edit(booking, meant, by=booking.organizer, version=booking.version)


def one(booking: Booking, alias: str = "main") -> Reservation:
    return Reservation.objects.get(booking=booking, alias=alias)


def rooms(double: Double) -> list[str]:
    return [kept.room for kept in double.bookings.values()]


def start_of(double: Double) -> datetime:
    """When the only reservation there begins, as they keep it."""
    (kept,) = double.bookings.values()
    return datetime.fromtimestamp(kept.start / 1000, UTC)


def later(**time: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def live(booking: Booking, alias: str = "main", **fields: Any) -> RoomSession:
    """A session of the meeting that is on, in its reserved room."""
    kept = one(booking, alias)
    session = RoomSession.objects.create(room=booking.room, booking=booking, alias=alias, **fields)
    assert session.take_claim()
    ref = RoomRef(room_id=kept.provider_room_id, booking_id=kept.provider_booking_id)
    assert session.keep(ref)
    return session
