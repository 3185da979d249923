"""Processes that start in no time and share nothing with the suite but the database.

To start Python with Django takes seconds. One process does so (`tests/forked_from.py`), and each
that a test asks for is forked from that one: with settings, connections and a life of its own, that
`kill -9` ends like any other.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from multiprocessing.process import BaseProcess
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.cache import caches
from django.db import connections
from django_tasks import task_backends

from tests.uncounted import UNCOUNTED

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.forked_from", __name__])


def fork(told: Mapping[str, str], work: Callable[..., object], *given: object) -> BaseProcess:
    """A process that does this work with these settings of Parley, and ends.

    It imports the module of the work, so that should be ours or light, and none of pytest's.
    """
    process = _forks.Process(target=_begin, args=({**told}, work, given), daemon=True)
    with _environment():
        process.start()
    return process


def _begin(told: dict[str, str], work: Callable[..., object], given: tuple[object, ...]) -> None:
    """As a process starts that read its environment now."""
    os.environ.update(told)
    for name in ("config.settings", "pytest"):
        sys.modules.pop(name, None)
    settings._setup()
    for handler in (connections, caches, task_backends):
        vars(handler).clear()
        handler.__init__()  # type: ignore[misc]
    work(*given)


@contextmanager
def _environment() -> Iterator[None]:
    """Of the first process: a development machine's, where no lines are counted."""
    before = {**os.environ}
    os.environ.pop("DATABASE_URL", None)
    os.environ.update(UNCOUNTED, DEBUG="true", DATA_DIR=_data().name)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@cache
def _data() -> TemporaryDirectory[str]:
    """Of the first process, until the suite ends: nothing of value is kept there."""
    return TemporaryDirectory()
