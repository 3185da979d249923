"""Series for the tests of their pages: Mondays at nine in Berlin, from 30 November 2026 on."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from accounts.models import User
from meetings.models import Booking, Series
from meetings.recurrence import weekly
from meetings.services import scheduling
from meetings.services.scheduling import MeetingWish
from meetings.services.series.booking import SeriesWish, book_series


def make_series(organizer: User, *, count: int | None = 5, **changed: Any) -> Series:
    usual = {
        "title": "Stand-up",
        "rule": replace(weekly([0]), count=count),
        "first_date": date(2026, 11, 30),
        "clock": time(9),
        "duration": 30,
        "time_zone": "Europe/Berlin",
    }
    return book_series(organizer, SeriesWish(**{**usual, **changed}))


def meeting_on(series: Series, day: date) -> Booking:
    return series.bookings.get(recurrence_date=day)


def move(booking: Booking, **changed: Any) -> Booking:
    """One meeting of a series by itself, an hour later unless said."""
    usual = {
        "title": booking.title,
        "starts_at": booking.starts_at + timedelta(hours=1),
        "duration": booking.duration,
        "time_zone": booking.time_zone,
    }
    wish = MeetingWish(**{**usual, **changed})
    return scheduling.edit(booking, wish, by=booking.organizer, version=booking.version)


def walls(series: Series) -> list[str]:
    """Which meetings there are, as clocks on the wall have them."""
    return [each.wall[5:] for each in series.bookings.confirmed()]
