"""Hints: what nobody has signed is only a reason to ask the provider, and not too often."""

import hashlib
import logging
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django_tasks import task

from config.queue_kind import QueueAway
from meetings.models import RoomSession, WebhookDelivery
from meetings.providers.base import EventKind

from .checking import check_session
from .deliveries.events import runs_of
from .deliveries.waiting import Outcome, fail, wait

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=5)  # between two questions about one room


def look_soon(alias: str, room_id: str) -> None:
    """Have the worker ask what is true of a room: now or, if it just has, a little later."""
    name = hashlib.sha256(f"{alias} {room_id}".encode()).hexdigest()
    seconds = PAUSE.total_seconds()
    if cache.add(f"looked:{name}", 1, timeout=seconds):
        _queue(look, alias, room_id)
    elif look.get_backend().supports_defer and cache.add(f"will-look:{name}", 1, timeout=seconds):
        _queue(look.using(run_after=timezone.now() + PAUSE), alias, room_id)


def look_at_soon(session_pk: int) -> None:
    """Have the worker ask what is true of this session."""
    _queue(look_at, session_pk)


def _queue(work: Any, *about: object) -> None:
    """Who told us is answered all the same: the hint is kept, and the rounds ask anyway."""
    try:
        work.enqueue(*about)
    except QueueAway as error:
        log.warning("A look at the provider was not queued: %s", error)


@task()
def look(alias: str, room_id: str) -> None:
    """Ask the provider what is true of a room that somebody gave hints about."""
    notes = WebhookDelivery.objects.due().filter(alias=alias, room_id=room_id, kind=EventKind.HINT)
    mine = [note for note in notes.defer("host_key") if note.take()]
    if not mine:
        return
    try:
        _answer(mine, next(iter(runs_of(alias, room_id, addressed=mine[0].session_id)), None))
    except Exception as error:  # noqa: BLE001  (whatever it is, other rooms must go on)
        for note in mine:
            fail(note, error)


@task()
def look_at(session_pk: int) -> None:
    """Ask the provider what is true of this session."""
    for session in RoomSession.objects.live().filter(pk=session_pk):
        check_session(session)


def _answer(notes: list[WebhookDelivery], session: RoomSession | None) -> None:
    if session is None:
        _wait(notes, at_last=Outcome.STRANGER)
        return
    is_open = check_session(session)
    if is_open is None:
        _wait(notes, at_last=Outcome.IGNORED)
        return
    if is_open:
        _take_key(notes, session)
    for note in notes:
        note.settle(outcome=Outcome.APPLIED, host_key="")


def _wait(notes: list[WebhookDelivery], *, at_last: "WebhookDelivery.Outcome") -> None:
    for note in notes:
        wait(note, at_last=at_last)


def _take_key(notes: list[WebhookDelivery], session: RoomSession) -> None:
    """A host key told in passing replaces one whose telling was lost, and no other."""
    told = next((note.host_key for note in notes if note.host_key), "")
    if told:
        RoomSession.objects.live().filter(pk=session.pk, host_key="").update(host_key=told)
