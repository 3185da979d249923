"""Our reservations beside those that the provider keeps."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import cast

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from meetings.models import Drift, Reservation, RoomSession
from meetings.providers import AnyProvider
from meetings.providers.base import BookedRoom

from .sight import Difference, Sight, place_of

Kind, State = Drift.Kind, Reservation.State
Kept = defaultdict[str, list[BookedRoom]]
EXACT = timedelta(minutes=1)  # a start kept otherwise than this is another start


def reservations_ahead(alias: str) -> QuerySet[Reservation]:
    """Those of meetings that are not over."""
    ahead = Reservation.objects.filter(alias=alias, booking__ends_at__gt=timezone.now())
    return cast("QuerySet[Reservation]", ahead.select_related("booking").defer("host_key"))


def otherwise_booked(provider: AnyProvider) -> Iterator[Sight]:
    """Ours that are missing, at another time, or there although given back. Nothing else counts."""
    if not provider.features.booking:
        return
    kinds = (Kind.BOOKING_MISSING, Kind.BOOKING_OTHER, Kind.BOOKING_LEFT)
    sights = {kind: Sight(kind) for kind in kinds}
    theirs = by_room(provider)
    for reservation in at_rest(provider.alias):
        for difference in differences(reservation, theirs):
            sights[difference.kind].add(difference)
    yield from sights.values()


def by_room(provider: AnyProvider) -> Kept:
    """The account's reservations by the room's name: their numbers alone prove nothing."""
    theirs: Kept = defaultdict(list)
    for kept in provider.bookings():
        theirs[kept.ref.room_id].append(kept)
    return theirs


def at_rest(alias: str) -> QuerySet[Reservation]:
    """Those that nobody is about to change: nothing is owed, and nobody meets."""
    meeting = RoomSession.objects.running().filter(booking=OuterRef("booking"))
    return reservations_ahead(alias).filter(~Exists(meeting), next_try_at=None, lease="")


def differences(reservation: Reservation, theirs: Kept) -> Iterator[Difference]:
    if reservation.state == State.HELD and reservation.is_wanted:
        yield from _of_held(reservation, theirs[place_of(reservation).room_id])
    elif reservation.is_held and not reservation.is_wanted:
        yield from _of_left(reservation, theirs[place_of(reservation).room_id])
    if room_id := reservation.former_room_id:
        number = reservation.former_booking_id
        former = [kept for kept in theirs[room_id] if kept.ref.booking_id == number]
        yield from _of_left(reservation, former)


def _of_held(reservation: Reservation, kept: list[BookedRoom]) -> Iterator[Difference]:
    # What they do with the reservation of a meeting that has begun is their own business.
    if not reservation.booking.is_ahead:
        return
    if not kept:
        yield _difference(Kind.BOOKING_MISSING, reservation, kept)
    elif len(kept) > 1 or not _fits(reservation, kept[0]):
        yield _difference(Kind.BOOKING_OTHER, reservation, kept)


def _of_left(reservation: Reservation, kept: list[BookedRoom]) -> Iterator[Difference]:
    if kept:
        yield _difference(Kind.BOOKING_LEFT, reservation, kept)


def _difference(kind: Drift.Kind, reservation: Reservation, kept: list[BookedRoom]) -> Difference:
    room_id = kept[0].ref.room_id if kept else place_of(reservation).room_id
    times = "; ".join(_times(each) for each in kept)
    return Difference(kind=kind, room_id=room_id, reservation=reservation, details=times[:500])


def _fits(reservation: Reservation, kept: BookedRoom) -> bool:
    booking, starts_at = reservation.booking, kept.starts_at
    is_same = reservation.provider_booking_id in {"", kept.ref.booking_id}
    is_as_long = kept.minutes in {0, booking.duration}
    is_then = starts_at is not None and abs(starts_at - booking.starts_at) <= EXACT
    return is_same and is_as_long and is_then


def _times(kept: BookedRoom) -> str:
    start = kept.starts_at.strftime("%Y-%m-%d %H:%MZ") if kept.starts_at else "?"
    return f"{start}, {kept.minutes or '?'} min"
