"""Who came and went, told the way any provider's webhooks tell it, once it is certain."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from meetings.models import RoomPeer, RoomSession
from meetings.providers.base import EventKind, Peer, ProviderEvent, Role
from meetings.services.events import apply_event


def tell_joined(session: RoomSession, peer: RoomPeer) -> None:
    _tell(session, EventKind.ATTENDEE_JOINED, peer.entered_at, _person(peer))


def tell_left(session: RoomSession, peer: RoomPeer) -> None:
    """The person has gone, unless another page of theirs is still in the room."""
    if not session.peers.inside().filter(identity=peer.identity).exists():
        _tell(session, EventKind.ATTENDEE_LEFT, peer.left_at, _person(peer))


def tell_ended(session: RoomSession) -> None:
    _tell(session, EventKind.ROOM_ENDED, timezone.now(), None)


def _tell(
    session: RoomSession, kind: EventKind, at: datetime | None, attendee: Peer | None
) -> None:
    event = ProviderEvent(kind=kind, room_id=session.ref.room_id, occurred_at=at, attendee=attendee)
    # Robust: the room goes on, also when the attendance list cannot be written.
    transaction.on_commit(partial(apply_event, session.alias, event), robust=True)


def _person(peer: RoomPeer) -> Peer:
    return Peer(key=peer.identity, name=peer.name, role=Role(peer.role), joined_at=peer.entered_at)
