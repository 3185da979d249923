"""What an organizer should know about a room's provider."""

from django.urls import reverse
from django.utils.translation import gettext as _

from meetings.models import Booking, Room, RoomSession
from meetings.providers import aliases
from meetings.services.places import places_for
from meetings.services.rooms import provider_of


def held_at(alias: str) -> str:
    """The provider as people know it; an alias that is gone is named as such."""
    provider = provider_of(alias)
    return _(provider.label) if provider else _("“%(alias)s”, which is gone") % {"alias": alias}


def trouble_with(room: Room, booking: Booking | None) -> str:
    """A sentence about what keeps the room from opening, or nothing."""
    running = room.sessions.running().first()
    if running and provider_of(running.alias) is None:
        return _lost(running)
    if provider_of(room.provider_alias) is None:
        if places := places_for(room):
            return _(
                "The provider “%(alias)s” is no longer set up here. "
                "Until you choose another one, meetings in this room are held at “%(place)s”."
            ) % {"alias": room.provider_alias, "place": held_at(places[0])}
        return _(
            "The provider “%(alias)s” is no longer set up here, so this room cannot open. "
            "Choose another provider for it, or ask the operator to bring it back."
        ) % {"alias": room.provider_alias}
    last = room.sessions.filter(booking=booking).first()
    if last and last.state == RoomSession.State.FAILED:
        return _("The room could not be opened the last time: %(error)s") % {"error": _story(last)}
    return ""


def where_to_choose(room: Room, booking: Booking | None) -> str:
    """The form in which another provider is chosen; nothing where there is no other."""
    if list(aliases()) == [room.provider_alias]:
        return ""
    if room.is_permanent or booking is None:
        return reverse("room-edit", args=[room.pk])
    return reverse("booking-edit", args=[booking.pk])


def in_words(error: str) -> str:
    """A reason of ours in the reader's language; a provider's words as they are."""
    return _(error) if error else ""


def _lost(running: RoomSession) -> str:
    """What runs where nobody can be reached any more."""
    if running.alias != running.room.provider_alias:
        return _(
            "What runs in this room is held at “%(alias)s”, which is no longer set up here. "
            "The next who starts the meeting opens it at the room’s present provider."
        ) % {"alias": running.alias}
    return _(
        "What runs in this room is held at “%(alias)s”, which is no longer set up here. "
        "End it to open the room anew."
    ) % {"alias": running.alias}


def _story(failed: RoomSession) -> str:
    """What every place said where it was tried."""
    if not failed.detours:
        return in_words(failed.error)
    tried = [*failed.detours, {"alias": failed.alias, "error": failed.error}]
    return " ".join(_attempt(each["alias"], each["error"]) for each in tried)


def _attempt(alias: str, error: str) -> str:
    """Errors begin with the provider's name; its alias is enough where several are told."""
    return f"“{alias}”: {in_words(error).removeprefix(f'{held_at(alias)}: ')}"
