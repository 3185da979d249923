"""Who is still at the door: the page of somebody who waits asks until it is closed."""

import logging
from datetime import timedelta

from django.db import OperationalError
from django.utils import timezone

from meetings.models import Admission

from .hosting import announce
from .transactions import in_turn, is_busy

log = logging.getLogger(__name__)

SEEN_EVERY = timedelta(seconds=15)  # written down at most that often


def note_seen(admission: Admission | None) -> None:
    """This person's page has asked just now; of no account unless they wait."""
    if admission is None or admission.state != Admission.State.WAITING:
        return
    now = timezone.now()
    if admission.seen_at > now - SEEN_EVERY:
        return
    was_gone = not admission.is_at_the_door
    try:
        with in_turn():
            Admission.objects.waiting().filter(pk=admission.pk).update(seen_at=now)
    except OperationalError as error:
        if not is_busy(error):
            raise
        log.info("Busy: that somebody still waits is noted the next time.")
    if was_gone:
        announce(admission.session)
