"""What huey tells of tasks, kept; and the worker's signs of life.

Nothing of this may stop a task: a database that is away is told in the log.
"""

import logging
import threading
from typing import Any

from django.db import DatabaseError, close_old_connections, connection
from huey import signals
from huey.api import PeriodicTask
from huey.contrib.djhuey import on_shutdown, on_startup, signal

from meetings.services import background

log = logging.getLogger(__name__)

NAME = "worker"

_lock = threading.Lock()
_heart: background.Heart | None = None


def name_of(task: Any) -> str:
    """The task's own name; for those of Django's interface, its module and name."""
    if task.name != "djtasks.run":
        return str(task.name)
    return ".".join(str(task.args[0]).split(".")[-2:])


@on_startup()  # type: ignore[untyped-decorator]
def come_to_life() -> None:
    """Once for the process, though each of its threads calls."""
    global _heart  # noqa: PLW0603
    with _lock:
        if _heart is None:
            _heart = background.Heart(NAME)
            _heart.start()


@on_shutdown()  # type: ignore[untyped-decorator]
def say_goodbye() -> None:
    global _heart
    with _lock:
        heart, _heart = _heart, None
    if heart:
        heart.stop()


@signal(signals.SIGNAL_EXECUTING)  # type: ignore[untyped-decorator]
def note_begin(_signal: str, task: Any) -> None:
    if isinstance(task, PeriodicTask):
        _safely(background.began, name_of(task), task.id)


@signal(signals.SIGNAL_COMPLETE)  # type: ignore[untyped-decorator]
def note_end(_signal: str, task: Any) -> None:
    if isinstance(task, PeriodicTask):
        _safely(background.ended, name_of(task), task.id)
    elif _heart:
        _heart.add(name_of(task))


@signal(signals.SIGNAL_ERROR)  # type: ignore[untyped-decorator]
def note_failure(_signal: str, task: Any, error: BaseException | None = None) -> None:
    _safely(background.failed, name_of(task), error, again=bool(task.retries))


def _safely(do: Any, *told: Any, **options: Any) -> None:
    if not connection.in_atomic_block:
        close_old_connections()
    try:
        do(*told, **options)
    except DatabaseError as error:
        log.warning("It could not be kept what became of a task: %s", error)
