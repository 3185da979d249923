"""Where background work is queued."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from pytest_django import Settings

from config.huey import PostgresTables, TaskQueue
from config.queue_kind import QueueAway, queue_kind
from meetings.providers.pace import is_background

LITE = {"ENGINE": "django.db.backends.sqlite3"}
POSTGRES = {"ENGINE": "django.db.backends.postgresql"}
REDIS = "redis://127.0.0.1:1/0"


@pytest.mark.parametrize(
    ("wanted", "redis_url", "database", "kind"),
    [
        ("", "", LITE, "file"),
        ("", "", POSTGRES, "postgres"),
        ("", REDIS, POSTGRES, "redis"),
        ("file", REDIS, POSTGRES, "file"),
        ("postgres", REDIS, POSTGRES, "postgres"),
    ],
)
def test_queue_is_where_it_was_chosen_or_where_all_processes_find_it(
    wanted: str, redis_url: str, database: dict[str, Any], kind: str
) -> None:
    assert queue_kind(wanted, redis_url=redis_url, database=database) == kind


@pytest.mark.parametrize(
    "wanted", ["redis", "postgres", "rabbit"], ids=["no Redis", "other database", "unknown"]
)
def test_queue_that_cannot_be_is_refused_by_name(wanted: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="TASK_QUEUE"):
        queue_kind(wanted, redis_url="", database=LITE)


def test_what_the_worker_does_is_known_to_be_waited_for_by_nobody() -> None:
    queue = TaskQueue("test", immediate=True, immediate_use_memory=True)
    seen: list[bool] = []

    queue.task()(lambda: seen.append(is_background()))()

    assert seen == [True]
    assert not is_background()


@pytest.fixture
def tables(settings: Settings, transactional_db: None) -> Any:
    settings.TASK_QUEUE = "postgres"
    yield TaskQueue("test")
    with connection.cursor() as cursor:
        for table in ("kv", "schedule", "task", "counter"):
            cursor.execute(f"drop table if exists huey_{table}")


@pytest.mark.postgres
def test_postgres_queue_makes_its_tables_when_it_is_first_used_and_gives_each_task_once(
    tables: TaskQueue,
) -> None:
    done: list[tuple[int, int]] = []
    task = tables.task()(lambda number: done.append((number, os.getpid())))
    assert isinstance(tables.storage, PostgresTables)
    tables.storage.blocking = False  # nobody waits for the twenty-first

    for number in range(20):
        task(number)
    assert tables.pending_count() == 20
    workers = [threading.Thread(target=work_off, args=(tables,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(number for number, _pid in done) == list(range(20))
    tables.storage.close()


def work_off(queue: TaskQueue) -> None:
    while queue.pending_count():
        if task := queue.dequeue():
            queue.execute(task)


# Bad days of the queue


def test_queue_in_a_file_on_a_full_disk_says_that_it_is_away(
    settings: Settings, tmp_path: Path
) -> None:
    settings.TASK_QUEUE, settings.DATA_DIR = "file", tmp_path
    queue = TaskQueue("test")
    task = queue.task()(len)
    task("first")
    queue.storage.conn.execute("PRAGMA max_page_count=1")  # as large as it is now, and no larger

    with pytest.raises(QueueAway):
        task("x" * 100_000)

    assert queue.pending_count() == 1
    queue.storage.close()


def test_queue_in_redis_that_is_gone_says_that_it_is_away(settings: Settings) -> None:
    settings.TASK_QUEUE, settings.REDIS_URL = "redis", "redis://127.0.0.1:1/0"

    with pytest.raises(QueueAway):
        TaskQueue("test").task()(len)("first")


def test_worker_outlives_a_queue_that_is_away_and_asks_it_less_and_less(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TASK_QUEUE, settings.REDIS_URL = "redis", "redis://127.0.0.1:1/0"
    rests: list[float] = []
    monkeypatch.setattr("config.huey.time.sleep", rests.append)
    queue = TaskQueue("test")

    answers = [queue.dequeue() for _ in range(6)]

    assert answers == [None] * 6
    assert queue.read_schedule() == []
    assert rests == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]
