"""What a change of a series would do, for whoever decides about it."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from meetings.forms.decisions import decisions_in
from meetings.models import Booking, Series
from meetings.services import moving
from meetings.services.mail import notices
from meetings.services.series.ahead import Ahead, ahead_of
from meetings.services.series.edits import ASKS_ANEW, Outlook, look_ahead
from meetings.services.series.remake import Exceptions, from_now
from meetings.services.series.stretches import Later, facts_of
from meetings.services.series.values import values_of
from meetings.services.series.wish import Collision, Collisions, Decision, SeriesWish

from .changes import Change
from .collisions import CollisionRow, rows_of
from .series_changes import series_values_in_words, stretch_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A change as it was decided so far."""

    series: Series
    booking: Booking | None  # from which on; all of it without one
    wish: SeriesWish
    exceptions: Exceptions | None
    later: Later | None  # whether later stretches are kept
    collisions: tuple[Collision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterRow:
    """A later stretch, and what becomes of it."""

    stretch: str
    changes: list[Change]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    changes: list[Change]
    later: list[LaterRow]
    outlook: Outlook
    collisions: list[CollisionRow]
    guests: int  # who are told
    asked_again: bool
    moves: bool  # to another provider
    reasons: list[str]  # why what is set is not possible there


def plan_of(
    series: Series, wish: SeriesWish, sent: Mapping[str, str], *, booking: Booking | None
) -> Plan:
    """What was decided, as far as it still fits. Nonsense is no decision."""
    exceptions = {str(each): each for each in Exceptions}.get(sent.get("exceptions", ""))
    later = {str(each): each for each in Later}.get(sent.get("later", ""))
    collisions = _collisions(series, wish, exceptions, later, booking)
    return Plan(
        series=series,
        booking=booking,
        wish=replace(wish, decisions=decisions_in(sent, wish, collisions)),
        exceptions=exceptions,
        later=later,
        collisions=collisions,
    )


def review_of(plan: Plan) -> Review:
    """Old beside new, and how many meetings; nothing is saved."""
    outlook = _outlook(plan)
    values, guests = outlook.values, 0
    if notices.is_told(values):
        guests = plan.series.guests.invited().count()
    moves, reasons = _of_move(ahead_of(plan.series, plan.booking), plan.wish)
    return Review(
        changes=series_values_in_words(values, outlook.since),
        later=_later_rows(plan, outlook),
        outlook=outlook,
        collisions=rows_of(plan.wish, plan.collisions, plan.wish.decisions),
        guests=guests,
        asked_again=bool(values.keys() & ASKS_ANEW),
        moves=moves,
        reasons=reasons,
    )


def changed_since(series: Series, wish: SeriesWish, *, booking: Booking | None) -> list[Change]:
    """What is saved now, beside what a form holds that was opened before."""
    ahead = ahead_of(series, booking)
    return series_values_in_words(values_of(ahead, from_now(wish)), ahead.split)


def _later_rows(plan: Plan, outlook: Outlook) -> list[LaterRow]:
    """Each later stretch as it is now, with what would be different about it."""
    ahead = ahead_of(plan.series, plan.booking)
    parts = {part.ahead.pattern.pk: part for part in outlook.later}
    rows = []
    for pattern in ahead.later:
        part = parts.get(pattern.pk)
        values = values_of(part.ahead, part.wish) if part else {}
        changes = series_values_in_words(values, pattern.first_date)
        rows.append(LaterRow(stretch=stretch_text(facts_of(pattern)), changes=changes))
    return rows


def _collisions(
    series: Series,
    wish: SeriesWish,
    exceptions: Exceptions | None,
    later: Later | None,
    booking: Booking | None,
) -> tuple[Collision, ...]:
    """All dates that are taken, as if nothing had been decided."""
    exceptions = exceptions or Exceptions.KEEP
    try:
        look_ahead(series, wish, booking=booking, exceptions=exceptions, later=later or Later.KEEP)
    except Collisions as taken:
        return taken.dates
    return ()


def _outlook(plan: Plan) -> Outlook:
    """The figures; for dates without a decision, as if they were booked all the same."""
    anyway = dict.fromkeys((each.date for each in plan.collisions), Decision.ANYWAY)
    wish = replace(plan.wish, decisions={**anyway, **plan.wish.decisions})
    exceptions = plan.exceptions or Exceptions.KEEP
    return look_ahead(
        plan.series,
        wish,
        booking=plan.booking,
        exceptions=exceptions,
        later=plan.later or Later.KEEP,
    )


def _of_move(ahead: Ahead, wish: SeriesWish) -> tuple[bool, list[str]]:
    """Whether the series changes its provider, and what of it that one cannot do."""
    before = ahead.pattern.room
    room: Any = wish.room or copy(before)
    for name, value in () if wish.room else wish.options.items():
        setattr(room, name, value)
    moves = room.provider_alias != before.provider_alias
    return moves, moving.reasons_against(room) if moves else []
