"""The stays of one person in one session, kept in step with all that was told of them."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import DateTimeField, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest, Least

from meetings.comings import Kind, Mark, Stay, stays_of
from meetings.models import Attendance, RoomSession

Reason = RoomSession.EndReason

# Nobody was inside any more when we ended it so, and nobody told since when
NOTICED = {Reason.TIME, Reason.EMPTY}


def tell(session: RoomSession, identity: str, mark: Mark, *, name: str, role: str) -> bool:
    """Take in what was told of a person; whether that changes from when to when they were there.

    The session's row is locked, so that two do not do this at once.
    """
    rows = list(session.attendances.filter(identity=identity).order_by("joined_at", "pk"))
    marks = {each for row in rows for each in marks_of(row)}
    stays = stays_of(
        marks | {mark}, until=session.ended_at, is_certain=session.end_reason not in NOTICED
    )
    before = [times(row) for row in rows]
    for row in rows[len(stays) :]:  # first: at most one may be open
        row.delete()
    for number, stay in enumerate(stays):
        row = rows[number] if number < len(rows) else Attendance(session=session, identity=identity)
        _keep(row, stay, name=name, role=role)
    return before != [(each.joined_at, each.left_at, each.left_after) for each in stays]


def marks_of(row: Attendance) -> list[Mark]:
    """What was told of this stay, and how it stands where nothing is on record."""
    marks = [Mark.from_json(told) for told in row.told]
    if not row.told:
        is_bare = row.joined_at == row.left_at
        marks = [Mark(row.joined_at, Kind.LEFT if is_bare else Kind.CAME)]
    if row.left_at and not any(m.at == row.left_at and m.kind is not Kind.CAME for m in marks):
        marks.append(Mark(row.left_at, Kind.GONE, row.left_after))
    return marks


def times(row: Attendance) -> tuple[datetime, datetime | None, datetime | None]:
    """From when to when; until when somebody inside was seen is no part of that."""
    return (row.joined_at, row.left_at, row.left_after if row.left_at else None)


def _keep(row: Attendance, stay: Stay, *, name: str, role: str) -> None:
    if not (row.pk and row.arrival_is_known):
        row.name, row.role = name, role
    # Whoever is inside keeps what their provider's list has shown
    seen = stay.left_after if stay.left_at else row.left_after
    row.joined_at, row.left_at, row.left_after = stay.joined_at, stay.left_at, seen
    row.told = [mark.as_json() for mark in stay.marks]
    row.save()


def close(stays: QuerySet[Attendance], at: datetime, *, noticed: bool) -> int:
    """End these stays at a moment; `noticed`: nobody told when they left. How many there were."""
    left_at = Greatest("joined_at", Value(at, output_field=DateTimeField()))
    seen = Least(Coalesce("left_after", "joined_at"), left_at) if noticed else None
    return stays.update(left_at=left_at, left_after=seen)


def see(session: RoomSession, identities: Collection[str], at: datetime) -> None:
    """Their provider's list shows these people inside."""
    inside = session.attendances.filter(left_at=None, identity__in=identities)
    inside.filter(Q(left_after=None) | Q(left_after__lt=at), joined_at__lt=at).update(left_after=at)
