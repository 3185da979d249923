"""When a country changes its clocks: meetings ahead keep theirs, and people are told."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from meetings.local_time import kept_instant
from meetings.models import Booking, BookingChange, Pattern, ZoneRules
from meetings.zone_edition import zone_edition

from . import answering
from .mail import notices
from .reservations import want
from .scheduling import busy_of
from .series.ahead import next_sequence
from .transactions import saving

log = logging.getLogger(__name__)

AT_ONCE = 500
MOVED = ("starts_at", "ends_at", "remind_at")


@dataclass(frozen=True, slots=True)
class Move:
    booking: Booking
    was: datetime


def keep_walls() -> int:
    """Apply a new edition of the zones' rules to all meetings ahead; how many moved.

    Safe to repeat and to run twice at once: who has kept their clock is not moved again.
    """
    edition = zone_edition()
    latest = ZoneRules.objects.first()
    if latest and latest.edition == edition:
        return 0
    ZoneInfo.clear_cache()  # this process may still know the old rules
    moved, failed = 0, False
    for pk in _organizers():
        try:
            moved += _keep_walls_of(pk)
        except Exception:  # one person's trouble keeps no other from the right time
            log.exception("New rules of time zones cannot be applied to meetings of user %s.", pk)
            failed = True
    if not failed:
        _note(edition, moved)
    return moved


def _organizers() -> list[int]:
    ahead = Booking.objects.confirmed().filter(starts_at__gt=timezone.now()).order_by()
    return sorted(ahead.values_list("organizer", flat=True).distinct())


@saving
def _note(edition: str, moved: int) -> None:
    row, _is_new = ZoneRules.objects.get_or_create(edition=edition)
    ZoneRules.objects.filter(pk=row.pk).update(applied_at=timezone.now(), moved=F("moved") + moved)


@saving
def _keep_walls_of(organizer: int) -> int:
    """All of one person's meetings, or none, so that they never stand in each other's way."""
    User.objects.select_for_update().get(pk=organizer)
    ahead = Booking.objects.confirmed().filter(organizer=organizer, starts_at__gt=timezone.now())
    ahead = ahead.exclude(wall="").select_related("room", "organizer", "pattern__series", "series")
    moves = [move for booking in ahead if (move := _move_of(booking))]
    if moves:
        _save(moves)
        _tell(moves)
    return len(moves)


def _move_of(booking: Booking) -> Move | None:
    wall = datetime.fromisoformat(booking.wall)
    kept = kept_instant(wall, booking.zone, second=booking.is_second)
    was = booking.starts_at
    if kept == was.replace(second=0, microsecond=0):
        return None
    booking.starts_at = kept
    booking.keep_times()
    return Move(booking, was)


def _save(moves: list[Move]) -> None:
    """While they move, none is in another's way; who is in the end stays marked so."""
    bookings = [move.booking for move in moves]
    rows = Booking.objects.filter(pk__in=[each.pk for each in bookings])
    strict = [each.pk for each in bookings if not each.may_overlap]
    rows.update(may_overlap=True, version=F("version") + 1, updated_at=timezone.now())
    Booking.objects.bulk_update(bookings, MOVED, batch_size=AT_ONCE)
    free = [each.pk for each in bookings if each.pk in set(strict) and _is_free(each)]
    rows.filter(pk__in=free).update(may_overlap=False)
    BookingChange.objects.bulk_create(
        BookingChange(
            booking=move.booking,
            kind=BookingChange.Kind.ZONE_RULES,
            values={"starts_at": [move.was.isoformat(), move.booking.starts_at.isoformat()]},
        )
        for move in moves
    )
    for each in rows.select_related("room"):
        want(each)


def _is_free(booking: Booking) -> bool:
    others = busy_of(booking.organizer, booking.room, besides=booking)
    return not others.overlapping(booking.starts_at, booking.ends_at).exists()


def _tell(moves: Iterable[Move]) -> None:
    """Each meeting by itself; of a series, once for each pattern and each changed date."""
    told: set[Pattern] = set()
    for booking, was in ((move.booking, move.was) for move in moves):
        pattern = booking.pattern
        if pattern is None or booking.is_exception:
            booking.sequence = answering.sequence_of(booking) + 1
            Booking.objects.filter(pk=booking.pk).update(sequence=booking.sequence)
            notices.zone_rules_changed(booking, was=was)
        elif pattern not in told:
            told.add(pattern)
            pattern.sequence = next_sequence(pattern)
            pattern.save(update_fields=["sequence"])
            notices.zone_rules_changed(pattern, was=was)
