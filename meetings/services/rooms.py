"""Rooms: making them, and opening them exactly once."""

import logging
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from accounts.models import User
from meetings.models import Booking, JoinLink, Room, RoomSession
from meetings.providers import AnyProvider, get_provider
from meetings.providers.base import RoomRef
from meetings.providers.errors import ProviderError, RoomNotFound

from .specs import spec_of
from .transactions import saving

log = logging.getLogger(__name__)


class RoomIsOpening(Exception):
    """Somebody else is opening the room this moment."""


@saving
def create_room(owner: User, *, name: str, **options: Any) -> Room:
    """A permanent room, with the links that never change."""
    room = Room.objects.create(owner=owner, name=name, is_permanent=True, **options)
    JoinLink.objects.create(room=room, purpose=JoinLink.Purpose.HOST, owner=owner)
    JoinLink.objects.create(
        room=room, purpose=JoinLink.Purpose.COHOST, owner=owner, transferable=True
    )
    JoinLink.objects.create(room=room, purpose=JoinLink.Purpose.PARTICIPANT)
    return room


def provider_of(alias: str) -> AnyProvider | None:
    """The configured provider, or None when the operator has taken its alias away."""
    try:
        return get_provider(alias)
    except ImproperlyConfigured as error:
        log.warning("The provider of a room cannot be used: %s", error)
        return None


def open_room(room: Room, booking: Booking | None = None) -> RoomSession:
    """The room's live session, opened if need be.

    When many ask at once, one of them opens it and the others get `RoomIsOpening`. Raises
    `ProviderError` when the provider cannot; the session is then failed and the next try is new.
    """
    session = _running_session(room, booking)
    if session.is_live:
        return session
    earlier_claim = bool(session.claim)
    if not session.take_claim():
        raise RoomIsOpening
    provider = get_provider(session.alias)
    try:
        ref = _live_already(provider, session) if earlier_claim else None
        kept = session.keep(ref or provider.init_room(session.ref, spec_of(session)))
    except ProviderError as error:
        session.fail(str(error))
        raise
    if not kept and not session.is_live:
        raise RoomIsOpening
    return session


def _running_session(room: Room, booking: Booking | None) -> RoomSession:
    """The one session that runs, or a new one; two who make it at once get the same."""
    session = room.sessions.running().first()
    if session and not _make_way(session, room, booking):
        return session
    try:
        with transaction.atomic():
            return _new_session(room, booking)
    except IntegrityError:
        return room.sessions.running().get()


def _make_way(session: RoomSession, room: Room, booking: Booking | None) -> bool:
    """Clear away what only seems to run: its opener died, or its provider was given up."""
    if session.alias != room.provider_alias and provider_of(session.alias) is None:
        return session.end(RoomSession.EndReason.PROVIDER)
    return session.booking != booking and session.abandon()


def _new_session(room: Room, booking: Booking | None) -> RoomSession:
    return RoomSession.objects.create(
        room=room,
        booking=booking,
        alias=room.provider_alias,
        waiting_room=room.waiting_room,
        capacity=_capacity(room),
        chat_open=room.chat,
        participants_share=room.participants_share,
    )


def _capacity(room: Room) -> int | None:
    provider = provider_of(room.provider_alias)
    limits = (room.capacity, provider.most_people if provider else None)
    return min((limit for limit in limits if limit), default=None)


def _live_already(provider: AnyProvider, session: RoomSession) -> RoomRef | None:
    """Whether the one whose claim ran out had opened the room before it died."""
    if not provider.features.live_status:
        return None
    try:
        return session.ref if provider.is_live(session.ref) else None
    except RoomNotFound:
        return None
