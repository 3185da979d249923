"""When a provider was silent, on record for everybody: each process has a breaker of its own."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Max
from django.utils import timezone

from meetings.models import Outage, RoomSession
from meetings.providers import AnyProvider
from meetings.services import breakers
from meetings.services.transactions import saving

log = logging.getLogger(__name__)

LATELY = timedelta(minutes=15)  # three rounds of looking at it


@contextmanager
def watching(alias: str) -> Iterator[None]:
    """As the breaker does; that it opens or closes is kept."""
    before = breakers.state_of(alias)
    try:
        with breakers.watching(alias):
            yield
    except BaseException as error:
        if before != breakers.OPEN and breakers.is_open(alias):
            _keep(note_silence, alias, str(error))
        elif before != breakers.CLOSED and breakers.is_an_answer(error):
            _keep(note_answer, alias)
        raise
    if before != breakers.CLOSED:
        _keep(note_answer, alias)


def _keep(note: Callable[..., None], *told: str) -> None:
    """People go on to their meeting, also when this cannot be written down."""
    try:
        note(*told)
    except DatabaseError:
        log.exception("An outage of %s is not on record.", told[0])


@saving
def note_silence(alias: str, error: str) -> None:
    """It does not answer: since when, unless that is on record."""
    if Outage.objects.open().filter(alias=alias).exists():
        return
    row = Outage(alias=alias, began_at=_last_answer(alias) or timezone.now(), error=error[:500])
    # Somebody else may find the same this moment: one row is enough.
    Outage.objects.bulk_create([row], ignore_conflicts=True)


@saving
def note_answer(alias: str) -> None:
    """It answers: what was on record as a silence is over."""
    Outage.objects.open().filter(alias=alias).update(ended_at=timezone.now())


def silent_aliases() -> set[str]:
    return set(Outage.objects.open().values_list("alias", flat=True))


def look(provider: AnyProvider) -> None:
    """Ask one that is on record as silent whether it answers again, without effect there."""
    if any(check.passed for check in provider.ping()):
        note_answer(provider.alias)


def _last_answer(alias: str) -> datetime | None:
    """When it was last heard by who compares, if that was lately; never within another outage."""
    sessions = RoomSession.objects.filter(alias=alias, compared_at__gt=timezone.now() - LATELY)
    heard: datetime | None = sessions.aggregate(at=Max("compared_at"))["at"]
    ended = Outage.objects.filter(alias=alias).aggregate(at=Max("ended_at"))["at"]
    return max(heard, ended) if heard and ended else heard
