"""A series on Mondays at nine, and how people change it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

from meetings.models import Booking, Series
from meetings.recurrence import weekly
from meetings.services import scheduling
from meetings.services.scheduling import MeetingWish
from meetings.services.series.booking import wish_of
from meetings.services.series.edits import edit_all, edit_following
from meetings.services.series.remake import Exceptions
from meetings.services.series.wish import SeriesWish

Book = Callable[..., Booking]
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday
KEEP, REPLACE = Exceptions.KEEP, Exceptions.REPLACE
TEN = clock_time(10)


def wish(**changed: Any) -> SeriesWish:
    usual = {
        "title": "Stand-up",
        "rule": replace(weekly([0]), count=6),
        "first_date": date(2026, 3, 9),
        "clock": clock_time(9),
        "duration": 30,
        "time_zone": "Europe/Berlin",
    }
    return SeriesWish(**{**usual, **changed})


def on(series: Series, month: int, day: int) -> Booking:
    return series.bookings.get(recurrence_date=date(2026, month, day), deleted_at=None)


def shown(series: Series) -> list[str]:
    """Which meetings there are, as clocks on the wall have them."""
    return [each.wall[5:] for each in series.bookings.confirmed()]


def move(booking: Booking, **changed: Any) -> Booking:
    """One meeting of its series, an hour later unless said."""
    usual = {
        "title": booking.title,
        "starts_at": booking.starts_at + timedelta(hours=1),
        "duration": booking.duration,
        "time_zone": booking.time_zone,
    }
    as_wished = MeetingWish(**{**usual, **changed})
    return scheduling.edit(booking, as_wished, by=booking.organizer, version=booking.version)


def follow(booking: Booking, *, exceptions: Exceptions | None = None, **changed: Any) -> Series:
    series = Series.objects.get(pk=booking.series_id)
    return edit_following(
        booking,
        replace(wish_of(booking), **changed),
        by=series.organizer,
        version=series.version,
        exceptions=exceptions,
    )


def change_all(series: Series, *, exceptions: Exceptions | None = None, **changed: Any) -> Series:
    series = Series.objects.get(pk=series.pk)
    first = series.bookings.confirmed().filter(starts_at__gt=datetime.now(UTC)).first()
    assert first
    return edit_all(
        series,
        replace(wish_of(first), **changed),
        by=series.organizer,
        version=series.version,
        exceptions=exceptions,
    )
