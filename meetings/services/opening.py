"""Opening a room exactly once: at its own provider, or at the next one that can hold it.

Everything happens under one claim, and the session stays the same when it goes elsewhere. So
nobody can open the room a second time meanwhile, and all links lead to where it was opened.
"""

import logging
import time
from dataclasses import dataclass, field, replace

from django.db import IntegrityError, transaction
from django.db.models import Q
from django_tasks import task

from config.logs import bind
from meetings import metrics
from meetings.models import Booking, Room, RoomSession
from meetings.models.session import CLAIM_LASTS, detour, edition
from meetings.providers import AnyProvider
from meetings.providers.base import RoomRef
from meetings.providers.errors import (
    Conflict,
    FeatureUnsupported,
    HostKeyLost,
    OutcomeUnknown,
    ProviderError,
    ProviderUnavailable,
    UnexpectedReply,
)
from meetings.providers.time_limit import time_limit

from .attendance.outages import watching
from .places import SILENT, place_at, places_for, why_not
from .pools import are_equal
from .ready import begun
from .ready import why_not as why_not_ready
from .rooms import provider_of
from .specs import spec_of
from .transactions import saving

log = logging.getLogger(__name__)

# Seconds.
CLICK_TO_ROOM = 10.0  # the way in included
ALL_IN_ALL = 9.5
FIRST = 5.0  # for the room's own provider, while there is another one to go to
SHORTEST = 2.2  # less is of no use: some that work well take two
# With nobody else to go to, all that an answer may take; the claim must outlast it.
ALONE = CLAIM_LASTS.total_seconds() - 5

HOST_RIGHTS = "host_rights"  # a difference of our own: the key to them is lost

# After these, the room may be open all the same.
MAY_BE_OPEN = (OutcomeUnknown, ProviderUnavailable, UnexpectedReply)


class RoomIsOpening(Exception):
    """Somebody else is opening the room this moment."""


def open_room(room: Room, booking: Booking | None = None) -> RoomSession:
    """The room's live session, opened if need be, at the room's own provider or at another.

    When many ask at once, one of them opens it and the others get `RoomIsOpening`. Raises
    `ProviderError` when no provider can; the session is then failed and the next try is new.
    """
    session = _running_session(room, booking)
    bind(session=session.pk, booking=session.booking_id, alias=session.alias)
    if session.is_live:
        return session
    if not saving(session.take_claim)():
        raise RoomIsOpening
    if not Opening(session).run():  # ended meanwhile, or somebody thought us dead
        raise RoomIsOpening
    return session


def _running_session(room: Room, booking: Booking | None) -> RoomSession:
    """The one session that runs, or stands ready, or a new one; two at once get the same."""
    session = room.sessions.running().first()
    if session and not _make_way(session, room, booking):
        return session
    if session := begun(booking):
        return session
    try:
        return _new_session(room, booking)
    except IntegrityError:
        session = room.sessions.running().first() or begun(booking)
    if session is None:  # somebody else's, and over before we could look
        raise RoomIsOpening
    return session


def _make_way(session: RoomSession, room: Room, booking: Booking | None) -> bool:
    """Clear away what only seems to run: its opener died, or its provider was given up."""
    if session.alias != room.provider_alias and provider_of(session.alias) is None:
        return session.end(RoomSession.EndReason.PROVIDER)
    return session.booking != booking and session.abandon()


@saving
def _new_session(room: Room, booking: Booking | None) -> RoomSession:
    alias = next(iter(places_for(room)), room.provider_alias)
    session = session_at(alias, room, booking)
    if booking and any(not why_not_ready(each) for each in booking.sessions.ready()):
        raise IntegrityError("Its room stands ready since this moment.")
    return session


def session_at(alias: str, room: Room, booking: Booking | None) -> RoomSession:
    """A run of this room at the alias, to be opened; `IntegrityError` while another one runs."""
    own = room.provider_alias
    return RoomSession.objects.create(
        room=room,
        booking=booking,
        alias=alias,
        detours=[] if are_equal(alias, own) else [detour(own, why_not(own, room))],
        waiting_room=room.waiting_room,
        passcode=room.passcode,
        chat_open=room.chat,
        participants_share=room.participants_share,
        made_for=edition(room, booking),
        **place_at(alias, room, booking),
    )


@dataclass(slots=True)
class Opening:
    """One session being opened by whoever holds its claim."""

    session: RoomSession
    ends: float = field(default_factory=lambda: time.monotonic() + ALL_IN_ALL)
    tries: int = 0
    places: list[str] = field(default_factory=list)  # still to be tried
    left: list[tuple[str, RoomRef]] = field(default_factory=list)  # that may be open for nothing

    def run(self) -> bool:
        """Live, here or elsewhere; `ProviderError` when that is nowhere to be had.

        False, when the claim was lost on the way: then the session is what others made of it.
        """
        usable = places_for(self.session.room)
        tried = {each["alias"] for each in self.session.detours if each["error"] != SILENT}
        self.places = [each for each in usable if each not in {*tried, self.session.alias}]
        try:
            while not self._is_settled(may_begin=self.session.alias in usable):
                pass
        finally:  # not before: a room that is in use is not closed, and people wait for theirs
            for alias, ref in self.left:
                close_later(alias, ref)
        return self.session.is_live

    def _is_settled(self, *, may_begin: bool) -> bool:
        """Try this place; False when there is another one to go to."""
        try:
            self._try(may_begin=may_begin)
        except ProviderError as error:
            log.warning("Session %s was not opened: %s", self.session.pk, error)
            metrics.room_not_opened(self.session.alias, error)
            if isinstance(error, MAY_BE_OPEN):
                self.left.append((self.session.alias, self.session.ref))
            if self._go_on(str(error)):
                return False
            if saving(self.session.fail)(str(error)):
                raise
        return True

    def _try(self, *, may_begin: bool) -> None:
        alias = self.session.alias
        provider = provider_of(alias)
        if provider is None or not may_begin:
            raise ProviderError(why_not(alias, self.session.room))
        self.tries += 1
        with watching(alias), time_limit(self._share()):
            ref = self.init(provider)
        metrics.room_opened(alias)
        self._keep(alias, ref)

    def _share(self) -> float:
        """The seconds for this try."""
        if self.tries == 1:
            return FIRST if self.places else ALONE
        left = self.ends - time.monotonic()
        return max(left / 2 if self.places else left, SHORTEST)

    def init(self, provider: AnyProvider) -> RoomRef:
        """Their room. Also for one whose opener died: asking again brings back the same room."""
        session = self.session
        try:
            return provider.init_room(session.ref, spec_of(session))
        except Conflict:  # somebody else has a room of that name
            if not saving(session.take_new_key)():
                raise
            return provider.init_room(session.ref, spec_of(session))
        except HostKeyLost as lost:
            return self._anew(provider, lost)

    def _anew(self, provider: AnyProvider, lost: HostKeyLost) -> RoomRef:
        """The room with a key that is known, as nobody was let in yet; or else as it is."""
        ref = self.session.ref
        try:
            return provider.reset_room(ref, spec_of(self.session))
        except (HostKeyLost, FeatureUnsupported):
            room_id = lost.room_id or ref.room_id
            return replace(ref, room_id=room_id, differences=(HOST_RIGHTS,))

    def _go_on(self, error: str) -> bool:
        """To the next place, if there is one and it can still be in time."""
        late = self.tries > 1 and self.ends - time.monotonic() < 1
        if late or not self.places:
            return False
        alias = self.places.pop(0)
        there = place_at(alias, self.session.room, self.session.booking)
        metrics.failed_over(self.session.alias, to=alias)
        bind(alias=alias)
        return saving(self.session.go_to)(alias, error, **there)

    def _keep(self, alias: str, ref: RoomRef) -> None:
        try:
            kept = saving(self.session.keep)(ref)
        except IntegrityError:
            raise Conflict("gave us a room in which another meeting is held.") from None
        if not kept:  # ended while it was opened, or opened elsewhere by somebody else
            self.left.append((alias, ref))


def room_at(session: RoomSession) -> RoomRef:
    """The room at the provider that this session is prepared for: one try, there alone."""
    provider = provider_of(session.alias)
    if provider is None:
        raise ProviderError(why_not(session.alias, session.room))
    with watching(session.alias):
        return Opening(session).init(provider)


def close_later(alias: str, ref: RoomRef) -> None:
    """Have a room closed that we may have opened for nothing. Nobody waits for it.

    A reserved room keeps its name: the next session may be in it by then, so it is left alone.
    """
    if not ref.booking_id:
        # Robust: a meeting is not lost because the queue cannot be reached.
        transaction.on_commit(lambda: close_left_room.enqueue(alias, ref.room_id), robust=True)


@task()
def close_left_room(alias: str, room_id: str) -> None:
    """Close a room at a provider, unless a session of ours is in it."""
    named = Q(provider_room_id=room_id) | Q(key=room_id)
    provider = provider_of(alias)
    if provider is None or not provider.features.ending:
        return
    if RoomSession.objects.running().filter(named, alias=alias).exists():
        return
    try:
        provider.end_room(RoomRef(room_id=room_id))
    except ProviderError as error:  # the comparison with the provider finds it later
        log.warning("A room that was left at “%s” was not closed: %s", alias, error)
