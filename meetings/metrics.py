"""What is counted while Parley works. Knows nothing of it: anybody may call these functions.

Labels are aliases and words from the code; never an id, a token, a name or an address, as each
value of a label is a series that is kept for ever.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram

# Where several processes write what they count, so that one answer can tell all of it. The library
# looks at it when it is imported, and does not make it.
if shared := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    Path(shared).mkdir(parents=True, exist_ok=True)

REGISTRY = CollectorRegistry()
_quick = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_outside = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)

DOOR = Histogram(
    "parley_door_seconds",
    "Time for an answer of the door, by what was asked (look, enter) and what came of it.",
    ("asked", "outcome"),
    buckets=_quick,
    registry=REGISTRY,
)
OPENS = Counter(
    "parley_room_opens",
    "Tries to open a room, by alias and outcome: opened, or the kind of failure.",
    ("alias", "outcome"),
    registry=REGISTRY,
)
FAILOVERS = Counter(
    "parley_failovers",
    "Meetings that went from one alias to another, as the first could not open their room.",
    ("alias", "to"),
    registry=REGISTRY,
)
PROVIDER_CALLS = Counter(
    "parley_provider_calls",
    "Calls to a provider, by alias and outcome: ok, or the kind of failure.",
    ("alias", "outcome"),
    registry=REGISTRY,
)
PROVIDER_SECONDS = Histogram(
    "parley_provider_call_seconds",
    "Time that a provider takes for an answer, or for none; each repetition by itself.",
    ("alias",),
    buckets=_outside,
    registry=REGISTRY,
)
TURN_SECONDS = Histogram(
    "parley_provider_turn_seconds",
    "Time that the worker waits for its turn, so that an account's limit is kept.",
    ("alias",),
    buckets=(*_outside, 60.0),
    registry=REGISTRY,
)
MAILS = Counter(
    "parley_mails",
    "Mails by what came of a try: sent, refused, failed (tried again) or dropped (too late).",
    ("outcome",),
    registry=REGISTRY,
)
DELIVERIES = Counter(
    "parley_webhook_deliveries",
    "Deliveries of providers, by alias and outcome: taken, refused, not_now, too_large.",
    ("alias", "outcome"),
    registry=REGISTRY,
)
DATABASE_BUSY = Counter(
    "parley_database_busy",
    "Times the database stayed locked: the work was done again (again), or put off (page).",
    ("outcome",),
    registry=REGISTRY,
)


def door_answered(asked: str, outcome: str, seconds: float) -> None:
    DOOR.labels(asked, outcome).observe(seconds)


def room_opened(alias: str) -> None:
    OPENS.labels(alias, "opened").inc()


def room_not_opened(alias: str, error: Exception) -> None:
    OPENS.labels(alias, type(error).__name__).inc()


def failed_over(alias: str, *, to: str) -> None:
    FAILOVERS.labels(alias, to).inc()


@contextmanager
def provider_call(alias: str) -> Iterator[None]:
    """Count what is done inside as one call, repetitions included."""
    outcome = "ok"
    try:
        yield
    except BaseException as error:
        outcome = type(error).__name__
        raise
    finally:
        PROVIDER_CALLS.labels(alias, outcome).inc()


@contextmanager
def provider_answer(alias: str) -> Iterator[None]:
    """Time what is done inside: nothing but waiting for them."""
    began = time.monotonic()
    try:
        yield
    finally:
        PROVIDER_SECONDS.labels(alias).observe(time.monotonic() - began)


def waited_for_turn(alias: str, seconds: float) -> None:
    TURN_SECONDS.labels(alias).observe(seconds)


def mail_tried(outcome: str) -> None:
    MAILS.labels(outcome).inc()


def delivery_came(alias: str, outcome: str) -> None:
    DELIVERIES.labels(alias, outcome).inc()


def database_was_busy(outcome: str) -> None:
    DATABASE_BUSY.labels(outcome).inc()
