"""Accounts that the operator calls equal: rooms are spread over them.

Where it goes is decided when it is opened, ahead of its meeting or at the click; until then the
room's own account is only the one that stands for all.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.db.models.expressions import Combinable

from meetings.models import RoomSession
from meetings.placement import Load, lightest_first
from meetings.providers import aliases

from .rooms import provider_of

HOLDS = (RoomSession.State.READY, *RoomSession.RUNNING)


def pool_of(alias: str) -> str:
    """The name that equal accounts share; empty for an account by itself."""
    provider = provider_of(alias)
    return provider.pool if provider else ""


def are_equal(alias: str, other: str) -> bool:
    return alias == other or pool_of(alias) == pool_of(other) != ""


def equals_of(alias: str) -> list[str]:
    """The accounts of its pool, in their order; itself alone when it is in none."""
    if not pool_of(alias):
        return [alias]
    return [each for each in aliases() if are_equal(each, alias)]


def one_of_each_pool(known: Sequence[str], *, chosen: str) -> list[str]:
    """What is there to choose: the first account of a pool stands for all, or the one chosen."""
    kept: list[str] = []
    for alias in known:
        if alias == chosen or not any(are_equal(alias, other) for other in (*kept, chosen)):
            kept.append(alias)
    return kept


def lightest(members: Sequence[str], *, starts_at: datetime | None = None) -> list[str]:
    """These accounts, the one with most left first, for a room that opens now or is for then."""
    if len(members) < 2:
        return list(members)
    placed = {row["alias"]: row for row in _placed(members, starts_at)}
    return lightest_first(_load(alias, placed.get(alias, {})) for alias in members)


def invited(meeting: str = "") -> Combinable:
    """How many are invited to the meeting at this path, by itself or with its series."""
    counts = [
        Count(path, filter=Q(**{f"{path}__removed_at": None}), distinct=True)
        for path in (f"{meeting}guests", f"{meeting}series__guests")
    ]
    return counts[0] + counts[1]


def _placed(members: Sequence[str], starts_at: datetime | None) -> Iterable[Mapping[str, Any]]:
    held = RoomSession.objects.filter(alias__in=members, state__in=HOLDS)
    if starts_at:  # what is over by then leaves its place
        held = held.filter(Q(booking=None) | Q(booking__ends_at__gt=starts_at))
    rooms, guests = Count("pk", distinct=True), invited("booking__")
    return held.order_by().values("alias").annotate(rooms=rooms, guests=guests)


def _load(alias: str, placed: Mapping[str, Any]) -> Load:
    provider, rooms = provider_of(alias), placed.get("rooms", 0)
    return Load(
        alias=alias,
        rooms=rooms,
        people=rooms + placed.get("guests", 0),  # whoever invited them comes as well
        most_rooms=provider.most_rooms if provider else None,
    )
