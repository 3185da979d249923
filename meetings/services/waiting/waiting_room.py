"""Who is still at the door: the page of somebody who waits asks until it is closed."""

import logging
import threading
import time
from datetime import timedelta

from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from meetings.models import Admission, Caller
from meetings.services.hosting import announce
from meetings.services.transactions import in_turn, is_busy

log = logging.getLogger(__name__)

SEEN_EVERY = timedelta(seconds=15)  # written down at most that often


Waiter = Admission | Caller

_due: dict[tuple[type[Waiter], int], Waiter] = {}
_written_at = 0.0
_writing = threading.Lock()


def note_seen(waiter: Waiter | None) -> None:
    """This person's page has asked just now, if they wait.

    Of a crowd, a few lines a second are written, for all who have asked since the last one.
    """
    if waiter is None or waiter.seen_at > timezone.now() - SEEN_EVERY:
        return
    if people := _whose_turn(waiter):
        _write(people)


def forget() -> None:
    """Note nobody who has asked lately."""
    _due.clear()


def _whose_turn(waiter: Waiter) -> list[Waiter]:
    """All who have asked since it was last written down; nobody yet, when that was just now."""
    global _due, _written_at
    with _writing:
        _due[type(waiter), waiter.pk] = waiter
        since = time.monotonic() - _written_at
        if since < settings.DOOR_REMEMBERED:
            return []
        people, _due, _written_at = list(_due.values()), {}, time.monotonic()
        return people


def _write(people: list[Waiter]) -> None:
    asked = [each for each in people if isinstance(each, Admission)]
    callers = [each.pk for each in people if isinstance(each, Caller)]
    try:
        with in_turn():
            _have_been_seen(asked, callers)
    except OperationalError as error:
        if not is_busy(error):
            raise
        log.info("Busy: that somebody still waits is noted the next time.")
    for session in {each.session_id: each.session for each in asked if _was_gone(each)}.values():
        announce(session)


def _have_been_seen(asked: list[Admission], callers: list[int]) -> None:
    now = timezone.now()
    if asked:
        theirs = [each.pk for each in asked]
        Admission.objects.waiting().filter(pk__in=theirs).update(seen_at=now)
    if callers:
        Caller.objects.filter(pk__in=callers).update(seen_at=now)


def _was_gone(admission: Admission) -> bool:
    return not admission.is_at_the_door
