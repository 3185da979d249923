"""What providers tell us, applied: safe to repeat, in any order, about any room.

What counts is when things happened, not when they were told. A stay lasts from an arrival to the
first departure after it, at the longest to the end of the session; who arrives within a stay has
only opened another page. A departure whose arrival we have not heard of is kept as a stay of no
length until that is told, and an arrival after the end is nothing.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db.models import DateTimeField, Q, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from meetings.models import Attendance, RoomSession
from meetings.providers.base import EventKind, Peer, ProviderEvent

from .transactions import saving

log = logging.getLogger(__name__)


@saving
def apply_event(alias: str, event: ProviderEvent) -> None:
    """Bring session and attendance up to what the event says. A stranger's room changes nothing."""
    session = (
        RoomSession.objects.select_for_update()  # the events of one session, one after the other
        .filter(alias=alias, provider_room_id=event.room_id)
        .order_by("-created_at")
        .first()
    )
    if session is None:
        log.info("An event of %s for a room that is not ours: ignored.", alias)
        return
    if handler := _HANDLERS.get(event.kind):
        handler(session, event, event.occurred_at or timezone.now())


def _ended(session: RoomSession, event: ProviderEvent, at: datetime) -> None:
    session.end(RoomSession.EndReason.PROVIDER)
    end = Greatest("joined_at", Value(at, output_field=DateTimeField()))
    session.attendances.filter(left_at=None).update(left_at=end)


def _joined(session: RoomSession, event: ProviderEvent, at: datetime) -> None:
    person = event.attendee
    if person is None or _stays(session, person).filter(_around(at)).exists():
        return
    later = _stays(session, person).filter(joined_at__gt=at).first()
    if later and later.joined_at == later.left_at:
        _keep(session, person, at, later.left_at, stay=later)
        return
    until = later.joined_at if later else session.ended_at
    if until is None or at < until:
        _keep(session, person, at, until)


def _left(session: RoomSession, event: ProviderEvent, at: datetime) -> None:
    person = event.attendee
    if person is None or _stays(session, person).filter(left_at=at).exists():
        return
    if _stays(session, person).filter(_around(at)).update(left_at=at):
        return
    if session.is_running or not _stays(session, person).exists():
        _keep(session, person, at, at)


def _stays(session: RoomSession, person: Peer) -> QuerySet[Attendance]:
    return session.attendances.filter(identity=person.key)


def _around(at: datetime) -> Q:
    return Q(joined_at=at) | Q(joined_at__lt=at) & (Q(left_at=None) | Q(left_at__gt=at))


def _keep(
    session: RoomSession,
    person: Peer,
    joined_at: datetime,
    left_at: datetime | None,
    *,
    stay: Attendance | None = None,
) -> None:
    stay = stay or Attendance(session=session, identity=person.key)
    stay.name, stay.role = person.name, person.role
    stay.joined_at, stay.left_at = joined_at, left_at
    stay.save()


_HANDLERS: dict[EventKind, Callable[[RoomSession, ProviderEvent, datetime], None]] = {
    EventKind.ROOM_ENDED: _ended,
    EventKind.ATTENDEE_JOINED: _joined,
    EventKind.ATTENDEE_LEFT: _left,
}
