"""Saving, on a database that may be busy for a moment."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

from meetings import metrics

log = logging.getLogger(__name__)

TRIES = 3
_turn = threading.RLock()
P = ParamSpec("P")
R = TypeVar("R")


def saving(function: Callable[P, R]) -> Callable[P, R]:
    """Run in one transaction, again if the database was locked or chose us to break a deadlock.

    The function may run several times, so it must do nothing but work on the database. Inside
    another transaction it runs once: there, only the outermost can be repeated.
    """

    @wraps(function)
    def saved(*args: P.args, **kwargs: P.kwargs) -> R:
        tries = 1 if connection.in_atomic_block else TRIES
        for left in range(tries - 1, -1, -1):
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if not left or not is_busy(error):
                    raise
                log.warning("The database was busy; %s goes again.", function.__name__)
                metrics.database_was_busy("again")
                time.sleep(random.uniform(0.05, 0.3))  # noqa: S311  (not a secret)
        raise AssertionError("unreachable")  # pragma: no cover

    return saved


def when_certain(do: Callable[..., object], *about: object, **how: object) -> None:
    """Do it as soon as what is saved now is certain. That it fails costs the change nothing."""

    def go() -> None:  # Django tells the name of what failed, and a `partial` has none
        do(*about, **how)

    transaction.on_commit(go, robust=True)


@contextmanager
def in_turn() -> Iterator[None]:
    """Our turn to write, after those of this process who asked before us.

    SQLite has one writer and no queue: of very many at once some would try until they give up.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with _turn:
        yield


def let_go() -> None:
    """Leave our connection to others of the pool, where there is one, until we need one again."""
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        connection.close()


def is_busy(error: OperationalError) -> bool:
    """Whether the same transaction may succeed when it is repeated."""
    text = str(error).lower()
    return "locked" in text or "deadlock" in text or "could not serialize" in text
