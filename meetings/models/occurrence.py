"""Which meeting of a series somebody means who follows one of its links."""

from datetime import datetime, timedelta

from django.utils import timezone

from .booking import LATE_EXIT, Booking, BookingQuerySet
from .series import Series
from .session import RoomSession

AROUND = timedelta(hours=36)  # doors open a day ahead at most, and no meeting is longer than a day


def occurrence_for(series: Series, now: datetime | None = None) -> Booking | None:
    """The one that runs, else the one whose doors are open, else the next, else the last.

    One that was cancelled is passed over, except on its own day: then the door says so.
    """
    now = now or timezone.now()
    theirs = series.bookings.select_related("room__owner", "organizer")
    on = theirs.confirmed()
    return (
        _running(theirs)
        or _around(theirs, now)
        or on.filter(starts_at__gt=now).first()
        or _last(series, theirs)
    )


def _running(theirs: BookingQuerySet) -> Booking | None:
    return theirs.filter(sessions__state__in=RoomSession.RUNNING).first()


def _around(theirs: BookingQuerySet, now: datetime) -> Booking | None:
    """With open doors, best not over yet; else the cancelled one of today."""
    near = list(theirs.filter(starts_at__range=(now - AROUND, now + AROUND)))
    is_open = [each for each in near if not each.is_cancelled and _doors_are_open(each, now)]
    if is_open:
        return min(is_open, key=lambda each: (each.ends_at <= now, each.starts_at))
    return next((each for each in near if _was_for_today(each, now)), None)


def _doors_are_open(booking: Booking, now: datetime) -> bool:
    return booking.doors_open_at <= now < booking.ends_at + LATE_EXIT


def _was_for_today(booking: Booking, now: datetime) -> bool:
    if not booking.is_cancelled or booking.deleted_at:
        return False
    zone = booking.zone
    return booking.starts_at.astimezone(zone).date() == now.astimezone(zone).date()


def _last(series: Series, theirs: BookingQuerySet) -> Booking | None:
    """The last that took place; of a series that was called off, the first that does not."""
    if series.is_cancelled:
        off = theirs.cancelled()
        shown = off.filter(deleted_at=None).last()
        # Removed from lists, its links still give the reason.
        if found := shown or off.filter(cancel_reason=series.cancel_reason).last():
            return found
    return theirs.confirmed().last() or theirs.last()
