"""What the clock on the wall is to show: kept with each meeting, also with those from before."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.apps import apps

from meetings.models import Booking

Book = Callable[..., Booking]
walls = import_module("meetings.migrations.0005_walls")


@pytest.mark.parametrize(
    ("at", "zone", "wall", "is_second"),
    [
        (datetime(2027, 1, 4, 8, tzinfo=UTC), "Europe/Berlin", "2027-01-04T09:00", False),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "Europe/Berlin", "2027-10-31T02:30", False),
        (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "Europe/Berlin", "2027-10-31T02:30", True),
        (datetime(2027, 1, 4, 8, 15, tzinfo=UTC), "Asia/Kathmandu", "2027-01-04T14:00", False),
    ],
)
def test_meetings_from_before_get_the_clock_of_their_zone(
    book: Book, at: datetime, zone: str, wall: str, is_second: bool
) -> None:
    booking = book(at=at, time_zone=zone)
    assert (booking.wall, booking.is_second) == (wall, is_second)
    Booking.objects.update(wall="", is_second=False)

    walls.fill(apps, None)

    booking.refresh_from_db()
    assert (booking.wall, booking.is_second) == (wall, is_second)


def test_very_many_are_filled_and_those_that_have_one_stay(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walls, "AT_ONCE", 2)
    made = [book(at=datetime(2027, 1, day, 8, tzinfo=UTC)) for day in range(1, 6)]
    Booking.objects.exclude(pk=made[0].pk).update(wall="")
    Booking.objects.filter(pk=made[0].pk).update(wall="2027-01-01T02:30")

    walls.fill(apps, None)

    found = list(Booking.objects.values_list("wall", flat=True))
    assert found == ["2027-01-01T02:30", *(f"2027-01-0{day}T09:00" for day in range(2, 6))]
