"""The differences on record: one row each while it lasts."""

from datetime import timedelta

from django.utils import timezone

from meetings.models import Drift, RoomSession
from meetings.services.attendance import stays
from meetings.services.transactions import saving

from .sight import Difference, Sight

KEPT = timedelta(days=30)


@saving
def note(alias: str, sight: Sight) -> None:
    """Keep what was seen; what was looked for and is not there any more has gone by itself."""
    now, on_record = timezone.now(), Drift.objects.open().filter(alias=alias, kind=sight.kind)
    rows = {row.room_id: row for row in on_record}
    fresh = [_row(alias, seen) for room, seen in sight.found.items() if room not in rows]
    # Somebody else may see the same this moment: one row is enough.
    Drift.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)
    again = rows.keys() & sight.found.keys()
    on_record.filter(pk__in=[rows[room].pk for room in again]).update(seen_at=now)
    for room in again:
        _tell_anew(rows[room], sight.found[room])
    absent = rows.keys() - sight.found.keys() - sight.unseen
    gone = on_record.filter(pk__in=[rows[room].pk for room in absent])
    gone.update(settled_at=now, outcome=Drift.Outcome.VANISHED, error="")


def note_turns(sessions: set[int]) -> None:
    """These had their turn: the others come first the next time."""
    RoomSession.objects.filter(pk__in=sessions).update(compared_at=timezone.now())


def note_inside(sight: Sight) -> None:
    """Should nobody tell when they left, this is until when they were surely there."""
    for seen in sight.inside:
        stays.see(seen.session, seen.identities, seen.at)


def forget_old() -> None:
    """Those settled long ago are nobody's concern."""
    Drift.objects.filter(settled_at__lt=timezone.now() - KEPT).delete()


def _row(alias: str, seen: Difference) -> Drift:
    return Drift(
        alias=alias,
        kind=seen.kind,
        room_id=seen.room_id,
        session=seen.session,
        reservation=seen.reservation,
        details=seen.details,
    )


def _tell_anew(row: Drift, seen: Difference) -> None:
    """The same difference may have changed its shape: more people, another run of the room."""
    was = (row.details, row.session_id, row.reservation_id)
    session, reservation = seen.session, seen.reservation
    if was == (seen.details, session and session.pk, reservation and reservation.pk):
        return
    changed = {"session": session, "reservation": reservation, "details": seen.details}
    Drift.objects.open().filter(pk=row.pk).update(**changed)
