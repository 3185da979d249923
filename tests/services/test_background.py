"""What the background work tells of itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import OperationalError
from django.utils import timezone
from huey import signals
from huey.contrib.djhuey import HUEY
from huey.contrib.djhuey.tasks_backend import _shim

from meetings import tasks, worker_signals
from meetings.models import TaskRecord, WebhookDelivery, Worker
from meetings.services import background

pytestmark = pytest.mark.django_db


def periodic(name: str) -> object:
    return next(task for task in HUEY.by_the_clock() if task.name == name)


def test_worker_is_seen_while_it_lives_and_forgotten_when_it_stops() -> None:
    assert background.heartbeat_age() is None
    heart = background.Heart("worker")

    heart.beat()
    heart.beat()

    assert Worker.objects.count() == 1
    age = background.heartbeat_age()
    assert age is not None
    assert age < timedelta(seconds=5)
    Worker.objects.filter(key=heart.key).delete()
    assert background.heartbeat_age() is None


def test_age_is_that_of_the_worker_seen_last_and_grows_after_a_kill() -> None:
    for minutes in (90, 7):
        heart = background.Heart("worker")
        heart.beat()
        Worker.objects.filter(key=heart.key).update(
            seen_at=timezone.now() - timedelta(minutes=minutes)
        )

    age = background.heartbeat_age()

    assert age is not None
    assert timedelta(minutes=7) <= age < timedelta(minutes=8)


def test_task_by_the_clock_tells_when_it_began_and_ended() -> None:
    task = periodic("remind")

    HUEY._emit(signals.SIGNAL_EXECUTING, task)
    row = TaskRecord.objects.get()
    assert (row.name, row.is_unfinished, row.runs) == ("remind", True, 0)

    HUEY._emit(signals.SIGNAL_COMPLETE, task)
    row.refresh_from_db()
    assert (row.outcome, row.is_unfinished, row.runs, row.failures) == ("done", False, 1, 0)
    assert row.milliseconds is not None


def test_task_that_was_killed_is_seen_to_have_begun_and_not_ended() -> None:
    task = periodic("remind")
    HUEY._emit(signals.SIGNAL_EXECUTING, task)
    HUEY._emit(signals.SIGNAL_COMPLETE, task)

    HUEY._emit(signals.SIGNAL_EXECUTING, task)  # and no word after that

    row = TaskRecord.objects.get()
    assert row.is_unfinished
    assert (row.outcome, row.runs) == ("done", 1)


def test_failure_is_kept_by_its_kind_and_tells_no_words_of_others() -> None:
    task = periodic("remind")
    HUEY._emit(signals.SIGNAL_EXECUTING, task)

    HUEY._emit(signals.SIGNAL_ERROR, task, ValueError("https://rooms.example/?key=s3cret"))

    row = TaskRecord.objects.get()
    assert (row.outcome, row.error, row.failures) == ("failed", "ValueError", 1)
    assert row.failed_at is not None


def test_what_was_enqueued_is_added_up_and_written_with_the_next_sign_of_life(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Callable[[int], object]
) -> None:
    heart = background.Heart("worker")
    monkeypatch.setattr(worker_signals, "_heart", heart)
    task = _shim.s("meetings.services.mirroring.mirror_now", [1], {})

    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        for _ in range(3):
            HUEY._emit(signals.SIGNAL_COMPLETE, task)
    heart.beat()

    row = TaskRecord.objects.get()
    assert (row.name, row.runs, row.outcome) == ("mirroring.mirror_now", 3, "done")


def test_what_was_added_up_outlasts_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heart = background.Heart("worker")
    heart.add("mirror_now")

    with monkeypatch.context() as patch:
        patch.setattr(Worker.objects, "update_or_create", Mock(side_effect=OperationalError))
        with pytest.raises(OperationalError):
            heart.beat()
    heart.beat()

    assert TaskRecord.objects.get().runs == 1


def test_two_workers_that_run_the_same_task_at_once_count_two_runs() -> None:
    background.began("remind", "one")
    background.began("remind", "two")
    background.ended("remind", "one")
    background.ended("remind", "two")

    row = TaskRecord.objects.get()
    assert (row.runs, row.is_unfinished) == (2, False)


def test_queues_tell_what_waits_what_is_being_done_and_what_is_in_trouble() -> None:
    deliver(
        {"next_try_at": ago(10)},
        {"next_try_at": ago(-60), "attempts": 2, "error": "no answer"},
        {"next_try_at": ago(20), "lease": "x", "leased_until": ago(-1)},
        {"next_try_at": None},
    )

    queues = {queue.name: queue for queue in background.queues()}

    assert {"OutgoingMail", "Reservation", "Recording", "ProviderHook"} <= set(queues)
    queue = queues["WebhookDelivery"]
    assert (queue.waiting, queue.running, queue.failed) == (2, 1, 1)
    assert timedelta(minutes=9) < queue.age < timedelta(minutes=11)
    assert queues["OutgoingMail"].age == timedelta()


def test_trying_now_leaves_what_is_being_tried() -> None:
    later, leased, done = deliver(
        {"next_try_at": ago(-60), "attempts": 3},
        {"next_try_at": ago(-60), "lease": "x", "leased_until": ago(-1)},
        {"next_try_at": None},
    )

    assert background.try_now(WebhookDelivery) == 1

    for each in (later, leased, done):
        each.refresh_from_db()
    assert later.is_due
    assert not leased.is_due
    assert not done.is_outstanding


def ago(minutes: int) -> datetime:
    return timezone.now() - timedelta(minutes=minutes)


def deliver(*rows: dict[str, Any]) -> list[WebhookDelivery]:
    return [
        WebhookDelivery.objects.create(alias="main", kind="hint", event_id=str(number), **row)
        for number, row in enumerate(rows)
    ]


def test_everything_works_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*told: object, **options: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(background, "began", away)
    monkeypatch.setattr(background, "failed", away)
    task = periodic("remind")

    HUEY._emit(signals.SIGNAL_EXECUTING, task)
    HUEY._emit(signals.SIGNAL_ERROR, task, ValueError())

    assert not TaskRecord.objects.exists()


def test_ticking_twice_at_once_does_no_harm() -> None:
    tasks.open_rooms_ahead.call_local()
    tasks.open_rooms_ahead.call_local()
