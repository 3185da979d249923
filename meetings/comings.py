"""Stays, out of what was told of one person's coming and going. The order of telling is nothing.

Pure functions over plain values. A stay lasts from an arrival to the first departure after it; who
arrives within a stay has only opened another page. A departure whose arrival nobody has told is a
stay of no length until that is told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby


class Kind(StrEnum):
    CAME = "came"
    LEFT = "left"
    GONE = "gone"  # nobody told when: they were there until `after`, and not any more


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """One thing that was told of a person."""

    at: datetime
    kind: Kind
    after: datetime | None = None

    def as_json(self) -> list[str]:
        return [self.kind, self.at.isoformat(), self.after.isoformat() if self.after else ""]

    @classmethod
    def from_json(cls, told: list[str]) -> "Mark":
        kind, at, after = told
        until = datetime.fromisoformat(after) if after else None
        return cls(datetime.fromisoformat(at), Kind(kind), until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """From when to when; `left_after` as in `Mark.after`, where the departure was only noticed."""

    joined_at: datetime
    left_at: datetime | None = None
    left_after: datetime | None = None
    is_guess: bool = False  # nobody told that this person left: that all did, or that they had gone
    marks: tuple[Mark, ...] = ()


def stays_of(
    marks: Iterable[Mark], *, until: datetime | None = None, is_certain: bool = True
) -> list[Stay]:
    """The stays that these marks tell, none after `until`, when all was over.

    `is_certain`: whoever had not left until then left at that moment.
    """
    within = {_cut(mark, until) for mark in marks if not _is_too_late(mark, until)}
    stays: list[Stay] = []
    for _, told in groupby(sorted(within, key=lambda mark: mark.at), key=lambda mark: mark.at):
        for mark in _in_order(list(told), is_inside=_is_inside(stays)):
            _take(stays, mark)
    if until and _is_inside(stays):
        seen = None if is_certain else stays[-1].joined_at
        stays[-1] = _ended(stays[-1], Mark(until, Kind.GONE, seen))
    return stays


def _is_too_late(mark: Mark, until: datetime | None) -> bool:
    return until is not None and mark.kind is Kind.CAME and mark.at >= until


def _cut(mark: Mark, until: datetime | None) -> Mark:
    """Departures that are told with the end, or after it, are at the end."""
    return replace(mark, at=until) if until and mark.at > until else mark


def _in_order(marks: list[Mark], *, is_inside: bool) -> Iterator[Mark]:
    """Of one moment: who is inside leaves and comes back, who is not comes and leaves."""
    came = [mark for mark in marks if mark.kind is Kind.CAME]
    # What was told exactly comes before what was only noticed.
    rest = sorted((m for m in marks if m.kind is not Kind.CAME), key=_exactness)
    yield from (*rest, *came) if is_inside else (*came, *rest)


def _exactness(mark: Mark) -> tuple[bool, float]:
    return mark.kind is Kind.GONE, -mark.after.timestamp() if mark.after else 0.0


def _is_inside(stays: list[Stay]) -> bool:
    return bool(stays) and stays[-1].left_at is None


def _take(stays: list[Stay], mark: Mark) -> None:
    """One mark after the other, the earliest first."""
    if _is_inside(stays):
        if mark.kind is not Kind.CAME:
            stays[-1] = _ended(stays[-1], mark)
    elif mark.kind is Kind.CAME:
        stays.append(Stay(joined_at=mark.at))
    elif mark.kind is Kind.LEFT and _is_new(stays, mark):
        stays.append(Stay(joined_at=mark.at, left_at=mark.at))
    elif mark.kind is Kind.LEFT and stays[-1].is_guess:
        stays[-1] = _ended(stays[-1], mark)  # they were there for longer than we saw
    if stays:
        stays[-1] = replace(stays[-1], marks=(*stays[-1].marks, mark))


def _is_new(stays: list[Stay], mark: Mark) -> bool:
    return not stays or not (stays[-1].is_guess or stays[-1].left_at == mark.at)


def _ended(stay: Stay, mark: Mark) -> Stay:
    seen = (stay.joined_at, *(each.at for each in stay.marks))
    after = max(*seen, min(mark.after, mark.at)) if mark.after else None
    return replace(stay, left_at=mark.at, left_after=after, is_guess=mark.kind is Kind.GONE)
