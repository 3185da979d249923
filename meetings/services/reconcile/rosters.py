"""The people inside by the provider's word, beside those whom we know to be there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from meetings.models import Attendance, Drift, RoomSession
from meetings.providers import AnyProvider
from meetings.providers.base import EventKind, Peer, ProviderEvent
from meetings.providers.errors import RoomNotFound

from .rooms import is_open, live_sessions
from .sight import QUIET, Budget, Difference, Inside, Sight, place_of


@dataclass(frozen=True, slots=True)
class Change:
    """Who is there and not known to be, and who is known to be there and is not."""

    came: tuple[Peer, ...] = ()
    left: tuple[Attendance, ...] = ()
    here: frozenset[str] = frozenset()  # whom both know to be there

    def __bool__(self) -> bool:
        return bool(self.came or self.left)

    def __str__(self) -> str:
        return f"+{len(self.came)} −{len(self.left)}"


def others_inside(provider: AnyProvider) -> Sight:
    """Sessions whose people differ; as many as may be asked in one look."""
    sight, budget = Sight(Drift.Kind.ROSTER), Budget()
    if not provider.features.roster:
        return sight
    for session in live_sessions(provider.alias):
        room_id = place_of(session).room_id
        if not budget.spend():
            sight.unseen.add(room_id)
            continue
        sight.asked.add(session.pk)
        asked_at = timezone.now()
        change = change_in(provider, session)
        sight.inside.append(Inside(session, asked_at, change.here))
        if change:
            sight.add(
                Difference(kind=sight.kind, room_id=room_id, session=session, details=str(change))
            )
    return sight


def change_in(provider: AnyProvider, session: RoomSession) -> Change:
    """Who came and left without our knowing; nobody where the roster proves nothing."""
    people = _roster(provider, session)
    stays = list(session.attendances.filter(left_at=None))
    if people and not all(person.name for person in people):
        return Change()  # connections without names: good for counting only
    if not people and stays and not _is_surely_empty(provider, session):
        return Change()
    long_ago = timezone.now() - QUIET
    inside, known = {person.key for person in people}, {stay.identity for stay in stays}
    return Change(
        came=tuple(p for p in people if p.key not in known and _came_before(p, long_ago)),
        left=tuple(s for s in stays if s.identity not in inside and s.joined_at < long_ago),
        here=frozenset(inside & known),
    )


def _roster(provider: AnyProvider, session: RoomSession) -> tuple[Peer, ...]:
    try:
        return provider.roster(place_of(session))
    except RoomNotFound:
        return ()


def _is_surely_empty(provider: AnyProvider, session: RoomSession) -> bool:
    """An empty list alone proves nothing: plugNmeet gives one when it cannot reach LiveKit."""
    return provider.features.ends_when_empty and not is_open(provider, place_of(session))


def _came_before(person: Peer, moment: datetime) -> bool:
    return person.joined_at is None or person.joined_at < moment


def events_of(
    session: RoomSession, change: Change, *, seen_at: datetime
) -> Iterator[ProviderEvent]:
    """The change as the provider would have told it. Departures are dated when they were seen."""
    room_id, run_id = place_of(session).room_id, session.provider_session_id
    for person in change.came:
        yield ProviderEvent(
            kind=EventKind.ATTENDEE_JOINED,
            room_id=room_id,
            session_id=run_id,
            occurred_at=_arrival(session, person, seen_at),
            attendee=person,
        )
    for stay in change.left:
        yield ProviderEvent(
            kind=EventKind.ATTENDEE_LEFT,
            room_id=room_id,
            session_id=run_id,
            occurred_at=max(stay.joined_at, seen_at),
            seen_until=stay.left_after or stay.joined_at,
            attendee=Peer(key=stay.identity, name=stay.name),
        )


def _arrival(session: RoomSession, person: Peer, seen_at: datetime) -> datetime:
    """When they came by the provider's word, unless that stay is over by what we were told."""
    if person.joined_at is None or person.joined_at > seen_at:
        return seen_at
    stays = session.attendances.filter(identity=person.key)
    is_over = stays.filter(left_at__gte=person.joined_at).exists()
    return seen_at if is_over else person.joined_at
