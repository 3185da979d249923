"""How long a provider may take, over all the calls that one thing needs.

with time_limit(5):
    provider.init_room(ref, spec)  # at most five seconds, however many calls that makes
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ends: ContextVar[float | None] = ContextVar("provider_time_ends", default=None)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Calls to providers inside give up when this is over, or an outer limit before it."""
    outer = _ends.get()
    mine = time.monotonic() + seconds
    token = _ends.set(mine if outer is None else min(mine, outer))
    try:
        yield
    finally:
        _ends.reset(token)


def time_left() -> float | None:
    """Seconds until the limit, never less than none; None where there is no limit."""
    ends = _ends.get()
    return None if ends is None else max(0.0, ends - time.monotonic())


def within_limit(seconds: float | None) -> float | None:
    """This long, or until the limit; something that sockets accept as a timeout in any case."""
    left = time_left()
    if left is None:
        return seconds
    return max(0.001, left if seconds is None else min(seconds, left))
