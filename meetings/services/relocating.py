"""Moving a meeting while people are in it: to another provider, by links that stay as they are.

The room over there is opened first, so that nothing is lost where it cannot be. Then, in one step,
the run here ends and its next one is live there, with the people and doors of this one: there are
never two. What happens at the old provider comes last and may fail.
"""

import logging
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from meetings.models import Admission, RoomSession
from meetings.models.database_clock import DatabaseNow
from meetings.models.session import unclaimed
from meetings.providers import aliases
from meetings.providers.base import RoomRef
from meetings.providers.errors import Conflict, ProviderError
from meetings.providers.time_limit import time_limit

from .breakers import is_open
from .deliveries.events import close_stays
from .fit import lacks
from .hosting import announce, close_room
from .moving import in_words
from .opening import MAY_BE_OPEN, close_later, room_at
from .places import place_at
from .rooms import provider_of
from .switches import off_aliases
from .transactions import saving

log = logging.getLogger(__name__)

State = RoomSession.State

TO_OPEN, TO_CLOSE = 9.0, 5.0  # seconds: somebody waits for an answer
CARRIED = ("locked", "passcode", "waiting_room", "chat_open", "participants_share")


class CannotRelocate(Exception):
    """Not there, or not now; the meeting goes on where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a meeting might go on."""

    alias: str
    against: tuple[str, ...]  # why it cannot, in words
    is_silent: bool  # has not answered lately


def places_beside(session: RoomSession) -> list[Place]:
    """All other providers, those that will do first."""
    off = off_aliases()
    others = [alias for alias in aliases() if alias != session.alias]
    found = [
        Place(alias=alias, against=_against(alias, session, off), is_silent=is_open(alias))
        for alias in others
    ]
    return sorted(found, key=lambda place: (bool(place.against), place.is_silent))


def _against(alias: str, session: RoomSession, off: frozenset[str]) -> tuple[str, ...]:
    provider = provider_of(alias)
    if provider is None:
        return (_("It is no longer set up here."),)
    if alias in off:
        return (_("It is switched off for now."),)
    return tuple(in_words(lacks(provider, session.room)))


def relocate(session: RoomSession, alias: str) -> RoomSession:
    """Have the meeting go on at another provider: the session there, live, with everybody's rights.

    `CannotRelocate` and `ProviderError` leave it as it is. When two press at once, one does.
    """
    _require_place(session, alias)
    claim = _take_claim(session)
    there: RoomSession | None = None
    try:
        there = _prepare(session, alias)
        with time_limit(TO_OPEN):
            ref = room_at(there)
        _go_over(session, there, ref, claim)
    except BaseException as error:
        _give_up(session, there, claim, error)
        raise
    _leave(session)
    announce(there)
    return there


def _require_place(session: RoomSession, alias: str) -> None:
    place = next((each for each in places_beside(session) if each.alias == alias), None)
    if place is None:
        raise CannotRelocate(_("Please choose another provider."))
    if place.against:
        raise CannotRelocate(" ".join(place.against))


@saving
def _take_claim(session: RoomSession) -> str:
    """Be the one who moves it; whoever died doing so holds nobody up for long."""
    claim = secrets.token_hex(16)
    mine = RoomSession.objects.live().filter(unclaimed(), pk=session.pk)
    if not mine.update(claim=claim, claimed_at=DatabaseNow()):
        raise CannotRelocate(_("The meeting is being moved already, or it is over."))
    _forget_abandoned(session)
    return claim


def _forget_abandoned(session: RoomSession) -> None:
    """What was prepared by somebody who died; its room may be open over there."""
    left = session.room.sessions.filter(state=State.PREPARED)
    for each in list(left):
        close_later(each.alias, each.ref)
    left.update(state=State.FAILED, ended_at=timezone.now())


@saving
def _prepare(session: RoomSession, alias: str) -> RoomSession:
    """The next run, which nobody can come into yet."""
    session.refresh_from_db()
    carried = {name: getattr(session, name) for name in CARRIED}
    return RoomSession.objects.create(
        room=session.room,
        booking=session.booking,
        alias=alias,
        state=State.PREPARED,
        **carried,
        **place_at(alias, session.room, session.booking),
    )


@saving
def _go_over(session: RoomSession, there: RoomSession, ref: RoomRef, claim: str) -> None:
    """The one step: over here, live there."""
    now = timezone.now()
    mine = RoomSession.objects.live().filter(pk=session.pk, claim=claim)
    over = {
        "state": State.ENDED,
        "ended_at": now,
        "end_reason": RoomSession.EndReason.MOVED,
        "recordings_due_at": now,
    }
    if not mine.update(claim="", **over):
        raise CannotRelocate(_("The meeting is over."))
    values = {"alias": [session.alias, there.alias]}
    audit.record(audit.Action.MOVED, session, values=values)
    session.refresh_from_db()
    _carry_people(session, there)
    close_stays(session, now)
    _begin(session, there, ref)


def _begin(session: RoomSession, there: RoomSession, ref: RoomRef) -> None:
    for name in CARRIED:  # a host may have changed them meanwhile
        setattr(there, name, getattr(session, name))
    there.state, there.live_at, there.moved_from = State.LIVE, timezone.now(), session
    there.booking = session.booking
    there.provider_room_id, there.provider_booking_id = ref.room_id, ref.booking_id
    there.provider_session_id, there.host_key = ref.session_id, ref.host_key
    there.differences = list(ref.differences)
    try:
        there.save()
    except IntegrityError:
        raise Conflict("gave us a room in which another meeting is held.") from None


def _carry_people(session: RoomSession, there: RoomSession) -> None:
    """Who was let in, waits, or was sent out stays so; who may be inside comes along."""
    asked = list(session.admissions.all())
    inside = _inside(session)
    asked_at = {each.identity: each.asked_at for each in asked}
    copies = [_copy(each, there, comes_along=each.identity in inside) for each in asked]
    Admission.objects.bulk_create(copies)
    for each in copies:
        each.asked_at = asked_at[each.identity]
    Admission.objects.bulk_update(copies, ["asked_at"])


def _copy(asked: Admission, there: RoomSession, *, comes_along: bool) -> Admission:
    is_in = asked.state == Admission.State.ADMITTED
    return Admission(
        session=there,
        link_id=asked.link_id,
        identity=asked.identity,
        user_id=asked.user_id,
        name=asked.name,
        role=asked.role,
        given_role=asked.given_role,
        state=asked.state,
        seen_at=asked.seen_at,
        # A lock over there lets them pass, as whom a host let in by name
        decided_at=asked.decided_at or (timezone.now() if is_in else None),
        decided_by_id=asked.decided_by_id,
        message=asked.message,
        comes_along=is_in and comes_along,
    )


def _inside(session: RoomSession) -> set[str]:
    """Whom nobody has told to have left: where nobody tells, everybody who was let in."""
    return set(_may_be_inside(session))


def _may_be_inside(session: RoomSession) -> Iterator[str]:
    stays = dict[str, bool]()
    for identity, left_at in session.attendances.values_list("identity", "left_at"):
        stays[identity] = stays.get(identity, False) or left_at is None
    for identity in session.admissions.values_list("identity", flat=True):
        if stays.get(identity, True):
            yield identity


def _give_up(
    session: RoomSession, there: RoomSession | None, claim: str, error: BaseException
) -> None:
    """As if nothing had been tried; a room that may be open over there is closed later."""
    log.warning("Session %s was not moved: %s", session.pk, error)
    saving(RoomSession.objects.filter(pk=session.pk, claim=claim).update)(claim="")
    if there is None:
        return
    if not isinstance(error, ProviderError) or isinstance(error, MAY_BE_OPEN):
        close_later(there.alias, there.ref)
    saving(RoomSession.objects.filter(pk=there.pk, state=State.PREPARED).delete)()


def _leave(session: RoomSession) -> None:
    """People's pages hear that it goes on elsewhere; then the old room is closed, if it can be."""
    announce(session)
    with time_limit(TO_CLOSE):
        close_room(session)
