"""At which of several equal accounts a room goes: a pure function over plain values.

Nothing a provider measures is asked. At nine nobody is inside yet, so every account would look
idle; what was placed at each, and how many were invited, is known all the time.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What an account has been given for the time in question."""

    alias: str
    rooms: int = 0
    people: int = 0  # expected in them
    most_rooms: int | None = None  # that it holds at once; None: no limit is known

    @property
    def is_full(self) -> bool:
        return self.most_rooms is not None and self.rooms >= self.most_rooms

    @property
    def weight(self) -> int:
        """A room costs something before anybody is in it."""
        return self.rooms + self.people


def lightest_first(loads: Iterable[Load]) -> list[str]:
    """The aliases, the one with most left first; of equal ones that which was named first.

    Where each says how many rooms it holds, twice as large means twice as much. A full one comes
    last rather than never: its provider may know better.
    """
    known = list(loads)
    are_sized = all(each.most_rooms for each in known)
    return [each.alias for each in sorted(known, key=lambda load: _rank(load, are_sized))]


def _rank(load: Load, are_sized: bool) -> tuple[bool, float, int]:
    size = load.most_rooms if are_sized and load.most_rooms else 1
    return load.is_full, load.weight / size, load.rooms
