"""Recordings that providers keep of our meetings: our rows, kept in step with what they have.

Pages read the rows. Who is asked is a session, when its time has come: the time is moved on before
the question, so that one worker asks; whatever brings it forward meanwhile stays due.
"""

import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django_tasks import task

from meetings.models import Recording, Room, RoomSession
from meetings.models.fields import SecretUnreadable
from meetings.models.session import RoomSessionQuerySet
from meetings.names import whole_name
from meetings.providers import AnyProvider, aliases, get_provider
from meetings.providers.base import Recording as Told
from meetings.providers.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RoomNotFound,
)
from meetings.providers.time_limit import time_limit
from meetings.services.attendance.outages import watching
from meetings.services.rooms import provider_of
from meetings.services.transactions import saving, when_certain

from .deletions import delete

log = logging.getLogger(__name__)

State = Recording.State

AT_ONCE = 40  # sessions of one round, which begins every minute
LONGEST_ROUND = 30  # seconds
LONGEST_ASK = 15  # seconds, for all pages of one list
TURN = timedelta(minutes=2)  # longer than any question takes: an older turn's worker is dead
WHILE_LIVE = timedelta(minutes=10)
SILENT = timedelta(minutes=5)
SELDOM = timedelta(hours=1)  # after a no: an operator may mend the account
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=2)  # pauses after the end, growing
EXPECTED_FOR = timedelta(days=1)  # after the end: a recording that comes later is not waited for
PATIENCE = timedelta(days=7)  # what is not ready by then never will be
LONGEST_ID, LONGEST_TITLE = 200, 200
MOST_SECONDS, MOST_BYTES = 2**31 - 1, 2**63 - 1  # that the database can hold

NO_ANSWER = (ProviderUnavailable, OutcomeUnknown)
TROUBLE = (ProviderError, ImproperlyConfigured, SecretUnreadable)


class NoSuchRecording(Exception):
    """It is not there any more, or not ready."""


def are_kept_at(chosen: Iterable[str]) -> bool:
    """Whether there may be recordings of what was held at these aliases."""
    return any(_keeper(alias) for alias in chosen)


def address_of(recording: Recording) -> str:
    """A short-lived address to see it at; for one person, made now, never stored."""
    provider = _keeper(recording.session.alias)
    if provider is None or not recording.is_ready:
        raise NoSuchRecording
    try:
        with time_limit(LONGEST_ASK), watching(recording.session.alias):
            return provider.recording_url(recording.recording_id)
    except ProviderRefused:
        recording.session.expect_recordings()  # it may be gone: then the row shall say so
        raise


# Asking


def look_again(sessions: RoomSessionQuerySet) -> None:
    """Ask the providers of these sessions as soon as may be; somebody wants to know."""
    keys = list(sessions.filter(live_at__isnull=False).values_list("pk", flat=True)[:AT_ONCE])
    RoomSession.objects.filter(pk__in=keys).update(recordings_due_at=timezone.now())
    for pk in keys:
        # Robust: a queue that cannot be reached costs a minute.
        when_certain(look_soon.enqueue, pk)


@task()
def look_soon(pk: int) -> None:
    """For the queue, which may lose it: the next round asks all the same."""
    for session in _due().filter(pk=pk):
        look(session)


def look_due() -> None:
    """Ask about the sessions whose time has come; one question a round at a silent alias."""
    _expect_nothing_elsewhere()
    until = time.monotonic() + LONGEST_ROUND
    silent: set[str] = set()
    for session in list(_due()[:AT_ONCE]):
        if time.monotonic() > until:
            return
        if session.alias in silent:
            continue
        try:
            answers = look(session)
        except Exception:  # one session's trouble keeps no other from its turn
            log.exception("The recordings of session %s cannot be kept.", session.pk)
            continue
        if not answers:
            silent.add(session.alias)


def look(session: RoomSession) -> bool:
    """Bring our rows up to what its provider has; False when that does not answer."""
    asked_at = timezone.now()
    turn = _take_turn(session, asked_at + TURN)
    if turn is None:
        return True
    try:
        found = _ask(session)
    except NO_ANSWER as error:
        _wait_for(session, turn, error)
        return False
    except TROUBLE as error:
        log.warning("The recordings of session %s cannot be listed: %s", session.pk, error)
        turn.update(recordings_due_at=asked_at + SELDOM, recordings_error=str(error)[:500])
        return True
    _keep(session, found, asked_at)
    done = {"recordings_error": "", "recordings_seen_at": asked_at}
    RoomSession.objects.filter(pk=session.pk).update(**done)
    turn.update(recordings_due_at=_next_look(session, timezone.now()))
    return True


def _due() -> RoomSessionQuerySet:
    """Those that nobody asks about this moment, the longest due first."""
    keepers = [alias for alias in aliases() if _keeper(alias)]
    due = RoomSession.objects.filter(alias__in=keepers, recordings_due_at__lte=timezone.now())
    return due.without_secrets().order_by("recordings_due_at")


def _expect_nothing_elsewhere() -> None:
    """Who keeps no recordings is not asked. An alias that is gone may come back, and is."""
    others = [alias for alias in aliases() if not _keeper(alias)]
    due = RoomSession.objects.filter(alias__in=others, recordings_due_at__lte=timezone.now())
    due.update(recordings_due_at=None)


def _take_turn(session: RoomSession, until: datetime) -> RoomSessionQuerySet | None:
    """The session while it is ours to ask about; None when somebody else was quicker."""
    mine = RoomSession.objects.filter(pk=session.pk)
    taken = mine.filter(recordings_due_at=session.recordings_due_at)
    if not taken.update(recordings_due_at=until):
        return None
    return mine.filter(recordings_due_at=until)


def _ask(session: RoomSession) -> tuple[Told, ...] | None:
    """What the provider lists; None when it does not know the room, which says nothing."""
    with time_limit(LONGEST_ASK), watching(session.alias):
        try:
            return get_provider(session.alias).recordings(session.ref)
        except RoomNotFound:
            return None


def _wait_for(session: RoomSession, turn: RoomSessionQuerySet, error: Exception) -> None:
    """A provider that is silent is not asked about its other sessions either, for a while."""
    log.warning("The recordings at “%s” cannot be listed: %s", session.alias, error)
    now = timezone.now()
    later = {"recordings_due_at": now + SILENT, "recordings_error": str(error)[:500]}
    turn.update(**later)
    there = RoomSession.objects.filter(alias=session.alias, recordings_due_at__lte=now)
    there.update(**later)


def _next_look(session: RoomSession, now: datetime) -> datetime | None:
    """When there may be more to know; None when nothing more is expected."""
    is_made = session.recordings.filter(state=State.PROCESSING).exists()
    if session.is_running:
        return now + WHILE_LIVE if is_made or session.recording_since else None
    since = now - (session.ended_at or now)
    if since > EXPECTED_FOR and not is_made:
        return None
    return now + min(max(since / 2, SHORTEST), LONGEST)


# Keeping


@saving
def _keep(session: RoomSession, found: tuple[Told, ...] | None, asked_at: datetime) -> None:
    """Rows as told. What we have been told to delete stays so, whatever they list."""
    if found is None:
        return
    for told in found:
        if _can_be_kept(told):
            _keep_one(session, told, asked_at)
    unseen = session.recordings.kept().filter(seen_at__lt=asked_at)
    unseen.update(state=State.MISSING)
    room = _room_of(session)
    if room.deletes_recordings:  # it was given up while this one was being made
        delete(session.recordings.all(), by=room.owner)


def _room_of(session: RoomSession) -> Room:
    """As it is now; whoever gives it up this moment waits, and finds what we have kept."""
    rows = Room.objects.select_related("owner").select_for_update(of=("self",), no_key=True)
    return rows.get(pk=session.room_id)


def _keep_one(session: RoomSession, told: Told, asked_at: datetime) -> None:
    facts = _facts(session, told, asked_at)
    row, is_new = session.recordings.get_or_create(
        recording_id=told.recording_id, defaults={**facts, "next_try_at": None}
    )
    if not is_new:
        wanted = session.recordings.filter(pk=row.pk, seen_at__lte=asked_at)
        wanted.exclude(state__in=(State.DELETING, State.DELETED)).update(**facts)


def _facts(session: RoomSession, told: Told, asked_at: datetime) -> dict[str, Any]:
    """As the provider tells them; what it does not tell this time stays as it was."""
    facts = {
        "state": _state_of(session, told),
        "title": whole_name(told.title)[:LONGEST_TITLE],
        "started_at": told.started_at,
        "seconds": _within(told.seconds, MOST_SECONDS),
        "size": _within(told.size, MOST_BYTES),
        "seen_at": asked_at,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _state_of(session: RoomSession, told: Told) -> State:
    if told.ready:
        return State.READY
    is_late = session.ended_at is not None and session.ended_at < timezone.now() - PATIENCE
    return State.FAILED if is_late else State.PROCESSING


def _within(number: int | None, most: int) -> int | None:
    return number if number is not None and 0 <= number <= most else None


def _can_be_kept(told: Told) -> bool:
    """Whether it has a name that finds it again."""
    name = told.recording_id
    return 0 < len(name) <= LONGEST_ID and name.isprintable()


def _keeper(alias: str) -> AnyProvider | None:
    provider = provider_of(alias)
    return provider if provider and provider.features.recording else None
