"""Guests of meetings and series, and their ways to change."""

from dataclasses import replace
from datetime import date, time
from typing import Any

from accounts.models import User
from meetings.models import Booking, Guest, JoinLink, Notice, Series
from meetings.recurrence import weekly
from meetings.services import scheduling
from meetings.services.scheduling import MeetingWish
from meetings.services.series import edits
from meetings.services.series.booking import SeriesWish, book_series, wish_of
from meetings.services.series.remake import Exceptions
from meetings.services.series.stretches import Later


def guest_of(place: Booking | Series, email: str = "ana@example.com", **fields: Any) -> Guest:
    """A guest with a link of their own."""
    where = {"series": place} if isinstance(place, Series) else {"booking": place}
    guest = Guest.objects.create(email=email, **{"name": "Ana", **fields}, **where)
    JoinLink.objects.create(purpose=JoinLink.Purpose.PARTICIPANT, guest=guest, **where)
    return guest


def weekly_for(dana: User, **changed: Any) -> Series:
    """Six Mondays at nine in Berlin, from 7 December 2026 on."""
    usual = {
        "title": "Stand-up",
        "rule": replace(weekly([0]), count=6),
        "first_date": date(2026, 12, 7),
        "clock": time(9),
        "duration": 30,
        "time_zone": "Europe/Berlin",
    }
    return book_series(dana, SeriesWish(**{**usual, **changed}))


def change(booking: Booking, **values: Any) -> Booking:
    booking.refresh_from_db()
    names = ("title", "description", "starts_at", "duration", "time_zone")
    wish = {name: getattr(booking, name) for name in names} | values
    return scheduling.edit(
        booking, MeetingWish(**wish), by=booking.organizer, version=booking.version
    )


def change_following(
    booking: Booking,
    *,
    exceptions: Exceptions = Exceptions.REPLACE,
    later: Later | None = None,
    **values: Any,
) -> None:
    series = Series.objects.get(pk=booking.series_id)
    booking.refresh_from_db()
    wish = replace(wish_of(booking), **values)
    edits.edit_following(
        booking,
        wish,
        by=series.organizer,
        version=series.version,
        exceptions=exceptions,
        later=later,
    )


def change_all(series: Series, **values: Any) -> None:
    series.refresh_from_db()
    wish = replace(wish_of(dates_of(series)[0]), **values)
    edits.edit_all(
        series,
        wish,
        by=series.organizer,
        version=series.version,
        exceptions=Exceptions.REPLACE,
    )


def dates_of(series: Series) -> list[Booking]:
    return list(series.bookings.confirmed().order_by("starts_at"))


def told_of_answers() -> int:
    """How often an organizer was told of an answer."""
    return Notice.objects.filter(kind=Notice.Kind.ANSWERED).count()
