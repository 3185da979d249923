"""Which server processes serve the built-in room: without Redis there may only be one.

Each notes in the shared cache that it lives, at every round of the sweeper. Two that write at the
same moment may lose one note, until the next round. Nobody is told for certain that a process has
ended, so only two whose times overlap count as two: a restart does not.
"""

import logging
import os
import socket
import time
from dataclasses import asdict, dataclass
from itertools import combinations

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

NOTES = "parley.room-processes"
NOTE_LASTS = 25.0  # seconds: two rounds of the sweeper, and a little

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """From when until when a process is known to have lived."""

    since: float
    at: float

    def overlaps(self, other: "Life") -> bool:
        return self.since < other.at and other.since < self.at


class Register:
    """What this process notes of itself, and what it reads of the others."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.since = time.time()
        self.has_warned = False

    def note(self) -> None:
        """Say that we live, and warn once if we are not alone though we have to be."""
        if settings.REDIS_URL:
            return
        lives = _fresh() | {self.name: Life(since=self.since, at=time.time())}
        cache.set(NOTES, {name: asdict(life) for name, life in lives.items()}, NOTE_LASTS)
        if not self.has_warned and are_too_many():
            self.has_warned = True
            log.error("Several server processes serve the built-in room, but REDIS_URL is empty.")


def are_too_many() -> bool:
    """Whether people of one room may be at processes that cannot tell each other anything."""
    if settings.REDIS_URL:
        return False
    return any(one.overlaps(other) for one, other in combinations(_fresh().values(), 2))


def trouble() -> str:
    """What an operator has to be told; empty when all is well."""
    if not are_too_many():
        return ""
    return _(
        "Several server processes serve the built-in room, but REDIS_URL is empty: people of one "
        "room may not find each other. Set REDIS_URL, or start one process only."
    )


def ours() -> Register:
    """This process's own; a forked one has another."""
    name = f"{socket.gethostname()}:{os.getpid()}"
    return _registers.setdefault(name, Register(name))


_registers: dict[str, Register] = {}


def _fresh() -> dict[str, Life]:
    noted = cache.get(NOTES) or {}
    lives = {name: Life(**life) for name, life in noted.items()}
    return {name: life for name, life in lives.items() if life.at > time.time() - NOTE_LASTS}
