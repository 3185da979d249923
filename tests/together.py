"""Many people at the same moment, each in a thread with a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def together(*calls: Callable[[], T]) -> list[T | Exception]:
    """What came of each call, all begun at once; an error that was raised counts as its answer."""
    start = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | Exception:
        start.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001  (the test judges it)
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def seen_by_all(call: Callable[[], T]) -> T:
    """What this finds in the database that the threads share."""
    (answer,) = together(call)
    if isinstance(answer, Exception):
        raise answer
    return answer
