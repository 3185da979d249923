"""What was found: how bad it is, in a sentence, and what to do about it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    FINE = 0
    LOOK = 1  # worth a look: it works, and may not do what you think
    WRONG = 2  # something does not work, or is not safe


@dataclass(frozen=True, slots=True)
class Finding:
    """Its words name settings and places, and never hold the value of a secret."""

    level: Level
    words: str
    advice: str = ""


def fine(words: str) -> Finding:
    return Finding(Level.FINE, words)


def look(words: str, advice: str) -> Finding:
    return Finding(Level.LOOK, words, advice)


def wrong(words: str, advice: str) -> Finding:
    return Finding(Level.WRONG, words, advice)


@dataclass(frozen=True, slots=True)
class Question:
    """Something to be looked at, and the settings that this is about."""

    title: str
    ask: Callable[[], Iterable[Finding]]
    about: tuple[str, ...] = ()
    # Seconds, where somebody else must answer: then it is asked beside us, without our database.
    patience: float = 0
