"""The room we want from a provider, in plain values."""

from meetings.models import RoomSession
from meetings.providers.base import RoomSpec

OPEN_END_MINUTES = 8 * 60  # what a provider is told of a session without a meeting


def spec_of(session: RoomSession) -> RoomSpec:
    """The room for this run."""
    booking = session.booking
    return RoomSpec(
        key=session.key,
        title=booking.title if booking else session.room.name,
        until=booking.doors_close_at if booking else None,
        starts_at=booking.starts_at if booking else session.created_at,
        minutes=booking.duration if booking else OPEN_END_MINUTES,
        capacity=session.capacity,
        chat=session.chat_open,
        participants_share=session.participants_share,
        locked=session.locked,
    )
