"""Each call to a provider passes a gate that others put there: it counts, and may have us wait.

People who clicked wait for nothing. Work in the background waits for its turn, so that an account's
limit is kept, and may pay for several turns at once before it begins something.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

# What is told of a call: the alias, and how many a second its account may have (None: no limit).
Gate = Callable[[str, float | None], None]


@dataclass(slots=True)
class _Paid:
    alias: str
    calls: int


_gate: Gate | None = None
_background: ContextVar[bool] = ContextVar("provider_background", default=False)
_paid: ContextVar[_Paid | None] = ContextVar("provider_paid", default=None)


def put_gate(gate: Gate | None) -> None:
    """Have every call ask this first; there is one gate, or none."""
    global _gate  # noqa: PLW0603
    _gate = gate


def before_call(alias: str, per_second: float | None) -> None:
    """To be asked before each call. May take a while; `NoTurn` when that would be too long."""
    if _gate:
        _gate(alias, per_second)


@contextmanager
def in_background() -> Iterator[None]:
    """Nobody waits for what is done inside."""
    token = _background.set(True)
    try:
        yield
    finally:
        _background.reset(token)


def is_background() -> bool:
    return _background.get()


@contextmanager
def paid(alias: str, calls: int) -> Iterator[None]:
    """The first calls at this alias inside have their turns already."""
    token = _paid.set(_Paid(alias, calls))
    try:
        yield
    finally:
        _paid.reset(token)


def use_paid(alias: str) -> bool:
    """Take one of the turns that were paid for; False when there is none left."""
    left = _paid.get()
    if left is None or left.alias != alias or left.calls < 1:
        return False
    left.calls -= 1
    return True
