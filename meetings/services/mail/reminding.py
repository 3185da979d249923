"""Reminders: to each person of a meeting once, so many minutes before it as the organizer chose.

`Booking.remind_at` says when the next is due. Writing the mails and going on to the next are one
transaction, so a worker that dies has done both or nothing; a second one waits and finds it done.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from meetings.models import Answer, Booking, Guest
from meetings.models.booking import BookingQuerySet
from meetings.reminders import due_by
from meetings.services.transactions import saving

from . import notices
from .notices import Reminder

log = logging.getLogger(__name__)

AT_ONCE = 100  # meetings in one transaction
MOST_AT_ONCE = 5000  # meetings; the rest have their turn a minute later
ROWS = 500  # in one statement

Place = tuple[int | None, int | None]  # a meeting or a series, by its key


def remind_due() -> None:
    """Remind people of the meetings whose time for it has come. Late is fine until they begin."""
    keys = list(_due().values_list("pk", flat=True)[:MOST_AT_ONCE])
    for first in range(0, len(keys), AT_ONCE):
        some = keys[first : first + AT_ONCE]
        try:
            _remind(some)
        except Exception:  # one meeting's trouble keeps no other from its turn
            log.exception("Some meetings cannot be reminded of; each is tried by itself.")
            _remind_singly(some)


def keep_reminders(bookings: BookingQuerySet) -> None:
    """Have these meetings know anew when their next reminder is due."""
    rows = list(bookings.only("starts_at", "reminders", "remind_at", "state"))
    for booking in rows:
        booking.keep_reminder()
    _save(rows)


def _remind_singly(keys: Iterable[int]) -> None:
    for pk in keys:
        try:
            _remind([pk])
        except Exception:
            log.exception("Nobody can be reminded of meeting %s.", pk)


@saving
def _remind(keys: Sequence[int]) -> None:
    bookings = _claimed(keys)
    guests = _people(bookings)
    notices.reminded(
        Reminder(booking=each, minutes=minutes, people=(*_organizer(each), *guests[each.pk]))
        for each in bookings
        if (minutes := _minutes_of(each)) is not None
    )
    for booking in bookings:
        booking.remind_at = None
        booking.keep_reminder()
    _save(bookings)


def _save(bookings: Sequence[Booking]) -> None:
    """When the next is due; most have had their last, and that is one word for all of them."""
    more = [each for each in bookings if each.remind_at]
    last = [each.pk for each in bookings if not each.remind_at]
    if last:
        Booking.objects.filter(pk__in=last).update(remind_at=None)
    Booking.objects.bulk_update(more, ("remind_at",), batch_size=ROWS)


def _claimed(keys: Sequence[int]) -> list[Booking]:
    """Those still due, and nobody else's until we have saved.

    People before meetings, as whoever books locks them, and both no more than a change needs:
    so nobody waits for somebody who waits for him.
    """
    people = User.objects.filter(bookings__in=keys).order_by("pk").distinct()
    locked = User.objects.filter(pk__in=list(people.values_list("pk", flat=True)))
    list(locked.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    rows = _due().select_for_update(of=("self",), no_key=True).filter(pk__in=keys)
    return list(rows.select_related("organizer", "pattern"))


def _minutes_of(booking: Booking) -> int | None:
    """Which reminder is due; None when the meeting has begun or does not take place."""
    if booking.is_cancelled or booking.deleted_at:
        return None
    return due_by(booking.starts_at, booking.reminders, now=timezone.now())


def _organizer(booking: Booking) -> list[User]:
    return [booking.organizer] if booking.organizer.is_active else []


def _people(bookings: Sequence[Booking]) -> dict[int, list[Guest]]:
    """Who is invited to each and has not declined, by the meeting's key; two queries for many."""
    single = Q(booking__in=[each.pk for each in bookings if each.series_id is None])
    repeated = Q(series__in={each.series_id for each in bookings} - {None})
    by_place: dict[Place, list[Guest]] = defaultdict(list)
    for guest in Guest.objects.invited().filter(single | repeated).order_by("pk"):
        by_place[guest.booking_id, guest.series_id].append(guest)
    declined = _declined(bookings)
    return {
        each.pk: [guest for guest in by_place[_place(each)] if not declined(guest, each)]
        for each in bookings
    }


def _place(booking: Booking) -> Place:
    """Where its guests are kept: with the series, if it is of one."""
    return (None, booking.series_id) if booking.series_id else (booking.pk, None)


def _declined(bookings: Sequence[Booking]) -> Callable[[Guest, Booking], bool]:
    """Whether the answer that counts is no; the one to the meeting itself comes first."""
    keys = [each.pk for each in bookings]
    patterns = {each.pattern_id for each in bookings} - {None}
    theirs = Q(booking__in=keys) | Q(pattern__in=patterns)
    said = Answer.objects.filter(theirs, reset_at=None)
    by_place = {(each.guest_id, each.booking_id, each.pattern_id): each for each in said}

    def declined(guest: Guest, booking: Booking) -> bool:
        general = by_place.get((guest.pk, None, booking.pattern_id))
        if general and general.sequence < booking.asks_since:
            general = None
        counts = by_place.get((guest.pk, booking.pk, None)) or general
        return counts is not None and counts.choice == Answer.Choice.DECLINED

    return declined


def _due() -> BookingQuerySet:
    return Booking.objects.filter(remind_at__lte=timezone.now()).order_by("remind_at", "pk")
