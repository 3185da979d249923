"""Who came and went, told the way any provider's webhooks tell it, once it is certain."""

from datetime import datetime

from django.utils import timezone

from meetings.models import RoomPeer, RoomSession
from meetings.providers.base import EventKind, Peer, ProviderEvent, Role
from meetings.services.deliveries.events import apply_event
from meetings.services.transactions import when_certain

from .protocol import Why


def tell_joined(session: RoomSession, peer: RoomPeer) -> None:
    _tell(session, EventKind.ATTENDEE_JOINED, peer.entered_at, _person(peer))


def tell_left(session: RoomSession, peer: RoomPeer) -> None:
    """The person has gone, unless another page of theirs is still in the room."""
    if not session.peers.inside().filter(identity=peer.identity).exists():
        is_silent = peer.left_why == Why.TIMEOUT.value
        gone_by = timezone.now() if is_silent else peer.left_at
        seen_until = peer.left_at if is_silent else None
        _tell(session, EventKind.ATTENDEE_LEFT, gone_by, _person(peer), seen_until=seen_until)


def tell_ended(session: RoomSession) -> None:
    _tell(session, EventKind.ROOM_ENDED, timezone.now(), None)


def _tell(
    session: RoomSession,
    kind: EventKind,
    at: datetime | None,
    attendee: Peer | None,
    *,
    seen_until: datetime | None = None,
) -> None:
    event = ProviderEvent(
        kind=kind,
        room_id=session.ref.room_id,
        occurred_at=at,
        seen_until=seen_until,
        attendee=attendee,
    )
    # Robust: the room goes on, also when the attendance list cannot be written.
    when_certain(apply_event, session.alias, event)


def _person(peer: RoomPeer) -> Peer:
    return Peer(key=peer.identity, name=peer.name, role=Role(peer.role), joined_at=peer.entered_at)
