"""The links of a meeting, a series or a permanent room: whom they let in, and changing them."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from meetings.models import Booking, JoinLink, LinkUse, Room, RoomSession, Series

from .transactions import saving

Place = Booking | Series | Room

BACK_WITHIN = timedelta(days=1)  # in a permanent room; in a meeting, as long as there is one
# What a link has in common with the one that takes its place
KEPT = ["purpose", "room", "booking", "series", "owner", "transferable"]
KEPT += ["label", "expires_at", "max_uses"]
MOST_LINKS = 200  # that stand, of one place


class CannotChangeLinks(Exception):
    """Nothing is changed; the message says why."""


class NameTaken(CannotChangeLinks):
    """There is a link for the same people already."""


class LinkHasEnded(CannotChangeLinks):
    """It was withdrawn, or has expired, in the meantime."""

    def __init__(self) -> None:
        super().__init__(_("This link does not work any more. Make a new one."))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWish:
    """What can be chosen for a link."""

    label: str = ""
    expires_at: datetime | None = None
    max_uses: int | None = None


# Whom they let in


def use(link: JoinLink, session: RoomSession, identity: str) -> bool:
    """Count that a link lets this person in, once for each session: in the same transaction.

    False when it lets in nobody new, and they are not back.
    """
    __, is_new = LinkUse.objects.get_or_create(link=link, session=session, identity=identity)
    return _take(link, session, identity) if is_new else link.note_return()


def use_first(link: JoinLink, session: RoomSession, identity: str) -> bool:
    """The same for somebody new to the session; `IntegrityError` when they are not."""
    LinkUse.objects.create(link=link, session=session, identity=identity)
    return _take(link, session, identity)


def use_if_left(link: JoinLink, session: RoomSession, identity: str) -> bool:
    """The same where the rest of the transaction stands: nothing is counted when it is False."""
    before = transaction.savepoint()
    if use(link, session, identity):
        transaction.savepoint_commit(before)
        return True
    transaction.savepoint_rollback(before)
    return False


def _take(link: JoinLink, session: RoomSession, identity: str) -> bool:
    if link.take_use():
        return True
    return is_back(link, identity, before=session) and link.note_return()


def is_back(link: JoinLink, identity: str, *, before: RoomSession | None = None) -> bool:
    """Whether this link let this person in before, where it leads now."""
    uses = link.used_by.filter(identity=identity)
    if before:
        uses = uses.exclude(session=before)
    if booking := link.current_booking:
        return uses.filter(session__booking=booking).exists()
    ended_long_ago = Q(session__ended_at__lte=timezone.now() - BACK_WITHIN)
    return uses.filter(session__room=link.room_id).exclude(ended_long_ago).exists()


# Changing them


def purposes_for(place: Place) -> list[str]:
    """What a new link can be for. The host's is one person's: there is one at a time."""
    has_host = place.links.usable().common().filter(purpose=JoinLink.Purpose.HOST).exists()
    shared: list[str] = [JoinLink.Purpose.PARTICIPANT, JoinLink.Purpose.COHOST]
    return shared if has_host else [JoinLink.Purpose.HOST, *shared]


@saving
def make(place: Place, purpose: str, wish: LinkWish) -> JoinLink:
    """One more link into a place. Those for one purpose are told apart by whom they are for."""
    _lock(place)
    if purpose not in purposes_for(place):
        raise CannotChangeLinks(_("There is a link for the host already."))
    standing = place.links.standing().common()
    if standing.count() >= MOST_LINKS:
        raise CannotChangeLinks(
            _("There are %(n)d links. Withdraw some first.") % {"n": MOST_LINKS}
        )
    _refuse_same_name(place, purpose, wish.label)
    is_for_all = purpose == JoinLink.Purpose.COHOST
    link = JoinLink.objects.create(
        purpose=purpose,
        owner=None if purpose == JoinLink.Purpose.PARTICIPANT else _owner(place),
        transferable=is_for_all,
        label=wish.label,
        expires_at=wish.expires_at,
        max_uses=wish.max_uses,
        **_field_for(place),
    )
    audit.record(audit.Action.CREATED, link, values={"purpose": purpose, "label": wish.label})
    return link


@saving
def change(link: JoinLink, wish: LinkWish) -> None:
    """Another name, end or limit. Whoever is inside stays, and so does what was counted."""
    place = place_of(link)
    _lock(place)
    _refuse_same_name(place, link.purpose, wish.label, but=link)
    mine = JoinLink.objects.filter(pk=link.pk, revoked_at=None)
    wanted = asdict(wish)
    if not mine.update(**wanted):
        raise LinkHasEnded
    if changed := audit.difference(link, wanted):
        audit.record(audit.Action.CHANGED, link, values=changed)


@saving
def replace(link: JoinLink) -> JoinLink:
    """Another address with the same settings; the old one ends at once."""
    _lock(place_of(link))
    now = JoinLink.objects.standing().filter(pk=link.pk).first()
    if now is None or not now.revoke():
        raise LinkHasEnded
    new = JoinLink.objects.create(**{name: getattr(now, name) for name in KEPT})
    audit.record(audit.Action.REPLACED, new, values={"link": [now.pk, new.pk]})
    return new


@saving
def set_transferable(link: JoinLink, *, transferable: bool) -> None:
    """Whether whoever has this host link is host, or its owner alone."""
    values = {"transferable": [link.transferable, transferable]}
    link.transferable = transferable
    link.save(update_fields=["transferable"])
    audit.record(audit.Action.CHANGED, link, values=values)


def place_of(link: JoinLink) -> Place:
    place = link.booking or link.series or link.room
    assert place is not None, "a check constraint sees to it"  # noqa: S101
    return place


def _lock(place: Place) -> None:
    """Whoever else changes its links waits (SQLite has one writer anyway)."""
    rows = type(place)._default_manager.select_for_update(of=("self",), no_key=True)
    rows.get(pk=place.pk)


def _refuse_same_name(
    place: Place, purpose: str, label: str, *, but: JoinLink | None = None
) -> None:
    same = place.links.standing().common().filter(purpose=purpose, label__iexact=label)
    if but:
        same = same.exclude(pk=but.pk)
    if not same.exists():
        return
    if label:
        raise NameTaken(_("There is a link for “%(label)s” already.") % {"label": label})
    raise NameTaken(_("There is a link for everybody already. Say for whom this one is."))


def _owner(place: Place) -> User:
    return place.owner if isinstance(place, Room) else place.organizer


def _field_for(place: Place) -> dict[str, Any]:
    return {type(place).__name__.lower(): place}
