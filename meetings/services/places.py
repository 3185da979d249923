"""Where a room may be held: at its own provider, or at another that can do what it needs."""

from typing import Any

from django.utils.translation import gettext_noop

from meetings.models import Booking, Room
from meetings.providers import aliases

from .breakers import is_open
from .fit import lacks
from .pools import equals_of, lightest
from .reservations import reservation_for
from .rooms import provider_of
from .switches import off_aliases

GONE = gettext_noop("It is no longer set up here.")
OFF = gettext_noop("It is switched off for now.")
SILENT = gettext_noop("It has not answered lately.")
UNFIT = gettext_noop("It cannot hold this room as it was set up.")


def places_for(room: Room) -> list[str]:
    """The aliases at which a session may begin now, best first.

    The room's own provider is preferred, then the order in which they are set up. Those that have
    been silent lately come last rather than never: a try is better than none. Of equal accounts,
    the one that has been given least is as good as the room's own.
    """
    off, own = off_aliases(), room.provider_alias
    known = dict.fromkeys((*lightest(equals_of(own)), *aliases()))
    usable = [alias for alias in known if alias not in off and can_hold(alias, room)]
    return sorted(usable, key=is_open)


def why_not(alias: str, room: Room) -> str:
    """What speaks against an alias, in words that can be translated."""
    if provider_of(alias) is None:
        return GONE
    if alias in off_aliases():
        return OFF
    return SILENT if can_hold(alias, room) else UNFIT


def can_be_held(room: Room) -> bool:
    """Whether there is any place for it, as far as that is known without asking providers."""
    return provider_of(room.provider_alias) is not None or bool(places_for(room))


def place_at(alias: str, room: Room, booking: Booking | None) -> dict[str, Any]:
    """A session's fields at this alias: how many it holds there, and what is reserved there."""
    there: dict[str, Any] = {"capacity": capacity_at(alias, room)}
    if held := reservation_for(booking, alias):
        there |= {
            "provider_room_id": held.provider_room_id,
            "provider_booking_id": held.provider_booking_id,
            "host_key": held.host_key,
        }
    return there


def capacity_at(alias: str, room: Room) -> int | None:
    provider = provider_of(alias)
    limits = (room.capacity, provider.most_people if provider else None)
    return min((limit for limit in limits if limit), default=None)


def can_hold(alias: str, room: Room) -> bool:
    """Whether it can do what the room needs; its own provider is not asked about that."""
    provider = provider_of(alias)
    return provider is not None and (alias == room.provider_alias or not lacks(provider, room))
