"""The room we want from a provider, in plain values."""

from typing import Any

from meetings.models import Booking, Reservation, Room, RoomSession
from meetings.providers.base import RoomKind, RoomSpec

from .deliveries import hooks

OPEN_END_MINUTES = 8 * 60  # what a provider is told of a session without a meeting


def spec_of(session: RoomSession) -> RoomSpec:
    """The room for this run."""
    booking = session.booking
    return RoomSpec(
        key=session.key,
        capacity=session.capacity,
        chat=session.chat_open,
        participants_share=session.participants_share,
        kind=_kind(session.room),
        locked=session.locked,
        webhook_url=hooks.address_for(session),
        **(_planned(booking) if booking else _open_end(session)),
    )


def spec_of_booking(booking: Booking, reservation: Reservation) -> RoomSpec:
    """The room to be held for this meeting."""
    room = booking.room
    return RoomSpec(
        key=reservation.key,
        capacity=room.capacity,
        chat=room.chat,
        participants_share=room.participants_share,
        kind=_kind(room),
        **_planned(booking),
    )


def _kind(room: Room) -> RoomKind:
    return RoomKind.WEBINAR if room.is_webinar else RoomKind.CONFERENCE


def _planned(booking: Booking) -> dict[str, Any]:
    return {
        "title": booking.title,
        "until": booking.doors_close_at,
        "starts_at": booking.starts_at,
        "minutes": booking.duration,
    }


def _open_end(session: RoomSession) -> dict[str, Any]:
    return {
        "title": session.room.name,
        "starts_at": session.created_at,
        "minutes": OPEN_END_MINUTES,
    }
