"""Calls to providers, counted, and the worker's kept below each account's limit.

Turns are rows, so that all processes share them. People who click wait for no turn: the worker
leaves them a part of the limit, and yields when they take more.
"""

import logging
import threading
import time
from collections import Counter
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.models import F, FloatField, Q, Sum, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from meetings import metrics
from meetings.models import ProviderCalls, ProviderTurn
from meetings.models.database_clock import DatabaseNow
from meetings.providers import AnyProvider
from meetings.providers.errors import NoTurn
from meetings.providers.pace import is_background, put_gate, use_paid
from meetings.providers.time_limit import time_left

from .transactions import let_go, saving

log = logging.getLogger(__name__)

RESERVE = 0.2  # of the limit, kept for people who click
LONGEST_WAIT = 60.0  # seconds that the worker waits for one turn
FARTHEST = 600.0  # seconds ahead that no turn is ever taken
ANSWERS_IN = 1.0  # seconds that must be left for the call itself
YIELDS = 5.0  # seconds that the worker steps back at most, however many people click
KEPT = timedelta(days=2)  # what was counted
OFTEN = 1.0  # seconds between two savings of what was counted

Minute = tuple[str, datetime]

_lock = threading.Lock()
_people: Counter[Minute] = Counter()
_worker: Counter[Minute] = Counter()
_steps: dict[str, float] = {}  # seconds for one call of people's, where there is a limit
_saved_at = 0.0


def start() -> None:
    put_gate(pass_gate)


def pass_gate(alias: str, per_second: float | None) -> None:
    """Count this call; in the background, wait for its turn first. `NoTurn` if that is far off.

    A crowd that waits for a slow provider keeps no connection from those who go elsewhere.
    """
    in_background = is_background()
    if in_background and per_second and not use_paid(alias):
        left = time_left()
        most = LONGEST_WAIT if left is None else left - ANSWERS_IN
        take_turns(alias, per_second, most=most)
    _count(alias, per_second, by_worker=in_background)
    let_go()


def worker_pace(per_second: float) -> float:
    """Calls per second for all workers together."""
    return per_second * (1 - RESERVE)


def turns_for(provider: AnyProvider, calls: int) -> None:
    """Wait until the worker may make so many calls at once; they are then to be `paid`."""
    if provider.calls_per_second:
        take_turns(provider.alias, provider.calls_per_second, calls=calls)


def take_turns(
    alias: str, per_second: float, *, calls: int = 1, most: float = LONGEST_WAIT
) -> None:
    """Wait for the next turn of all workers, if it comes in so many seconds; else `NoTurn`."""
    wait = _reserve(alias, calls / worker_pace(per_second), most)
    if wait is None:
        raise NoTurn("has had all the calls it may have for now.", provider=alias)
    time.sleep(wait)
    metrics.waited_for_turn(alias, wait)


@saving
def _reserve(alias: str, seconds: float, most: float) -> float | None:
    """Seconds until the turn that is ours from now on; None, and nothing taken, when too many."""
    ProviderTurn.objects.get_or_create(alias=alias)
    turn = ProviderTurn.objects.select_for_update().annotate(clock=DatabaseNow()).get(alias=alias)
    now = turn.clock.timestamp()  # the database's, which all machines share
    is_absurd = turn.free_at - now > FARTHEST  # that clock has been put back
    at = now if is_absurd else max(turn.free_at, now)
    if at - now > max(most, 0):
        return None
    turn.free_at = at + seconds
    turn.save(update_fields=["free_at"])
    return at - now


# Counting: in memory at the call, saved once a second at most


def _count(alias: str, per_second: float | None, *, by_worker: bool) -> None:
    minute = alias, timezone.now().replace(second=0, microsecond=0)
    with _lock:
        (_worker if by_worker else _people)[minute] += 1
        if per_second:
            _steps[alias] = 1 / per_second
    if time.monotonic() - _saved_at >= OFTEN:
        save_counts()


def save_counts() -> None:
    """Have the rows say what this process has counted. A call is not lost because that fails."""
    global _saved_at  # noqa: PLW0603
    if connection.in_atomic_block:  # a failure would be somebody else's
        return
    with _lock:
        people, worker = Counter(_people), Counter(_worker)
        _people.clear()
        _worker.clear()
        _saved_at = time.monotonic()
    if not people and not worker:
        return
    try:
        _save(people, worker)
    except DatabaseError as error:
        log.warning("Calls to providers were not counted: %s", error)


@saving
def _save(people: Counter[Minute], worker: Counter[Minute]) -> None:
    for alias, minute in sorted({*people, *worker}):
        mine = people[alias, minute], worker[alias, minute]
        rows = ProviderCalls.objects.filter(alias=alias, minute=minute)
        ProviderCalls.objects.get_or_create(alias=alias, minute=minute)
        rows.update(by_people=F("by_people") + mine[0], by_worker=F("by_worker") + mine[1])
    for alias, calls in sorted(_sums(people).items()):
        if alias in _steps:
            _yield_to_people(alias, calls * _steps[alias])


def _sums(counted: Counter[Minute]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for (alias, _minute), calls in counted.items():
        sums[alias] += calls
    return sums


def _yield_to_people(alias: str, seconds: float) -> None:
    """What people took beyond their reserve comes off the worker's turns."""
    beyond = max(seconds - RESERVE * OFTEN, 0.0)
    turns = ProviderTurn.objects.filter(alias=alias)
    for clock in turns.annotate(clock=DatabaseNow()).values_list("clock", flat=True):
        until = Value(clock.timestamp() + min(beyond, YIELDS), output_field=FloatField())
        turns.update(free_at=Greatest(F("free_at"), until))


def used(alias: str) -> dict[str, int]:
    """How many calls there were in the last minute and hour, those not saved yet included."""
    save_counts()
    now = timezone.now()
    rows = ProviderCalls.objects.filter(alias=alias, minute__gt=now - timedelta(hours=1))
    lately = Q(minute__gt=now - timedelta(minutes=1))
    calls = F("by_people") + F("by_worker")
    return rows.aggregate(hour=Sum(calls, default=0), minute=Sum(calls, default=0, filter=lately))


def forget_old() -> None:
    ProviderCalls.objects.filter(minute__lt=timezone.now() - KEPT).delete()
