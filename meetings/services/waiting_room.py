"""Who is still at the door: the page of somebody who waits asks until it is closed."""

import logging
import threading
import time
from datetime import timedelta

from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from meetings.models import Admission

from .hosting import announce
from .transactions import in_turn, is_busy

log = logging.getLogger(__name__)

SEEN_EVERY = timedelta(seconds=15)  # written down at most that often


_due: dict[int, Admission] = {}
_written_at = 0.0
_writing = threading.Lock()


def note_seen(admission: Admission | None) -> None:
    """This person's page has asked just now; of no account unless they wait.

    Of a crowd, a few lines a second are written, for all who have asked since the last one.
    """
    if admission is None or admission.state != Admission.State.WAITING:
        return
    if admission.seen_at > timezone.now() - SEEN_EVERY:
        return
    if people := _whose_turn(admission):
        _write(people)


def forget() -> None:
    """Note nobody who has asked lately."""
    _due.clear()


def _whose_turn(admission: Admission) -> list[Admission]:
    """All who have asked since it was last written down; nobody yet, when that was just now."""
    global _due, _written_at
    with _writing:
        _due[admission.pk] = admission
        since = time.monotonic() - _written_at
        if since < settings.DOOR_REMEMBERED:
            return []
        people, _due, _written_at = list(_due.values()), {}, time.monotonic()
        return people


def _write(people: list[Admission]) -> None:
    theirs = [each.pk for each in people]
    try:
        with in_turn():
            Admission.objects.waiting().filter(pk__in=theirs).update(seen_at=timezone.now())
    except OperationalError as error:
        if not is_busy(error):
            raise
        log.info("Busy: that somebody still waits is noted the next time.")
    for session in {each.session_id: each.session for each in people if _was_gone(each)}.values():
        announce(session)


def _was_gone(admission: Admission) -> bool:
    return not admission.is_at_the_door
