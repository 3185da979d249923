"""Calling a series off: from a meeting on, or all of it. One meeting is `scheduling.cancel`'s."""

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from meetings.models import Booking, BookingChange, Notice, Series, SeriesChange
from meetings.services.mail import notices
from meetings.services.reservations import want
from meetings.services.transactions import saving

from .ahead import Ahead, ahead_of, end_before, locked, next_ahead, take_away


@saving
def cancel_following(booking: Booking, *, by: User, version: int, reason: str = "") -> Series:
    """Have a series end before this meeting. Its links stay, and lead to what is left."""
    series = locked(booking.in_series[0], version)
    ahead = ahead_of(series, booking)
    is_all = not series.bookings.exclude(pk__in=[each.pk for each in _all_of(ahead)]).exists()
    return _cancelled(series, ahead, by=by, reason=reason, is_all=is_all)


@saving
def cancel_all(series: Series, *, by: User, version: int, reason: str = "") -> Series:
    """Call off all that has not begun. What was stays, and so do the links: they say so."""
    series = locked(series, version)
    ahead = ahead_of(series) if next_ahead(series) else None
    return _cancelled(series, ahead, by=by, reason=reason, is_all=True)


def _all_of(ahead: Ahead) -> tuple[Booking, ...]:
    return (*ahead.hidden, *ahead.exceptions, *ahead.plain)


def _cancelled(
    series: Series, ahead: Ahead | None, *, by: User, reason: str, is_all: bool
) -> Series:
    kinds = SeriesChange.Kind
    if is_all:
        series.cancelled_at, series.cancel_reason = timezone.now(), reason
    series.version += 1
    series.save()
    SeriesChange.objects.create(
        series=series,
        kind=kinds.CANCELLED if is_all else kinds.ENDED,
        by=by,
        since=ahead.split if ahead else None,
        meetings=sum(not each.is_cancelled for each in ahead.shown) if ahead else 0,
        values={"reason": ["", reason]} if reason else {},
    )
    if ahead:
        _call_off(ahead, by=by, reason=reason)
    return series


def _call_off(ahead: Ahead, *, by: User, reason: str) -> None:
    """The first stays in the lists and says so; the others would only fill them."""
    first = next((each for each in ahead.shown if not each.is_cancelled), None)
    if first:
        _cancel(first, by=by, reason=reason)
    take_away(each for each in ahead.shown if each != first)
    for pattern in ahead.patterns:
        end_before(pattern, ahead.split if pattern == ahead.pattern else pattern.first_date)
        notices.withdrawn(pattern, Notice.Kind.CANCELLED, reason=reason)


def _cancel(booking: Booking, *, by: User, reason: str) -> None:
    now = timezone.now()
    Booking.objects.filter(pk=booking.pk).update(
        state=Booking.State.CANCELLED,
        cancelled_at=now,
        cancel_reason=reason,
        remind_at=None,
        version=F("version") + 1,
        updated_at=now,
    )
    booking.refresh_from_db()
    want(booking)
    BookingChange.objects.create(
        booking=booking,
        kind=BookingChange.Kind.CANCELLED,
        by=by,
        values={"reason": ["", reason]} if reason else {},
    )
