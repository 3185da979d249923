"""Guests who host: their personal link has the rights of a co-host, until these are taken back."""

from django.db.models import Q

from accounts.models import User
from meetings.models import (
    Admission,
    Booking,
    BookingChange,
    Guest,
    JoinLink,
    RoomSession,
    SeriesChange,
)
from meetings.models.guest import GuestQuerySet
from meetings.providers.base import Role

from .hosting import announce, tell_role
from .inviting import Place, place_of
from .transactions import saving

COHOST = JoinLink.Purpose.COHOST


def cohosts_of(place: Place) -> GuestQuerySet:
    """The guests of a meeting or series who host by a link that still stands."""
    by_link = Q(link__purpose=COHOST, link__revoked_at=None)
    return place.guests.invited().filter(by_link)


@saving
def give_role(guest: Guest, role: Role, *, by: User) -> bool:
    """Let a guest's personal link make them co-host, or participant again.

    It holds at once, also for who is inside. False when it was so before, or their link ended.
    """
    place = place_of(guest)
    # Whoever else changes who hosts here waits (SQLite has one writer anyway).
    rows = type(place)._default_manager.select_for_update(of=("self",), no_key=True)
    place = rows.select_related("organizer").get(pk=place.pk)
    before = cohosts_of(place).count()
    if not _set_purpose(guest, role, place.organizer):
        return False
    _note(place, by, before, cohosts_of(place).count())
    _tell_rooms(guest, role)
    return True


def _set_purpose(guest: Guest, role: Role, organizer: User) -> bool:
    """A co-host's link is good for whoever has it, like those that an organizer hands out."""
    theirs = JoinLink.objects.standing().filter(guest=guest, guest__removed_at=None)
    changed = theirs.exclude(purpose=role.value).update(
        purpose=role.value,
        owner=organizer if role.hosts else None,
        transferable=role.hosts,
    )
    return bool(changed)


def _note(place: Place, by: User, before: int, after: int) -> None:
    """In its history: how many co-hosts are invited, not who."""
    values = {"cohosts": [before, after]}
    if isinstance(place, Booking):
        kind = BookingChange.Kind.EDITED
        BookingChange.objects.create(booking=place, kind=kind, by=by, values=values)
    else:
        what = SeriesChange.Kind.EDITED
        SeriesChange.objects.create(series=place, kind=what, by=by, values=values)


def _tell_rooms(guest: Guest, role: Role) -> None:
    """What runs knows of it: whoever came by this link is that now."""
    here = Admission.objects.filter(link__guest=guest, session__state=RoomSession.State.LIVE)
    for asked in here.select_related("session"):
        asked.role = role.value
        asked.save(update_fields=["role"])
        tell_role(asked.session, asked.identity)
        announce(asked.session)
