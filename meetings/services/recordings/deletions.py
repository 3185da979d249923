"""Deleting recordings where they are: wanted at the click, done by the worker, whatever happens.

The row is the intent (`models/owed.py`). To delete what is gone already does no harm, so a lost
answer, or a worker that died before it could save, only makes the next try superfluous.
"""

import logging
import time
from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django_tasks import task

from accounts import audit
from accounts.models import User
from meetings.models import Recording
from meetings.models.owed import LEASE
from meetings.models.recording import RecordingQuerySet
from meetings.providers import get_provider
from meetings.providers.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderUnavailable,
    RoomNotFound,
)
from meetings.providers.time_limit import time_limit
from meetings.services import breakers
from meetings.services.attendance.outages import watching
from meetings.services.transactions import saving, when_certain

log = logging.getLogger(__name__)

State = Recording.State
SELDOM = timedelta(hours=1)  # after a no: an operator may mend the account
LONGEST_ROUND = 30  # seconds
LONGEST_TRY = LEASE.total_seconds() / 2
MOST_AT_ONCE = 200
NO_ANSWER = (ProviderUnavailable, OutcomeUnknown)


@saving
def delete(chosen: RecordingQuerySet, *, by: User | None) -> int:
    """Have these deleted at their providers; how many were not on their way out before."""
    wanted = list(chosen.kept().select_for_update(of=("self",)))
    for recording in wanted:
        recording.owe(state=State.DELETING, deleted_by=by)
        # Robust: a queue that cannot be reached costs a minute.
        when_certain(delete_soon.enqueue, recording.pk)
    audit.record_each(audit.Action.DELETED, wanted, user=by)
    return len(wanted)


@task()
def delete_soon(pk: int) -> None:
    """For the queue, which may lose it; what waits for a silent provider is the next round's."""
    alias = _wanted_gone().filter(pk=pk).values_list("session__alias", flat=True).first()
    if alias and not breakers.is_open(alias):
        _try(pk)


def delete_due() -> None:
    """Those whose time is over, and what is owed; one try a round at an alias that is silent."""
    # Asked once more as they are locked: somebody may give one more time this moment
    delete(Recording.objects.expired().filter(pk__in=_expired()), by=None)
    until = time.monotonic() + LONGEST_ROUND
    silent: set[str] = set()
    due = list(_wanted_gone().due().values_list("pk", "session__alias")[:MOST_AT_ONCE])
    for pk, alias in due:
        if time.monotonic() > until:
            return
        if alias not in silent and not _try(pk):
            silent.add(alias)


def _expired() -> list[int]:
    return list(Recording.objects.expired().values_list("pk", flat=True)[:MOST_AT_ONCE])


def _wanted_gone() -> RecordingQuerySet:
    return Recording.objects.filter(state=State.DELETING)


def _try(pk: int) -> bool:
    """Delete one; False when its provider does not answer."""
    recording = _wanted_gone().without_secrets().filter(pk=pk).first()
    if recording is None or not recording.take():
        return True
    try:
        _delete_there(recording)
    except NO_ANSWER as error:
        log.warning("Recording %s is not deleted yet: %s", pk, error)
        recording.postpone(str(error))
        return False
    except (ProviderError, ImproperlyConfigured) as error:
        log.warning("Recording %s cannot be deleted now: %s", pk, error)
        recording.postpone(str(error), pause=SELDOM)
    except Exception:
        log.exception("Recording %s cannot be deleted.", pk)
        recording.postpone("Something went wrong here; the log says what.", pause=SELDOM)
    else:
        recording.settle(state=State.DELETED, deleted_at=timezone.now())
    return True


def _delete_there(recording: Recording) -> None:
    alias = recording.session.alias
    with time_limit(LONGEST_TRY), watching(alias):
        try:
            get_provider(alias).delete_recording(recording.recording_id)
        except RoomNotFound:
            log.info("Recording %s was gone already.", recording.pk)
