"""Everything that monitoring reads: what was counted, and what stands in the database right now."""

import logging
import os
from collections.abc import Callable, Iterable, Iterator

from django.db import DatabaseError
from django.db.models import Count
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from meetings.metrics import REGISTRY
from meetings.models import Admission, RoomSession
from meetings.models.builtin_room import RoomPeer

from . import background

log = logging.getLogger(__name__)


def exposition() -> bytes:
    """All metrics of all processes, in Prometheus' words."""
    now = CollectorRegistry()
    now.register(Standing())
    return counted() + generate_latest(now)


def counted() -> bytes:
    """Of this process; of all of them where they share a folder for it."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return generate_latest(REGISTRY)
    everybody = CollectorRegistry()
    MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]
    return generate_latest(everybody)


class Standing:
    """What stands in the database at this moment. A question that fails leaves its metrics out."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for question in QUESTIONS:
            try:
                yield from question()
            except DatabaseError as error:
                log.warning("Not measured: %s: %s", question.__name__, type(error).__name__)

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing is asked when it is registered."""
        return []


def debts() -> Iterator[GaugeMetricFamily]:
    """What is owed to others, by kind: mails, reservations, deliveries …"""
    size = GaugeMetricFamily("parley_owed", "Work that is owed, by kind.", labels=["kind"])
    running = GaugeMetricFamily("parley_owed_running", "Of it, what is done now.", labels=["kind"])
    failing = GaugeMetricFamily("parley_owed_failing", "Of it, what failed.", labels=["kind"])
    age = GaugeMetricFamily(
        "parley_owed_age_seconds", "How long the oldest has been due.", labels=["kind"]
    )
    for queue in background.queues():
        size.add_metric([queue.name], queue.waiting)
        running.add_metric([queue.name], queue.running)
        failing.add_metric([queue.name], queue.failed)
        age.add_metric([queue.name], queue.age.total_seconds())
    yield from (size, running, failing, age)


def sessions() -> Iterator[GaugeMetricFamily]:
    live = GaugeMetricFamily("parley_live_sessions", "Rooms that are open.", labels=["alias"])
    rows = RoomSession.objects.live().order_by().values_list("alias").annotate(Count("pk"))
    for alias, count in rows:
        live.add_metric([alias], count)
    yield live


def people() -> Iterator[GaugeMetricFamily]:
    waiting = Admission.objects.waiting().filter(session__in=RoomSession.objects.running())
    yield GaugeMetricFamily(
        "parley_waiting_people", "People who wait to be let in.", value=waiting.count()
    )
    inside = RoomPeer.objects.inside().filter(session__in=RoomSession.objects.live())
    yield GaugeMetricFamily(
        "parley_builtin_peers", "Pages that are in a built-in room.", value=inside.count()
    )


def worker() -> Iterator[GaugeMetricFamily]:
    age = background.heartbeat_age()
    if age is not None:
        yield GaugeMetricFamily(
            "parley_worker_seen_seconds",
            "How long ago a worker was last seen.",
            value=age.total_seconds(),
        )


QUESTIONS: tuple[Callable[[], Iterator[GaugeMetricFamily]], ...] = (debts, sessions, people, worker)
