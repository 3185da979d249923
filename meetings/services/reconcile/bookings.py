"""Our reservations beside those that the provider keeps."""

from collections.abc import Iterator
from datetime import timedelta
from typing import cast

from django.db.models import QuerySet
from django.utils import timezone

from meetings.models import Drift, Reservation, RoomSession
from meetings.providers import AnyProvider
from meetings.providers.base import BookedRoom

from .rooms import names
from .sight import Difference, Sight

Kind, State = Drift.Kind, Reservation.State
EXACT = timedelta(minutes=1)  # a start kept otherwise than this is another start


def reservations_ahead(alias: str) -> QuerySet[Reservation]:
    """Those of meetings that are not over."""
    ahead = Reservation.objects.filter(alias=alias, booking__ends_at__gt=timezone.now())
    return cast("QuerySet[Reservation]", ahead.select_related("booking"))


def otherwise_booked(provider: AnyProvider) -> Iterator[Sight]:
    """Ours that are missing, at another time, or there although given back. Nothing else counts."""
    if not provider.features.booking:
        return
    theirs = provider.bookings()
    by_id = {kept.ref.booking_id: kept for kept in theirs}
    by_room = {name: kept for kept in theirs for name in names(kept.ref.room_id)}
    sights = {
        kind: Sight(kind) for kind in (Kind.BOOKING_MISSING, Kind.BOOKING_OTHER, Kind.BOOKING_LEFT)
    }
    for reservation in at_rest(provider.alias):
        ref = reservation.ref
        kept = by_id.get(ref.booking_id) if ref.booking_id else by_room.get(ref.room_id)
        if difference := _difference(reservation, kept):
            sights[difference.kind].add(difference)
    yield from sights.values()


def at_rest(alias: str) -> list[Reservation]:
    """Those that nobody is about to change: nothing is owed, and nobody meets."""
    running = RoomSession.objects.running().values("booking")
    calm = reservations_ahead(alias).filter(next_try_at=None, lease="")
    return list(calm.exclude(booking__in=running.filter(booking__isnull=False)))


def _difference(reservation: Reservation, kept: BookedRoom | None) -> Difference | None:
    kind, details = _kind_of(reservation, kept)
    if kind is None:
        return None
    return Difference(
        kind=kind, room_id=reservation.ref.room_id, reservation=reservation, details=details
    )


def _kind_of(reservation: Reservation, kept: BookedRoom | None) -> tuple[Drift.Kind | None, str]:
    if reservation.is_wanted and reservation.state == State.HELD:
        if kept is None:
            # What they do with the reservation of a meeting that has begun is their own business.
            return (Kind.BOOKING_MISSING, "") if reservation.booking.is_ahead else (None, "")
        return (None, "") if _fits(reservation, kept) else (Kind.BOOKING_OTHER, _times(kept))
    given_back = not reservation.is_wanted or reservation.state == State.RELEASED
    return (Kind.BOOKING_LEFT, _times(kept)) if given_back and kept else (None, "")


def _fits(reservation: Reservation, kept: BookedRoom) -> bool:
    booking = reservation.booking
    same_length = kept.minutes in {0, booking.duration}
    return (
        kept.starts_at is not None
        and abs(kept.starts_at - booking.starts_at) <= EXACT
        and same_length
    )


def _times(kept: BookedRoom) -> str:
    start = kept.starts_at.strftime("%Y-%m-%d %H:%MZ") if kept.starts_at else "?"
    return f"{start}, {kept.minutes or '?'} min"
