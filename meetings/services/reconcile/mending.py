"""Repairing a difference: looked at once more, then mended. Two at once do no harm."""

import logging
from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from meetings.models import Drift, Reservation, RoomSession
from meetings.providers import get_provider
from meetings.providers.base import RoomRef
from meetings.providers.errors import ProviderError
from meetings.services.checking import check_session
from meetings.services.deliveries.events import apply_event
from meetings.services.hosting import announce
from meetings.services.mirroring import start
from meetings.services.rooms import provider_of
from meetings.services.transactions import saving

from . import bookings, rooms, rosters

log = logging.getLogger(__name__)

Kind, Outcome = Drift.Kind, Drift.Outcome


class CannotRepair(Exception):
    """Not now, or not by us: the message says why."""


def repair(drift: Drift) -> bool:
    """Whether the difference is settled now; if not, it says why."""
    if not drift.is_open:
        return True
    try:
        outcome = _MENDERS[Kind(drift.kind)](drift)
    except (ProviderError, CannotRepair) as error:
        drift.note_trouble(str(error))
        log.warning("A difference with %s stays: %s", drift.alias, error)
        return False
    except Exception as error:  # an adapter's own fault keeps nobody else's from being repaired
        log.exception("A difference with %s could not be repaired.", drift.alias)
        drift.note_trouble(type(error).__name__)
        return False
    if drift.settle(outcome):
        audit.record(audit.Action.REPAIRED, drift, values={"outcome": str(outcome)})
        log.info("A difference with %s (%s) is settled: %s", drift.alias, drift.kind, outcome)
    return True


def _end_ours(drift: Drift) -> Drift.Outcome:
    """The session ends as their doing, if they still say that its room is not open."""
    session = _session_of(drift)
    if not session.is_live:
        return Outcome.VANISHED
    is_open = check_session(session)
    if is_open is None:
        raise CannotRepair(_("Whether the room is open cannot be said now."))
    return Outcome.VANISHED if is_open else Outcome.REPAIRED


def _end_theirs(drift: Drift) -> Drift.Outcome:
    """Their room is closed, if it is still nobody's."""
    provider, ref = provider_of(drift.alias), RoomRef(room_id=drift.room_id)
    if provider is None:
        raise CannotRepair(_("This provider is not set up any more."))
    if provider.features.live_status and not rooms.is_open(provider, ref):
        return Outcome.VANISHED
    if drift.room_id in rooms.rooms_in_use(drift.alias):  # last, as asking takes its time
        return Outcome.VANISHED
    if not provider.features.ending:
        raise CannotRepair(_("This provider cannot close a room."))
    provider.end_room(ref)
    return Outcome.REPAIRED


def _take_roster(drift: Drift) -> Drift.Outcome:
    """Stays begin and end as they say now; when that was is an estimate."""
    session, provider = _session_of(drift), provider_of(drift.alias)
    if not session.is_live or provider is None:
        return Outcome.VANISHED
    change = rosters.change_in(provider, session)
    if not change:
        return Outcome.VANISHED
    _apply(drift, session, change)
    announce(session)
    return Outcome.REPAIRED


@saving
def _apply(drift: Drift, session: RoomSession, change: rosters.Change) -> None:
    """All of it, and only if nobody else has done it."""
    if not drift.settle(Outcome.REPAIRED):
        return
    for event in rosters.events_of(session, change, seen_at=timezone.now()):
        apply_event(session.alias, event)


def _owe(drift: Drift) -> Drift.Outcome:
    """The worker that mirrors our meetings does it again; it looks there first, by our name."""
    reservation = _at_rest(drift)
    if reservation is None:
        return Outcome.VANISHED
    reservation.owe(is_unsure=True)
    start(reservation)
    return Outcome.REPAIRED


def _give_back(drift: Drift) -> Drift.Outcome:
    """Given back again: what was is cancelled here, what still is by the worker."""
    reservation = _at_rest(drift)
    if reservation is None or drift.room_id != reservation.former_room_id:
        return _owe(drift)
    provider = get_provider(drift.alias)
    there = bookings.by_room(provider)[drift.room_id]
    ours = [kept for kept in there if kept.ref.booking_id == reservation.former_booking_id]
    for kept in ours:
        provider.cancel(kept.ref)
    return Outcome.REPAIRED if ours else Outcome.VANISHED


def _at_rest(drift: Drift) -> Reservation | None:
    """The reservation, unless somebody is about to change it anyway."""
    return bookings.at_rest(drift.alias).filter(drifts=drift).first()


def _session_of(drift: Drift) -> RoomSession:
    return RoomSession.objects.without_secrets().get(drifts=drift)


_MENDERS: dict[Drift.Kind, Callable[[Drift], Drift.Outcome]] = {
    Kind.SESSION_GONE: _end_ours,
    Kind.SESSION_LEFT: _end_theirs,
    Kind.ROSTER: _take_roster,
    Kind.BOOKING_MISSING: _owe,
    Kind.BOOKING_OTHER: _owe,
    Kind.BOOKING_LEFT: _give_back,
}
