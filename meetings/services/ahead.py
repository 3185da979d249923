"""Opening rooms some minutes before their meetings, where a provider lets an empty room stand.

A room opened ahead stands *ready*: open at the provider, not here. Doors, waiting rooms and who may
start are as they would be without it; `opening` takes it when somebody begins the meeting. What
cannot be opened ahead is opened at the click.
"""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from math import ceil

from django.db import IntegrityError, connections, transaction
from django.utils import timezone
from django_tasks import task

from meetings.models import Booking, RoomSession
from meetings.models.booking import BookingQuerySet
from meetings.providers import AnyProvider, aliases
from meetings.providers.base import RoomRef
from meetings.providers.errors import ProviderError
from meetings.providers.pace import in_background, paid
from meetings.providers.time_limit import time_limit
from meetings.wave import Ahead, opening_times

from . import pacing, ready
from .breakers import is_open
from .opening import ALONE, MAY_BE_OPEN, close_later, room_at, session_at
from .places import can_hold
from .pools import equals_of, invited, lightest
from .rooms import provider_of
from .switches import off_aliases
from .transactions import saving

log = logging.getLogger(__name__)

ROUND = timedelta(seconds=60)  # the next one begins then
USUAL_ANSWER = 0.5  # seconds: how many are asked at once follows from it
MOST_AT_ONCE = 4
MOST_IN_A_ROUND = 2000


def begin_round() -> None:
    """Have each alias that can do it open what is due in the next minute, each by itself."""
    ready.close_unused()
    for alias in aliases():
        if opens_ahead(alias):
            open_due.enqueue(alias)


def opens_ahead(alias: str) -> AnyProvider | None:
    """The provider, if rooms may be opened ahead there now."""
    provider = provider_of(alias)
    if provider is None or not provider.opens_ahead:
        return None
    return None if alias in off_aliases() or is_open(alias) else provider


@task()
def open_due(alias: str) -> None:
    """Open what is due at this alias within a minute, each when it is its turn."""
    provider = opens_ahead(alias)
    if provider is None:
        return
    ends = timezone.now() + ROUND
    due = due_until(provider, timezone.now() + ROUND)
    if not due:
        return
    with ThreadPoolExecutor(at_once(provider)) as threads:
        for booking, at in due:
            threads.submit(_in_turn, booking, at, ends)


def at_once(provider: AnyProvider) -> int:
    """How many are asked at the same time: as many as keep to the limit with usual answers."""
    pace = pacing.worker_pace(provider.calls_per_second or MOST_AT_ONCE / USUAL_ANSWER)
    return max(1, min(MOST_AT_ONCE, ceil(pace * USUAL_ANSWER * _accounts(provider))))


def due_until(provider: AnyProvider, until: datetime) -> list[tuple[int, datetime]]:
    """The meetings whose rooms are to be opened by then, and when, in order."""
    found = {str(each.pk): each for each in _candidates(provider)}
    wave = [
        Ahead(key=key, starts_at=each.starts_at, people=_expected(each))
        for key, each in found.items()
    ]
    times = opening_times(wave, seconds_each(provider))
    due = [(found[key].pk, at) for key, at in times.items() if at <= until]
    return sorted(due, key=lambda each: each[1])[:MOST_IN_A_ROUND]


def seconds_each(provider: AnyProvider) -> float:
    """What opening one room takes of the account's limit, or of those of its pool together."""
    per_second = provider.calls_per_second
    each = provider.calls_to_open / pacing.worker_pace(per_second) if per_second else USUAL_ANSWER
    return each / _accounts(provider)


def _accounts(provider: AnyProvider) -> int:
    """Over how many accounts its rooms are spread."""
    return len(_equals_of(provider.alias)) or 1


def _candidates(provider: AnyProvider) -> BookingQuerySet:
    """Meetings near enough whose rooms are not open, nor being opened by somebody alive."""
    now, ahead = timezone.now(), provider.opens_ahead or timedelta()
    held = RoomSession.objects.filter(state__in=("live", "ready")).values("booking")
    near = Booking.objects.confirmed().filter(
        deleted_at=None,
        starts_at__gt=now,
        starts_at__lte=now + ahead,
        room__provider_alias=provider.alias,
        room__archived_at=None,
    )
    return near.exclude(pk__in=held.filter(booking__isnull=False)).annotate(invited=invited())


def _expected(booking: Booking) -> int:
    """How many people are likely to come: those who were invited, and the organizer."""
    return 1 + int(getattr(booking, "invited", 0))


def _in_turn(pk: int, at: datetime, ends: datetime) -> None:
    """In a thread of its own: one that fails takes no other along."""
    try:
        now = timezone.now()
        if max(at, now) < ends:  # else the next round takes it
            time.sleep(max((at - now).total_seconds(), 0))
            open_ahead(pk)
    except Exception:
        log.exception("Meeting %s has no room ahead of its start.", pk)
    finally:
        connections.close_all()


def open_ahead(pk: int) -> bool:
    """Have the room of this meeting stand ready; False when there is nothing to do, or no way."""
    booking = Booking.objects.select_related("room").filter(pk=pk).first()
    provider = _place_for(booking) if booking else None
    if booking is None or provider is None or not _is_to_do(booking):
        return False
    with in_background():
        pacing.turns_for(provider, provider.calls_to_open)
        session = _claimed(booking, provider.alias)
        if session is None:
            return False
        with paid(provider.alias, provider.calls_to_open), time_limit(ALONE):
            return _open(session)


def _place_for(booking: Booking) -> AnyProvider | None:
    """Where its room is being opened already, or else the account of its own's that has least."""
    if there := booking.sessions.running().first():
        return opens_ahead(there.alias)
    room = booking.room
    usable = [each for each in _equals_of(room.provider_alias) if can_hold(each, room)]
    return next(map(opens_ahead, lightest(usable, starts_at=booking.starts_at)), None)


def _equals_of(alias: str) -> list[str]:
    return [each for each in equals_of(alias) if opens_ahead(each)]


def _is_to_do(booking: Booking) -> bool:
    if booking.is_cancelled or booking.deleted_at or not booking.is_ahead:
        return False
    return not booking.sessions.ready().exists()


@saving
def _claimed(booking: Booking, alias: str) -> RoomSession | None:
    """A session that is ours to open; None when the room is in use or stands ready already.

    What somebody who died had begun is gone on with: asking for the same room again does no harm.
    """
    booking = Booking.objects.select_related("room").get(pk=booking.pk)
    there = booking.room.sessions.running().first()
    if there and (there.booking_id != booking.pk or there.is_live):
        return None
    session = there or _new(booking, alias)
    if session is None:
        return None
    if _is_to_do(booking):  # as it is now that nobody else can begin
        return session if session.take_claim() else None
    if there is None:
        session.delete()
    return None


def _new(booking: Booking, alias: str) -> RoomSession | None:
    try:
        with transaction.atomic():
            return session_at(alias, booking.room, booking)
    except IntegrityError:  # somebody else was first
        return None


def _open(session: RoomSession) -> bool:
    try:
        ref = room_at(session)
    except ProviderError as error:
        log.warning("Session %s was not opened ahead: %s", session.pk, error)
        _forget(session, session.ref if isinstance(error, MAY_BE_OPEN) else None)
        return False
    try:
        kept = saving(session.keep_ready)(ref)
    except IntegrityError:
        kept = False
    if not kept:  # ended meanwhile, or taken over by somebody who thought us dead
        close_later(session.alias, ref)
    return kept


def _forget(session: RoomSession, left: RoomRef | None) -> None:
    """As if it had not been tried: nobody has asked for it yet, and the click tries anew."""
    mine = RoomSession.objects.filter(pk=session.pk, claim=session.claim)
    saving(mine.filter(state=RoomSession.State.OPENING).delete)()
    if left:
        close_later(session.alias, left)
