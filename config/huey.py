"""The queue that the worker reads: a file of its own, Redis, or tables in our PostgreSQL."""

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db import connection
from huey import Huey
from huey.serializer import SignedSerializer
from huey.storage import PostgresStorage, RedisStorage, SqliteStorage

from config.queue_kind import POSTGRES, REDIS, QueueAway
from meetings.providers.pace import in_background

SHORTEST_REST, LONGEST_REST = 0.5, 5.0  # seconds between two looks at a queue that is away
log = logging.getLogger(__name__)

TABLES = 7_415_020_311  # the lock of whoever makes them: a number by chance


class PostgresTables(PostgresStorage):  # type: ignore[misc]
    """Connects when it is first used: programs start also while the database is away."""

    def __init__(self, name: str = "huey", **options: Any) -> None:
        super().__init__(name, create_tables=False, **options)
        self._has_tables = False

    def _connect(self) -> Any:
        from psycopg import connect  # noqa: PLC0415  (an extra: others need not have it)

        wanted = connection.get_connection_params()
        wanted.pop("cursor_factory", None)
        made = connect(**wanted, autocommit=True)
        if not self._has_tables:
            self._make_tables(made)
        return made

    _create_connection = _connect

    def _make_tables(self, made: Any) -> None:
        with made.transaction():  # two who make them at once would hinder each other
            made.execute("select pg_advisory_xact_lock(%s)", (TABLES,))
            for statement in self.ddl:
                made.execute(statement)
        self._has_tables = True


class TaskQueue(Huey):  # type: ignore[misc]
    """Messages are signed with our secret: huey pickles them, and a pickle is code."""

    def __init__(self, name: str = "parley", **options: Any) -> None:
        options["serializer"] = SignedSerializer(secret=settings.SECRET_KEY)
        super().__init__(name, **options, **_storage())
        self._rest = SHORTEST_REST

    def dequeue(self) -> Any:
        """The next task; None after a rest when the queue is away, so that no worker dies of it."""
        return self._patiently(super().dequeue, None)

    def read_schedule(self, timestamp: Any = None) -> Any:
        return self._patiently(partial(super().read_schedule, timestamp), [])

    def _patiently(self, ask: Callable[[], Any], otherwise: Any) -> Any:
        try:
            answer = ask()
        except Exception as error:  # noqa: BLE001  (each kind of queue has errors of its own)
            log.warning("Nothing could be read from the queue: %s", type(error).__name__)
            time.sleep(self._rest)
            self._rest = min(2 * self._rest, LONGEST_REST)
            return otherwise
        self._rest = SHORTEST_REST
        return answer

    def enqueue(self, task: Any) -> Any:
        """`QueueAway` when Redis, file or tables take nothing: each has errors of its own."""
        if self.immediate:
            return super().enqueue(task)
        try:
            return super().enqueue(task)
        except Exception as error:
            raise QueueAway(type(error).__name__) from error

    def put_result(self, key: str, data: Any) -> None:
        """Kept nowhere: our own rows say what came of it, and nobody would take these out."""

    def by_the_clock(self) -> list[Any]:
        """The tasks that run by the clock."""
        return list(self._registry.periodic_tasks)

    def execute(self, task: Any, timestamp: Any = None) -> Any:
        """Nobody waits for it, so its calls to providers wait for their turn. Logs name it."""
        ids = {"task": task.name, "task_id": task.id}
        with in_background(), structlog.contextvars.bound_contextvars(**ids):
            return super().execute(task, timestamp)


def _storage() -> dict[str, Any]:
    if settings.TASK_QUEUE == REDIS:
        return {"storage_class": RedisStorage, "url": settings.REDIS_URL}
    if settings.TASK_QUEUE == POSTGRES:
        return {"storage_class": PostgresTables}
    filename = str(settings.DATA_DIR / "tasks.sqlite3")
    return {"storage_class": SqliteStorage, "filename": filename}
