"""The differences on record: one row each while it lasts."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from meetings.models import Drift, RoomSession
from meetings.services.transactions import saving

from .sight import Difference, Sight

KEPT = timedelta(days=30)


@saving
def note(alias: str, sight: Sight) -> None:
    """Keep what was seen; what was looked for and is not there any more has gone by itself."""
    on_record = Drift.objects.open().filter(alias=alias, kind=sight.kind)
    rows = {row.room_id: row for row in on_record}
    for room_id, difference in sight.found.items():
        keep(alias, difference, rows.get(room_id))
    absent = set(rows) - set(sight.found) - sight.unseen
    gone = on_record.filter(pk__in=[rows[room_id].pk for room_id in absent])
    gone.update(settled_at=timezone.now(), outcome=Drift.Outcome.VANISHED, error="")


def note_turns(sessions: set[int]) -> None:
    """These had their turn: the others come first the next time."""
    RoomSession.objects.filter(pk__in=sessions).update(compared_at=timezone.now())


def forget_old() -> None:
    """Those settled long ago are nobody's concern."""
    Drift.objects.filter(settled_at__lt=timezone.now() - KEPT).delete()


def keep(alias: str, difference: Difference, row: Drift | None) -> None:
    """One row, new or seen again; two who see it the same moment make one."""
    about = {
        "session": difference.session,
        "reservation": difference.reservation,
        "details": difference.details,
    }
    if row is None:
        try:
            with transaction.atomic():
                Drift.objects.create(
                    alias=alias, kind=difference.kind, room_id=difference.room_id, **about
                )
        except IntegrityError:
            pass  # somebody else saw it the same moment
        return
    Drift.objects.open().filter(pk=row.pk).update(seen_at=timezone.now(), **about)
