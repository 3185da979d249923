"""Rooms: making them, and whose provider holds them."""

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from accounts import audit
from accounts.models import User
from meetings.models import JoinLink, Room
from meetings.providers import AnyProvider, get_provider

from .transactions import saving

SET, ANEW = "set", "anew"  # all that is told of a passcode

log = logging.getLogger(__name__)


@saving
def create_room(owner: User, *, name: str, **options: Any) -> Room:
    """A permanent room, with the links that never change."""
    room = Room.objects.create(owner=owner, name=name, is_permanent=True, **options)
    JoinLink.objects.create(room=room, purpose=JoinLink.Purpose.HOST, owner=owner)
    JoinLink.objects.create(
        room=room, purpose=JoinLink.Purpose.COHOST, owner=owner, transferable=True
    )
    JoinLink.objects.create(room=room, purpose=JoinLink.Purpose.PARTICIPANT)
    audit.record(audit.Action.CREATED, room, user=owner)
    return room


def room_changes(room: Room, options: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Option → old and new value, for those that would change; of a passcode, that it does."""
    pairs = {name: [getattr(room, name), value] for name, value in options.items()}
    changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if "passcode" in changed:
        changed["passcode"] = _without_secret(*changed["passcode"])
    return changed


def _without_secret(old: str, new: str) -> list[str]:
    """As the history may tell it."""
    return [SET if old else "", (ANEW if old else SET) if new else ""]


def provider_of(alias: str) -> AnyProvider | None:
    """The configured provider, or None when the operator has taken its alias away."""
    try:
        return get_provider(alias)
    except ImproperlyConfigured as error:
        log.warning("The provider of a room cannot be used: %s", error)
        return None
