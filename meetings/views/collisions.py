"""The page that asks about each date of a series that is taken."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from meetings.forms.decisions import DECIDE, DECIDED, FOR_ALL, value_of
from meetings.forms.passcodes import sealed
from meetings.http import MemberRequest
from meetings.models import Booking
from meetings.services.series.booking import Collision, Decision, SeriesWish
from meetings.services.series.wish import planned_on

from .previews import DateRow, date_row

OURS = {"csrfmiddlewaretoken", "back", "check", DECIDED, FOR_ALL}  # not of the form


@dataclass(frozen=True, slots=True, kw_only=True)
class CollisionRow:
    """A date that is taken, by what, and the two ways out."""

    name: str  # of the field
    date: DateRow
    bookings: tuple[Booking, ...]
    with_itself: bool
    skip: str
    anyway: str
    decision: Decision | None


def rows_of(
    wish: SeriesWish, collisions: Iterable[Collision], decisions: Mapping[date, Decision]
) -> list[CollisionRow]:
    """Each date that is taken, and each that was left out for it: that may still be changed."""
    taken = {each.date: each for each in collisions}
    free = {day: Collision(planned=planned_on(day, wish), bookings=()) for day in decisions}
    shown = sorted(({**free, **taken}).items())
    return [_row(wish, each, decisions.get(day)) for day, each in shown]


def _row(wish: SeriesWish, collision: Collision, decision: Decision | None) -> CollisionRow:
    return CollisionRow(
        name=f"{DECIDE}{collision.date.isoformat()}",
        date=date_row(collision.planned, wish),
        bookings=collision.bookings,
        with_itself=collision.with_itself,
        skip=value_of(Decision.SKIP, collision),
        anyway=value_of(Decision.ANYWAY, collision),
        decision=decision,
    )


def kept_fields(request: MemberRequest) -> list[tuple[str, str]]:
    """What was typed, to be sent again by a page that asks something else."""
    kept = (name for name in request.POST if name not in OURS and not name.startswith(DECIDE))
    return [(name, _kept(name, value)) for name in kept for value in request.POST.getlist(name)]


def _kept(name: str, value: str) -> str:
    return sealed(value) if name.endswith("passcode") else value


def kept_decisions(request: MemberRequest) -> list[tuple[str, str]]:
    """What was decided, to be kept in the form until the page asks again."""
    return [(name, request.POST[name]) for name in request.POST if name.startswith(DECIDE)]
