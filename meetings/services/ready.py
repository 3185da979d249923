"""Rooms that stand ready: opened ahead of their meeting, live when somebody begins it."""

from datetime import timedelta

from django.db import IntegrityError
from django.utils import timezone

from meetings.models import Booking, RoomSession
from meetings.models.session import RoomSessionQuerySet, edition

from .breakers import is_open
from .hosting import close_room
from .pools import are_equal
from .rooms import provider_of
from .switches import is_off
from .transactions import saving

Reason = RoomSession.EndReason

WAITS_FOR = timedelta(minutes=15)  # after the start; then nobody comes, or not soon
AT_ONCE = 50  # rooms of one round: each asks a provider


def begun(booking: Booking | None) -> RoomSession | None:
    """The room that stands ready for this meeting, live from now on; None when none does."""
    if booking is None:
        return None
    for session in _ready().filter(booking=booking):
        if why_not(session):
            continue  # the worker closes it
        try:
            if saving(session.begin)():
                session.was_ready = True
                return session
        except IntegrityError:  # something else runs in the room
            return None
    return None


def why_not(session: RoomSession) -> str:
    """Why what stands ready is not to be used, or not any more; nothing when it is."""
    booking, room = session.booking, session.room
    if booking is None or booking.is_cancelled or booking.deleted_at or room.is_archived:
        return Reason.CANCELLED
    changed = edition(room, booking) != session.made_for
    moved = booking.room_id != room.pk or not are_equal(session.alias, room.provider_alias)
    if changed or moved or provider_of(session.alias) is None:
        return Reason.UNUSED
    return Reason.UNUSED if is_off(session.alias) or is_open(session.alias) else ""


def close_unused() -> None:
    """Close what nobody will come to: called off, changed or moved meanwhile, or long begun."""
    for session in _ready().order_by("created_at")[:AT_ONCE]:
        reason = why_not(session) or _is_too_late(session)
        if reason and saving(session.drop)(Reason(reason)):
            session.refresh_from_db(fields=["state", "ended_at", "end_reason"])
            close_room(session)


def _is_too_late(session: RoomSession) -> str:
    booking = session.booking
    if booking is None or booking.starts_at + WAITS_FOR < timezone.now():
        return Reason.UNUSED
    return Reason.UNUSED if booking.sessions.running().exists() else ""


def _ready() -> RoomSessionQuerySet:
    return RoomSession.objects.ready().select_related("room", "booking")
