"""What the background work does, as others may ask: workers, tasks, and what is owed.

A worker says every half minute that it is there. A task that runs by the clock writes when it
begins and when it ends, so that a kill shows; one that was enqueued writes only what went wrong,
and its successes are added up and written with the next sign of life.
"""

import logging
import os
import secrets
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.models import Count, F, Min, Q
from django.utils import timezone

from meetings.models import TaskRecord, Worker
from meetings.models.owed import Owed

from .transactions import saving

log = logging.getLogger(__name__)

BEAT = timedelta(seconds=30)
MISSED = 3  # beats: then it is most likely gone

Outcome = TaskRecord.Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What is owed of one kind, by the model's name: rows waiting, leased now, and in trouble."""

    name: str
    label: str
    waiting: int  # later ones and those in trouble included
    running: int
    failed: int
    due_since: datetime | None  # of what waits longest

    @property
    def age(self) -> timedelta:
        """How long the one that is due longest has been waiting."""
        return timezone.now() - self.due_since if self.due_since else timedelta()


# Asked by readiness, metrics and the admin


def heartbeat_age() -> timedelta | None:
    """How long ago a worker was last seen; None when none ever was, or all have stopped."""
    newest = Worker.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
    return max(timezone.now() - newest, timedelta()) if newest else None


def queues() -> tuple[Queue, ...]:
    """What is owed, one kind after the other, by one query each."""
    return tuple(_queue(model) for model in owed_models())


def owed_models() -> list[type[Owed]]:
    return [model for model in apps.get_models() if issubclass(model, Owed)]


def _queue(model: type[Owed]) -> Queue:
    now = timezone.now()
    leased = Q(leased_until__gte=now) & ~Q(lease="")
    outstanding = model._default_manager.filter(next_try_at__isnull=False)
    sums = outstanding.order_by().aggregate(
        waiting=Count("pk", filter=~leased),
        running=Count("pk", filter=leased),
        failed=Count("pk", filter=Q(attempts__gt=0) & ~Q(error="")),
        due_since=Min("next_try_at", filter=Q(next_try_at__lte=now) & ~leased),
    )
    return Queue(name=model.__name__, label=str(model._meta.verbose_name_plural), **sums)


def try_now(model: type[Owed]) -> int:
    """Have what is owed of this kind tried soon; how many that are. What is being tried stays."""
    now = timezone.now()
    free = Q(lease="") | Q(leased_until__lt=now)
    return model._default_manager.filter(free, next_try_at__gt=now).update(next_try_at=now)


# A worker's signs of life


class Heart:
    """Says that this process is there, from a thread of its own, until it stops."""

    def __init__(self, name: str) -> None:
        self.key = secrets.token_hex(16)
        self.name = name[:100]
        self.stopped = threading.Event()
        self.done: Counter[str] = Counter()
        self._lock = threading.Lock()

    def start(self) -> None:
        threading.Thread(target=self._beat_on, name="heartbeat", daemon=True).start()

    def stop(self) -> None:
        """An orderly end: what was added up is written, and the worker is not missed."""
        self.stopped.set()
        self._safely(self.beat)
        self._safely(Worker.objects.filter(key=self.key).delete)

    def add(self, name: str) -> None:
        with self._lock:
            self.done[name] += 1

    def beat(self) -> None:
        with self._lock:
            done, self.done = self.done, Counter()
        try:
            self._say(done)
        except DatabaseError:
            with self._lock:
                self.done.update(done)  # told with the next one
            raise

    @saving
    def _say(self, done: Counter[str]) -> None:
        now = timezone.now()
        mine = {"name": self.name, "pid": os.getpid(), "seen_at": now}
        Worker.objects.update_or_create(key=self.key, defaults=mine)
        Worker.objects.gone().delete()
        for name, times in sorted(done.items()):
            TaskRecord.objects.get_or_create(name=name)
            TaskRecord.objects.filter(name=name).update(
                runs=F("runs") + times, ended_at=now, outcome=Outcome.DONE
            )

    def _beat_on(self) -> None:
        self._safely(self.beat)
        while not self.stopped.wait(BEAT.total_seconds()):
            self._safely(self.beat)

    def _safely(self, do: Callable[[], object]) -> None:
        try:
            do()
        except DatabaseError as error:  # the next beat tells as much
            log.warning("This worker could not say that it is there: %s", error)
        finally:
            connection.close()


# Runs


@saving
def began(name: str, run: str) -> None:
    """A task that runs by the clock begins."""
    TaskRecord.objects.get_or_create(name=name)
    TaskRecord.objects.filter(name=name).update(began_at=timezone.now(), run=run)


@saving
def ended(name: str, run: str) -> None:
    """It is done. Of two that ran at once, the one that began last says how long it took."""
    now = timezone.now()
    row = TaskRecord.objects.select_for_update().filter(name=name).first()
    if row is None:
        return
    if row.run == run and row.began_at:
        row.milliseconds = round((now - row.began_at).total_seconds() * 1000)
    row.ended_at, row.outcome, row.runs = now, Outcome.DONE, row.runs + 1
    row.save(update_fields=["milliseconds", "ended_at", "outcome", "runs"])


@saving
def tell(name: str, result: str) -> None:
    """What this run of the task has done, for those who look at it."""
    TaskRecord.objects.get_or_create(name=name)
    TaskRecord.objects.filter(name=name).update(result=result[:500])


@saving
def failed(name: str, error: BaseException | None, *, again: bool = False) -> None:
    """It went wrong, and why in short: the whole story is in the log."""
    now, words = timezone.now(), type(error).__name__ if error else ""
    TaskRecord.objects.get_or_create(name=name)
    TaskRecord.objects.filter(name=name).update(
        ended_at=now,
        failed_at=now,
        outcome=Outcome.AGAIN if again else Outcome.FAILED,
        error=words,
        runs=F("runs") + 1,
        failures=F("failures") + 1,
        retries=F("retries") + int(again),
    )
