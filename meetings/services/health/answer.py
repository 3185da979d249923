"""All parts, asked together and remembered for a moment, as anybody may ask."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from . import background, data, network
from .part import Part

log = logging.getLogger(__name__)

REMEMBERED = 2.0  # seconds

Ask = Callable[[], Part | None]

# By name, as a part that breaks in an unforeseen way is named as well.
PARTS: dict[str, Ask] = {
    "database": data.database,
    "migrations": data.migrations,
    "cache": data.cache_round_trip,
    "field keys": data.field_keys,
    "disk": data.disk,
    "channel layer": network.channel_layer,
    "worker": background.worker,
    "outbox": background.outbox,
}


class State(StrEnum):
    READY = "ready"
    DEGRADED = "degraded"  # pages are served, and something behind them is not done
    NOT_READY = "not ready"


@dataclass(frozen=True, slots=True)
class Answer:
    parts: tuple[Part, ...]

    @property
    def state(self) -> State:
        if any(part.needed and not part.fine for part in self.parts):
            return State.NOT_READY
        return State.READY if all(part.fine for part in self.parts) else State.DEGRADED

    def as_dict(self) -> dict[str, Any]:
        parts = {part.name: {"ok": part.fine, "says": part.words} for part in self.parts}
        return {"status": self.state, "parts": parts}


def ask() -> Answer:
    """The answer of this moment, or of one that is not long gone: asked by one thread at a time."""
    with _lock:
        if _remembered and _remembered[0][0] > time.monotonic() - REMEMBERED:
            return _remembered[0][1]
        answer = Answer(tuple(filter(None, (_asked(name) for name in PARTS))))
        _remembered[:] = [(time.monotonic(), answer)]
        return answer


def forget() -> None:
    """Ask anew the next time."""
    _remembered.clear()


_lock = threading.Lock()
_remembered: list[tuple[float, Answer]] = []


def _asked(name: str) -> Part | None:
    """What the part says; whatever breaks in asking is the part's failure, never a 500."""
    try:
        return PARTS[name]()
    except Exception as error:  # noqa: BLE001  (each kind of database and cache has its own)
        log.warning("Not ready: %s: %s: %s", name, type(error).__name__, error)
        return Part(name, fine=False, words="Cannot be asked. The log says more.")
