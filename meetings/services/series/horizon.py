"""Endless series: kept made for a good year ahead."""

import logging
from dataclasses import replace
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from meetings.models import Booking, Pattern
from meetings.services.mail import notices
from meetings.services.transactions import saving

from .booking import left_out_of, make_meetings
from .plans import HORIZON, collisions_of, expand
from .wish import Planned, SeriesWish

log = logging.getLogger(__name__)

MOST_AT_ONCE = 500  # patterns; the rest have their turn an hour later


def fill() -> int:
    """Make what has come within reach, of every series; how many meetings. Twice does no harm."""
    made = 0
    for pk in _due().values_list("pk", flat=True)[:MOST_AT_ONCE]:
        try:
            made += len(_fill(pk))
        except Exception:  # one series' trouble keeps no other from its turn
            log.exception("The series of pattern %s cannot be continued.", pk)
    return made


@saving
def _fill(pk: int) -> list[Booking]:
    """All of one pattern or nothing of it: a worker that dies here leaves it as it was."""
    organizer = Pattern.objects.values_list("series__organizer", flat=True).get(pk=pk)
    User.objects.select_for_update().get(pk=organizer)
    pattern = _due().select_for_update(of=("self",)).filter(pk=pk).first()
    if pattern is None or pattern.filled_until is None:
        return []  # somebody else has done it, or the series was ended meanwhile
    until = _today() + HORIZON
    made = make_meetings(pattern, _planned(pattern, pattern.filled_until, until))
    pattern.filled_until = until
    pattern.save(update_fields=["filled_until"])
    notices.collided(pattern.series, [each for each in made if each.may_overlap])
    return made


def _planned(pattern: Pattern, filled_until: date, until: date) -> list[Planned]:
    """Nobody is there to be asked: dates that are taken are booked all the same, and told."""
    wish = _wish(pattern)
    since = filled_until + timedelta(days=1)
    wanted = expand(wish, pattern.first_date, since=since, until=until)
    left_out = set(left_out_of(pattern, since))
    there = set(pattern.bookings.values_list("recurrence_date", flat=True))
    free = [each for each in wanted if each.date not in left_out | there]
    taken = {each.date for each in collisions_of(pattern.series.organizer, wish, free)}
    return [replace(each, may_overlap=each.date in taken) for each in free]


def _wish(pattern: Pattern) -> SeriesWish:
    return SeriesWish(
        title=pattern.title,
        rule=pattern.repeats,
        first_date=pattern.first_date,
        clock=pattern.clock,
        duration=pattern.duration,
        time_zone=pattern.time_zone,
        room=pattern.room if pattern.room.is_permanent else None,
    )


def _due() -> QuerySet[Pattern]:
    reach = _today() + HORIZON
    going_on = Pattern.objects.filter(
        filled_until__lt=reach,
        cancelled_at=None,
        series__cancelled_at=None,
        series__deleted_at=None,
    )
    return going_on.select_related("series__organizer", "room").order_by("filled_until", "pk")


def _today() -> date:
    return timezone.now().date()
