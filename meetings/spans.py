"""Sets of moments, as spans from a moment until another. Pure functions over plain values."""

from collections.abc import Iterable
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]


def cut(span: Span, within: Span) -> Span | None:
    """The part of it that lies within; None when none does."""
    begin, end = max(span[0], within[0]), min(span[1], within[1])
    return (begin, end) if begin <= end else None


def union(spans: Iterable[Span]) -> list[Span]:
    """The same moments, each once. Spans that only touch stay two."""
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and (begin < merged[-1][1] or begin == merged[-1][0]):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def without(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The moments that are in the first and not in the others."""
    left = union(spans)
    for begin, end in union(others):
        left = [part for span in left for part in _around(span, begin, end)]
    return left


def lasting(spans: Iterable[Span]) -> timedelta:
    """How long they are together, no moment counted twice."""
    return sum((end - begin for begin, end in union(spans)), timedelta())


def _around(span: Span, begin: datetime, end: datetime) -> list[Span]:
    before = (span[0], min(span[1], begin))
    after = (max(span[0], end), span[1])
    return [part for part in (before, after) if part[0] < part[1]]
