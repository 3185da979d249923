"""What providers tell us, applied: safe to repeat, in any order, about any room.

What counts is when things happened, not when they were told: `stays` has a person's stays tell
all that is known of them. An arrival after the end of the session is nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeGuard

from django.db.models import Q
from django.utils import timezone

from meetings.comings import Kind, Mark
from meetings.models import RoomSession
from meetings.providers.base import EventKind, Peer, ProviderEvent, Role
from meetings.services.attendance import stays
from meetings.services.rooms import provider_of
from meetings.services.transactions import saving

LONGEST_KEY, LONGEST_NAME = 64, 80  # as long as an attendance's identity and name may be
CLOCKS_DIFFER = timedelta(minutes=1)  # between a provider and us, at the most
FIRST_LOOK = timedelta(minutes=1)  # for a recording that began or ended just now


class Effect(StrEnum):
    """What became of an event."""

    APPLIED = "applied"
    IGNORED = "ignored"  # nothing to do, or known before
    STRANGER = "stranger"  # no session of ours, or none yet
    DOUBTFUL = "doubtful"  # it may be about an earlier run of the room: ask the provider


@saving
def apply_event(
    alias: str,
    event: ProviderEvent,
    *,
    addressed: int | None = None,
    told_at: datetime | None = None,
) -> Effect:
    """Bring session and attendance up to what the event says, and say what became of it.

    `addressed` is the session that the event's address was made for. It counts while we do not know
    yet what the provider calls that session's room.
    """
    told_at = told_at or timezone.now()
    at = min(event.occurred_at or told_at, told_at)
    session = find_session(alias, event, addressed=addressed, at=at)
    if session is None:
        return Effect.STRANGER
    handler = _HANDLERS.get(event.kind)
    return handler(session, event, at) if handler else Effect.IGNORED


def find_session(
    alias: str, event: ProviderEvent, *, addressed: int | None, at: datetime
) -> RoomSession | None:
    """The run that an event is about, locked; None when it is nobody's, or still being opened."""
    runs = runs_of(alias, event.room_id, addressed=addressed)
    if not runs:
        return None
    # The events of one session are applied one after the other.
    rows = RoomSession.objects.without_secrets().select_for_update()
    return rows.get(pk=_run_of(event, runs, at).pk)


def runs_of(alias: str, room_id: str, *, addressed: int | None = None) -> list[RoomSession]:
    """The sessions that were opened in this room of the provider's, the latest first.

    Where nobody is known by that name, the one that the address was made for, if it has none yet.
    """
    ours = RoomSession.objects.without_secrets().filter(alias=alias)
    opened = ours.exclude(state=RoomSession.State.OPENING)
    named = Q(provider_room_id=room_id) | Q(key=room_id)
    runs = list(opened.filter(named).order_by("-created_at")) if room_id else []
    if runs or addressed is None:
        return runs
    return list(opened.filter(pk=addressed, provider_room_id=""))


def _run_of(event: ProviderEvent, runs: list[RoomSession], at: datetime) -> RoomSession:
    """Of several runs of one room: the one of that name, or the one that went on at that time."""
    same = (run for run in runs if event.session_id and run.provider_session_id == event.session_id)
    begun = (run for run in runs if (run.live_at or run.created_at) <= at + CLOCKS_DIFFER)
    return next(same, None) or next(begun, None) or runs[0]


def end_session(
    session: RoomSession, reason: RoomSession.EndReason, at: datetime, *, noticed: bool = False
) -> bool:
    """Over since then, for everyone who was inside; False when it was over already.

    `noticed`: it had ended by then, and nobody told when.
    """
    ended = session.end(reason, at=at)
    close_stays(session, at, noticed=noticed)
    return ended


def close_stays(
    session: RoomSession,
    at: datetime,
    *,
    joined_before: datetime | None = None,
    noticed: bool = False,
) -> int:
    """Nobody is inside any more, or nobody of those who came before; how many stays that ended."""
    inside = session.attendances.filter(left_at=None)
    if joined_before:
        inside = inside.filter(joined_at__lte=joined_before)
    return stays.close(inside, at, noticed=noticed)


def _ended(session: RoomSession, event: ProviderEvent, at: datetime) -> Effect:
    provider = provider_of(session.alias)
    if provider and provider.features.ends_when_empty:
        return _effect(close_stays(session, at, joined_before=at))
    if session.is_live and _is_of_another_run(session, event, at):
        return Effect.DOUBTFUL
    ended = session.end(RoomSession.EndReason.PROVIDER, at=at)
    return _effect(close_stays(session, at) or ended)


def _is_of_another_run(session: RoomSession, event: ProviderEvent, at: datetime) -> bool:
    """Whether the end seems to be that of an earlier run, told late."""
    ours, theirs = session.provider_session_id, event.session_id
    return bool(ours and theirs and ours != theirs) or (
        session.live_at is not None and at < session.live_at - CLOCKS_DIFFER
    )


def _effect(changed: object) -> Effect:
    return Effect.APPLIED if changed else Effect.IGNORED


def _joined(session: RoomSession, event: ProviderEvent, at: datetime) -> Effect:
    return _told(session, event.attendee, Mark(at, Kind.CAME))


def _left(session: RoomSession, event: ProviderEvent, at: datetime) -> Effect:
    if event.seen_until:
        return _told(session, event.attendee, Mark(at, Kind.GONE, event.seen_until))
    return _told(session, event.attendee, Mark(at, Kind.LEFT))


def _told(session: RoomSession, person: Peer | None, mark: Mark) -> Effect:
    if not _is_somebody(person):
        return Effect.IGNORED
    name, role = _as_they_came(session, person)
    return _effect(stays.tell(session, person.key, mark, name=name, role=role))


def _recording_began(session: RoomSession, event: ProviderEvent, at: datetime) -> Effect:
    if not session.is_live or session.recording_since:
        return Effect.IGNORED
    return _note_recording(session, at)


def _recording_ended(session: RoomSession, event: ProviderEvent, at: datetime) -> Effect:
    since = session.recording_since
    return _note_recording(session, None) if since and since <= at else Effect.IGNORED


def _note_recording(session: RoomSession, since: datetime | None) -> Effect:
    session.recording_since = since
    session.save(update_fields=["recording_since"])
    session.expect_recordings(after=FIRST_LOOK)
    return Effect.APPLIED


def _recording_is_ready(session: RoomSession, event: ProviderEvent, at: datetime) -> Effect:
    session.expect_recordings()
    return Effect.APPLIED


def _is_somebody(person: Peer | None) -> TypeGuard[Peer]:
    """Whether it can be one of ours: nobody has a key longer than those we give."""
    return person is not None and 0 < len(person.key) <= LONGEST_KEY


def _as_they_came(session: RoomSession, person: Peer) -> tuple[str, str]:
    """Name and role; from our door where the provider tells no name, or not who hosts."""
    asked = session.admissions.filter(identity=person.key).first()
    name = person.name or (asked.name if asked else "")
    role = asked.role if asked and person.role is Role.PARTICIPANT else person.role
    return name[:LONGEST_NAME], role


_HANDLERS: dict[EventKind, Callable[[RoomSession, ProviderEvent, datetime], Effect]] = {
    EventKind.ROOM_ENDED: _ended,
    EventKind.ATTENDEE_JOINED: _joined,
    EventKind.ATTENDEE_LEFT: _left,
    EventKind.RECORDING_STARTED: _recording_began,
    EventKind.RECORDING_ENDED: _recording_ended,
    EventKind.RECORDING_READY: _recording_is_ready,
}
