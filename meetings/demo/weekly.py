"""The demo's series: every week until the clocks have changed, one meeting moved, one cancelled."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import User
from meetings.models import Booking, Series
from meetings.recurrence import weekly
from meetings.services import answering, scheduling
from meetings.services.series.booking import Decision, SeriesWish, book_series

from . import guests
from .guests import GuestPlan

THURSDAY = 3
CLOCK = time(16)
WEEKS_AT_LEAST = 8
PRIYA, GRACE, JONAS = "Priya Raman", "Grace Whitfield", "Jonas Weber"
GUESTS = (
    GuestPlan(PRIYA, "Asia/Kolkata", "accepted"),
    GuestPlan(GRACE, "America/New_York", "tentative", "Mornings are hard; I will try."),
    GuestPlan(JONAS, "Europe/London", "accepted"),
)


def make_series(organizer: User, now: datetime) -> Series:
    """The series with its guests, as it stands some days after it was planned."""
    series = book_series(organizer, _wish(organizer, now))
    invited = guests.invite(series, GUESTS)
    _, second, third, fourth, *_ = series.bookings.all()
    _move(second, timedelta(days=1))
    scheduling.cancel(third, by=organizer, reason="Half of us are at the conference.")
    answering.answer(invited[PRIYA], "declined", booking=fourth, comment="On leave that week.")
    answering.answer(invited[JONAS], "accepted", booking=second)
    guests.date_back(series, now)
    return _dated_back(series, now)


def _wish(organizer: User, now: datetime) -> SeriesWish:
    zone = ZoneInfo(organizer.time_zone)
    first = _next(THURSDAY, now.astimezone(zone).date())
    weeks = max(WEEKS_AT_LEAST, (_next_change(zone, first) - first).days // 7 + 3)
    days = [first + timedelta(weeks=number) for number in range(weeks)]
    return SeriesWish(
        title="Northwind: weekly",
        description="Where we stand, what is next. Notes are in the shared folder.",
        rule=replace(weekly([THURSDAY]), count=weeks),
        first_date=first,
        clock=CLOCK,
        duration=30,
        time_zone=organizer.time_zone,
        # Whatever stands there when the demo is loaded
        decisions=dict.fromkeys(days, Decision.ANYWAY),
    )


def _next(weekday: int, today: date) -> date:
    """That day of the week, tomorrow at the earliest."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _next_change(zone: ZoneInfo, since: date) -> date:
    """The next day on which clocks change there, within a year; else the day itself."""
    noons = (datetime.combine(since + timedelta(days=n), time(12), tzinfo=zone) for n in range(366))
    offset = datetime.combine(since, time(12), tzinfo=zone).utcoffset()
    return next((noon.date() for noon in noons if noon.utcoffset() != offset), since)


def _move(booking: Booking, by: timedelta) -> None:
    wish = scheduling.MeetingWish(
        title=booking.title,
        description=booking.description,
        starts_at=booking.starts_at + by,
        duration=booking.duration,
        time_zone=booking.time_zone,
    )
    scheduling.edit(booking, wish, by=booking.organizer, version=booking.version)


def _dated_back(series: Series, now: datetime) -> Series:
    planned = now - timedelta(days=6)
    series.changes.update(at=planned)
    Series.objects.filter(pk=series.pk).update(created_at=planned)
    for booking in series.bookings.all():
        booking.changes.update(at=planned + timedelta(days=2))
    series.bookings.update(created_at=planned)
    series.refresh_from_db()
    return series
