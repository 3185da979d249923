"""Inviting people, and taking it back. Each has one row at a meeting or series, and one link."""

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.zones import known_zone
from meetings.invitees import Invitee, address_key
from meetings.models import Booking, BookingChange, Guest, JoinLink, Series, SeriesChange

from .mail import notices
from .transactions import saving

Place = Booking | Series

MOST_GUESTS = 2_000
AT_ONCE = 500  # rows in one statement


class CannotInvite(Exception):
    """Nobody is invited; the message says why."""


class TooManyGuests(CannotInvite):
    """More people than one meeting may have."""

    def __init__(self) -> None:
        words = _("A meeting has %(most)d guests at most. Nobody was invited.")
        super().__init__(words % {"most": MOST_GUESTS})


@saving
def invite(place: Place, invitees: Iterable[Invitee], *, by: User) -> list[Guest]:
    """Invite these people, each with a link and a mail of their own; those who were not yet.

    Who is invited already stays as they are. Who was removed gets their row back, with a new link.
    """
    asked = {address_key(each.email): each for each in reversed(list(invitees))}
    if not asked:
        return []
    place = _locked(place)
    _refuse_when_over(place)
    known = {address_key(guest.email): guest for guest in place.guests.all()}
    here = sum(guest.removed_at is None for guest in known.values())
    new = [_guest(place, each) for key, each in reversed(asked.items()) if key not in known]
    back = [_returning(known[key], asked[key]) for key in asked if _was_removed(known.get(key))]
    if here + len(new) + len(back) > MOST_GUESTS:
        raise TooManyGuests
    _recall(place.organizer, new)
    _save(new, back)
    notices.invited(new)
    notices.invited(back, again=True)
    if invited := new + back:
        _note(place, by, here, here + len(invited))
    return invited


def invite_more(place: Place, invitees: Iterable[Invitee], *, by: User) -> None:
    """Invite those who were neither invited nor removed yet: the same form was sent once more."""
    if not is_ahead(place):
        return
    known = {address_key(email) for email in place.guests.values_list("email", flat=True)}
    invite(place, [each for each in invitees if address_key(each.email) not in known], by=by)


@saving
def remove(guest: Guest, *, by: User) -> bool:
    """Take somebody off the list: their link ends, and their calendar lets the meeting go."""
    place = _locked(place_of(guest))
    here = place.guests.invited().count()
    if not Guest.objects.invited().filter(pk=guest.pk).update(removed_at=timezone.now()):
        return False
    guest.refresh_from_db()
    JoinLink.objects.filter(guest=guest, revoked_at=None).update(revoked_at=timezone.now())
    if is_ahead(place):
        notices.uninvited([guest])
    _note(place, by, here, here - 1)
    return True


@saving
def invite_again(guest: Guest) -> bool:
    """Send the invitation once more, to an address that may have been mended meanwhile."""
    place = place_of(guest)
    _refuse_when_over(place)
    still = Guest.objects.invited().filter(pk=guest.pk)
    if not still.update(bounced_at=None, bounce="", invited_at=timezone.now()):
        return False
    notices.invited([guest], again=True)
    return True


def note_opened(guest: Guest, *, zone: str, language: str) -> None:
    """Keep when a guest first saw their link, and the zone and language of their browser."""
    told = {
        "opened_at": guest.opened_at or timezone.now(),
        "time_zone": zone if known_zone(zone) else guest.time_zone,
        "language": _spoken_here(language) or guest.language,
    }
    news = {name: value for name, value in told.items() if getattr(guest, name) != value}
    if news:
        Guest.objects.filter(pk=guest.pk).update(**news)


def _spoken_here(language: str) -> str:
    """Which of our languages a browser's `de-AT` means; nothing when we do not speak it."""
    try:
        return get_supported_language_variant(language[:20])
    except (LookupError, ValueError):
        return ""


def place_of(guest: Guest) -> Place:
    place = guest.booking or guest.series
    assert place is not None, "a check constraint sees to it"  # noqa: S101
    return place


def is_ahead(place: Place) -> bool:
    """Whether there is something left that people can be invited to."""
    if place.is_cancelled:
        return False
    if isinstance(place, Booking):
        return not place.is_over
    if place.bookings.confirmed().not_over().exists():
        return True
    return any(not each.repeats.ends for each in place.patterns.filter(cancelled_at=None))


# Saving


def _locked(place: Place) -> Place:
    """The place as it is now; whoever else invites to it waits (SQLite has one writer anyway)."""
    rows = type(place)._default_manager.select_for_update(of=("self",), no_key=True)
    return rows.select_related("organizer").get(pk=place.pk)


def _refuse_when_over(place: Place) -> None:
    if place.is_cancelled:
        raise CannotInvite(_("It is cancelled. Nobody can be invited any more."))
    if not is_ahead(place):
        raise CannotInvite(_("It is over. Nobody can be invited any more."))


def _was_removed(guest: Guest | None) -> bool:
    return guest is not None and guest.removed_at is not None


def _guest(place: Place, invitee: Invitee) -> Guest:
    own: dict[str, Any] = {"email": invitee.email, "name": invitee.name}
    return Guest(**_of(place), **own)


def _recall(organizer: User, new: list[Guest]) -> None:
    """Take over what browsers of these people told at this organizer's other meetings."""
    theirs = Q(booking__organizer=organizer) | Q(series__organizer=organizer)
    told = Guest.objects.filter(theirs).exclude(time_zone="", language="")
    told = told.annotate(key=Lower("email")).filter(key__in=[each.email.lower() for each in new])
    known = {address_key(each.email): each for each in told.order_by("opened_at", "pk")}
    for guest in new:
        if before := known.get(address_key(guest.email)):
            guest.time_zone, guest.language = before.time_zone, before.language


def _returning(guest: Guest, invitee: Invitee) -> Guest:
    """Invited anew, as now written; what the browser told and what was answered stays."""
    guest.email, guest.name = invitee.email, invitee.name or guest.name
    guest.removed_at = guest.bounced_at = None
    guest.bounce, guest.invited_at = "", timezone.now()
    return guest


def _save(new: list[Guest], back: list[Guest]) -> None:
    Guest.objects.bulk_create(new, batch_size=AT_ONCE)
    kept = ("email", "name", "removed_at", "bounced_at", "bounce", "invited_at")
    Guest.objects.bulk_update(back, kept, batch_size=AT_ONCE)
    # The former address was withdrawn, and stays so: whoever opens it reads that.
    name = Guest.objects.filter(pk=OuterRef("guest")).values("name")[:1]
    JoinLink.objects.filter(guest__in=back).update(guest=None, label=Subquery(name))
    links = [_link(guest) for guest in (*new, *back)]
    JoinLink.objects.bulk_create(links, batch_size=AT_ONCE)


def _link(guest: Guest) -> JoinLink:
    return JoinLink(purpose=JoinLink.Purpose.PARTICIPANT, guest=guest, **_of(place_of(guest)))


def _of(place: Place) -> dict[str, Any]:
    return {"booking": place} if isinstance(place, Booking) else {"series": place}


def _note(place: Place, by: User, before: int, after: int) -> None:
    """In its history: how many are invited, not who."""
    values = {"guests": [before, after]}
    if isinstance(place, Booking):
        kind = BookingChange.Kind.INVITED if after > before else BookingChange.Kind.UNINVITED
        BookingChange.objects.create(booking=place, kind=kind, by=by, values=values)
    else:
        of_series = SeriesChange.Kind
        what = of_series.INVITED if after > before else of_series.UNINVITED
        SeriesChange.objects.create(series=place, kind=what, by=by, values=values)
