"""Our sessions beside the rooms that are open at the provider."""

import logging
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from meetings.models import Drift, Reservation, RoomSession
from meetings.models.session import RoomSessionQuerySet
from meetings.providers import AnyProvider
from meetings.providers.base import RoomRef
from meetings.providers.errors import RoomNotFound, UnexpectedReply

from .sight import A_DAY, QUIET, Budget, Difference, Sight, place_of

log = logging.getLogger(__name__)

Kind, State = Drift.Kind, RoomSession.State
Ours = tuple[RoomSession, RoomRef]
SETTLES = timedelta(minutes=10)  # a room that was closed so long after its end stays closed


class OpenRooms:
    """Which rooms are open: by the provider's list, or asked one by one."""

    def __init__(self, provider: AnyProvider) -> None:
        self.provider = provider
        self.listed = names_of(provider)

    @property
    def can_tell(self) -> bool:
        return self.listed is not None or self.provider.features.live_status

    @property
    def one_by_one(self) -> bool:
        return self.listed is None

    def has(self, ref: RoomRef, budget: Budget) -> bool | None:
        """Whether it is open; None when it cannot be said, or not now."""
        if self.listed is not None:
            return ref.room_id in self.listed
        if not self.provider.features.live_status or not budget.spend():
            return None
        return is_open(self.provider, ref)


def names_of(provider: AnyProvider) -> set[str] | None:
    """The open rooms as we may have stored them; None when there is no list to be had."""
    if not provider.features.listing:
        return None
    try:
        return {name for room in provider.live_rooms() for name in names(room.room_id)}
    except UnexpectedReply as error:  # such as a list without end
        log.warning("The rooms of %s could not be listed: %s", provider.alias, error)
        return None


def names(room_id: str) -> set[str]:
    """What we may have stored of it: some put a domain before the name that is our key."""
    return {room_id, room_id.rpartition("/")[2]}


def is_open(provider: AnyProvider, ref: RoomRef) -> bool:
    try:
        return provider.is_live(ref)
    except RoomNotFound:
        return False


def live_sessions(alias: str) -> RoomSessionQuerySet:
    """Those that are live and not only since a moment ago, compared longest ago first."""
    live = RoomSession.objects.live().without_secrets().filter(alias=alias, ended_at=None)
    settled = live.filter(live_at__lt=timezone.now() - QUIET)
    return settled.order_by(F("compared_at").asc(nulls_first=True), "pk")


def gone(rooms: OpenRooms) -> Sight:
    """Live here, not open there; nothing can be said of rooms that outlast their people."""
    sight, budget = Sight(Kind.SESSION_GONE), Budget()
    if not rooms.can_tell or rooms.provider.features.ends_when_empty:
        return sight
    for session in live_sessions(rooms.provider.alias):
        _look(rooms, sight, budget, (session, place_of(session)), wrong=False)
    return sight


def left(rooms: OpenRooms) -> Sight:
    """Over here, still open there; also what an opening left behind that was given up there."""
    sight, budget, alias = Sight(Kind.SESSION_LEFT), Budget(), rooms.provider.alias
    if not rooms.can_tell:
        return sight
    used = rooms_in_use(alias)
    rest = [(session, ref) for session, ref in over(alias) if ref.room_id not in used]
    for each in _worth_asking(rest, alias) if rooms.one_by_one else rest:
        _look(rooms, sight, budget, each, wrong=True)
    return sight


def _look(rooms: OpenRooms, sight: Sight, budget: Budget, what: Ours, *, wrong: bool) -> None:
    """Whether this room is open; it is a difference when it is as it should not be."""
    session, ref = what
    there = rooms.has(ref, budget)
    if there is None:
        sight.unseen.add(ref.room_id)
        return
    if rooms.one_by_one and session.alias == rooms.provider.alias:
        sight.asked.add(session.pk)
    if there is wrong:
        sight.add(Difference(kind=sight.kind, room_id=ref.room_id, session=session))


def over(alias: str) -> list[Ours]:
    """What should not be open any more of the last day, the latest first."""
    recently = (timezone.now() - A_DAY, timezone.now() - QUIET)
    ended = RoomSession.objects.without_secrets().filter(alias=alias, ended_at__range=recently)
    return [
        *((session, place_of(session)) for session in ended.order_by("-ended_at")),
        *half_opened(alias),
    ]


def half_opened(alias: str) -> Iterator[Ours]:
    """What may be left of openings that were begun here and went on elsewhere, within a day."""
    now = timezone.now()
    tried = RoomSession.objects.without_secrets().filter(
        created_at__range=(now - A_DAY, now - QUIET)
    )
    for session in tried.exclude(detours=[]):
        if session.alias != alias and any(each.get("alias") == alias for each in session.detours):
            yield session, RoomRef(room_id=session.key)
            reservations = Reservation.objects.held().defer("host_key").filter(alias=alias)
            for reservation in reservations.filter(booking=session.booking_id):
                yield session, place_of(reservation)


def rooms_in_use(alias: str) -> set[str]:
    """Rooms that a session of ours has now, or is about to get: the next one of a reservation."""
    running = RoomSession.objects.running().without_secrets().filter(alias=alias)
    opening = running.filter(state=State.OPENING)
    held = Reservation.objects.defer("host_key").filter(alias=alias, booking__sessions__in=opening)
    used: list[RoomSession | Reservation] = [*running, *held]
    return {place_of(row).room_id for row in used}


def _worth_asking(rest: list[Ours], alias: str) -> Iterator[Ours]:
    """Without those that were seen closed long enough after their end: they stay closed."""
    on_record = Drift.objects.open().filter(alias=alias, kind=Kind.SESSION_LEFT)
    known = set(on_record.values_list("room_id", flat=True))
    for session, ref in rest:
        if ref.room_id in known or not _stays_closed(session, alias):
            yield session, ref


def _stays_closed(session: RoomSession, alias: str) -> bool:
    if session.alias != alias or session.compared_at is None or session.ended_at is None:
        return False
    return session.compared_at > session.ended_at + SETTLES
