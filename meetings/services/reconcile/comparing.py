"""A look at one provider after the other, each by itself: one that is down stops nothing."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from meetings.models import Drift, RoomSession
from meetings.providers import AnyProvider, aliases
from meetings.providers.errors import ProviderError
from meetings.services.attendance import outages
from meetings.services.breakers import is_an_answer
from meetings.services.rooms import provider_of

from . import bookings, ledger, rooms, rosters
from .mending import repair
from .sight import A_DAY, Budget, Difference, Sight

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What one look at a provider found, and what kept it from finding more."""

    alias: str
    found: tuple[Difference, ...] = ()
    trouble: str = ""


def run() -> None:
    """Compare with every provider in use, and repair by ourselves what was seen twice."""
    for alias in aliases_in_use():
        comparison = compare(alias)
        if comparison.trouble:
            log.warning("%s could not be compared: %s", alias, comparison.trouble)
        else:
            _repair_what_lasts(alias)
    for provider in filter(None, map(provider_of, outages.silent_aliases())):
        _listen(provider)


def _listen(provider: AnyProvider) -> None:
    """An adapter's own fault is the trouble of its alias alone."""
    try:
        outages.look(provider)
    except Exception:
        log.exception("Whether %s answers cannot be said.", provider.alias)


def aliases_in_use() -> list[str]:
    """Where something of ours may be. Nobody else is asked anything."""
    return [alias for alias in aliases() if is_in_use(alias)]


def is_in_use(alias: str) -> bool:
    """Whether a session runs there or did within a day, or a meeting ahead has its room there."""
    lately = Q(ended_at=None) | Q(ended_at__gte=timezone.now() - A_DAY)
    return (
        RoomSession.objects.filter(lately, alias=alias).exists()
        or bookings.reservations_ahead(alias).exists()
        or next(rooms.half_opened(alias), None) is not None
    )


def compare(alias: str, *, keep: bool = True) -> Comparison:
    """Where we and this provider disagree now, on record unless `keep` says otherwise."""
    provider = provider_of(alias)
    if provider is None:
        return Comparison(alias=alias, trouble="it is not set up.")
    sights: list[Sight] = []
    trouble = ""
    try:
        for sight in _sights(provider):
            sights.append(sight)
            if keep:
                ledger.note(alias, sight)
                ledger.note_inside(sight)
    except ProviderError as error:
        trouble = str(error)
        if keep and not is_an_answer(error):
            outages.note_silence(alias, trouble)
    except Exception as error:  # an adapter's own fault is the trouble of its alias alone
        log.exception("Comparing with %s failed.", alias)
        trouble = type(error).__name__
    if keep:  # at the end: whose turn it is must not change between one sight and the next
        ledger.note_turns({pk for sight in sights for pk in sight.asked})
    found = tuple(each for sight in sights for each in sight.found.values())
    return Comparison(alias=alias, found=found, trouble=trouble)


def _sights(provider: AnyProvider) -> Iterator[Sight]:
    open_rooms = rooms.OpenRooms(provider)
    yield rooms.gone(open_rooms)
    yield rooms.left(open_rooms)
    yield rosters.others_inside(provider)
    yield from bookings.otherwise_booked(provider)


def _repair_what_lasts(alias: str) -> None:
    """In any order, so that those that cannot be repaired do not keep the others from it."""
    budget = Budget()
    for drift in Drift.objects.open().seen_twice().filter(alias=alias).order_by("?"):
        if not budget.spend():
            return
        repair(drift)
