"""Meetings that were held, who was at them, and what is told of it: a page and two files."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from meetings.models import Attendance, Booking, Room, RoomSession

from .conftest import NOW
from .reading import text_of

__all__ = ["booking", "held", "minute", "page", "rows_of", "session", "sheets_of", "stay"]

Book = Callable[..., Booking]


def minute(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


def held(
    room: Room, booking: Booking | None, *, end: float | None = 60, **more: Any
) -> RoomSession:
    """A session that began now, and went on for an hour."""
    values = {"alias": "builtin", "waiting_room": "nobody", "live_at": NOW, **more}
    session = RoomSession.objects.create(
        room=room, booking=booking, state="ended" if end else "live", **values
    )
    RoomSession.objects.filter(pk=session.pk).update(ended_at=minute(end) if end else None)
    session.refresh_from_db()
    return session


def stay(session: RoomSession, name: str, begin: float, end: float | None, **more: Any) -> None:
    key = more.pop("identity", f"g:{name[:40]}")
    Attendance.objects.create(
        session=session,
        identity=key,
        name=name[:80],
        joined_at=minute(begin),
        left_at=None if end is None else minute(end),
        **more,
    )


@pytest.fixture
def booking(book: Book) -> Booking:
    return book("Review", at=NOW, minutes=60)


@pytest.fixture
def session(booking: Booking) -> RoomSession:
    return held(booking.room, booking)


def page(client: Client, booking: Booking) -> str:
    return text_of(client.get(reverse("booking-attendance", args=[booking.pk])))


def rows_of(client: Client, booking: Booking) -> list[dict[str, str]]:
    answer = client.get(reverse("booking-attendance-csv", args=[booking.pk]))
    assert answer.content.startswith(b"\xef\xbb\xbf")  # Excel takes it for UTF-8
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def sheets_of(client: Client, booking: Booking) -> Any:
    answer = client.get(reverse("booking-attendance-xlsx", args=[booking.pk]))
    return load_workbook(io.BytesIO(answer.content))
