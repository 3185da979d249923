"""Hints: what nobody has signed is only a reason to ask the provider, and not too often."""

import hashlib
from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone
from django_tasks import task

from meetings.models import RoomSession, WebhookDelivery
from meetings.providers.base import EventKind

from .checking import check_session
from .events import runs_of

PAUSE = timedelta(seconds=5)  # between two questions about one room
# An event may come before the call that opens its room has returned.
PATIENCE = timedelta(minutes=5)

Outcome = WebhookDelivery.Outcome


def look_soon(alias: str, room_id: str) -> None:
    """Have the worker ask what is true of a room: now or, if it just has, a little later."""
    name = hashlib.sha256(f"{alias} {room_id}".encode()).hexdigest()
    seconds = PAUSE.total_seconds()
    if cache.add(f"looked:{name}", 1, timeout=seconds):
        look.enqueue(alias, room_id)
    elif look.get_backend().supports_defer and cache.add(f"will-look:{name}", 1, timeout=seconds):
        look.using(run_after=timezone.now() + PAUSE).enqueue(alias, room_id)


@task()
def look(alias: str, room_id: str) -> None:
    """Ask the provider what is true of a room that somebody gave hints about."""
    notes = WebhookDelivery.objects.due().filter(alias=alias, room_id=room_id, kind=EventKind.HINT)
    if mine := [note for note in notes if note.take()]:
        _answer(mine, next(iter(runs_of(alias, room_id, addressed=mine[0].session_id)), None))


@task()
def look_at(session_pk: int) -> None:
    """Ask the provider what is true of this session."""
    for session in RoomSession.objects.live().filter(pk=session_pk):
        check_session(session)


def _answer(notes: list[WebhookDelivery], session: RoomSession | None) -> None:
    if session is None:
        _wait(notes, Outcome.STRANGER)
        return
    is_open = check_session(session)
    if is_open is None:
        _wait(notes, Outcome.IGNORED)
        return
    if is_open:
        _take_key(notes, session)
    for note in notes:
        note.settle(outcome=Outcome.APPLIED, host_key="")


def _wait(notes: list[WebhookDelivery], at_last: "WebhookDelivery.Outcome") -> None:
    """Once more a little later; after some minutes it is what it seems to be."""
    for note in notes:
        if note.received_at > timezone.now() - PATIENCE:
            note.postpone("")
        else:
            note.settle(outcome=at_last, host_key="")


def _take_key(notes: list[WebhookDelivery], session: RoomSession) -> None:
    """A host key told in passing replaces one whose telling was lost, and no other."""
    told = next((note.host_key for note in notes if note.host_key), "")
    if told:
        RoomSession.objects.live().filter(pk=session.pk, host_key="").update(host_key=told)
