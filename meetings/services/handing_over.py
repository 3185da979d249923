"""Handing all that is ahead from one person to another: what was sent stays valid.

Meetings that took place keep their organizer. A permanent room takes its past along, though: who
owns it sees the sessions that were held in it, and who was there.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from meetings.models import (
    Booking,
    BookingChange,
    Feed,
    JoinLink,
    Room,
    Series,
    SeriesChange,
)
from meetings.models.booking import BookingQuerySet
from meetings.models.room import RoomQuerySet
from meetings.models.series import SeriesQuerySet

from .transactions import saving


class CannotHandOver(Exception):
    """Not to this person; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """What somebody has to hand over."""

    rooms: int  # permanent ones
    series: int
    meetings: int  # ahead or running, those of series included

    def __bool__(self) -> bool:
        return bool(self.rooms or self.series or self.meetings)


def estate_of(person: User) -> Estate:
    return Estate(
        rooms=_rooms(person).permanent().count(),
        series=_series(person).count(),
        meetings=_meetings(person).confirmed().not_over().count(),
    )


def successor(address: str, *, instead_of: User) -> User:
    """Who has this address; `CannotHandOver` where nobody has who could take it."""
    person = User.objects.filter(email__address=address, is_active=True, leaves_since=None).first()
    if person is None:
        raise CannotHandOver(_("Nobody with this address can sign in here."))
    if person == instead_of:
        raise CannotHandOver(_("Choose somebody else: this is where everything is already."))
    return person


@saving
def hand_over(source: User, target: User, *, by: User) -> Estate:
    """Make rooms, meetings ahead, series and feeds the other's, at once. Links stay as they are."""
    list(User.objects.select_for_update().filter(pk__in=(source.pk, target.pk)).order_by("pk"))
    successor(User.objects.get(pk=target.pk).email, instead_of=source)
    estate = estate_of(source)
    rooms, series, meetings = (
        list(rows.values_list("pk", flat=True))
        for rows in (_rooms(source), _series(source), _meetings(source))
    )
    _let_overlap(meetings, target)
    _note(rooms, series, meetings, source=source, target=target, by=by)
    Booking.objects.filter(pk__in=meetings).update(organizer=target)
    Series.objects.filter(pk__in=series).update(organizer=target)
    Room.objects.filter(pk__in=rooms).update(owner=target)
    _hand_over_links(rooms, series, meetings, source=source, target=target)
    return estate


def _rooms(person: User) -> RoomQuerySet:
    """Permanent ones, and those of what is handed over."""
    held = Exists(_meetings(person).filter(room=OuterRef("pk")))
    return Room.objects.in_use().filter(Q(is_permanent=True) | held, owner=person)


def _series(person: User) -> SeriesQuerySet:
    return Series.objects.going_on().filter(organizer=person)


def _meetings(person: User) -> BookingQuerySet:
    """What is ahead; and of series all that was, as they stay whole."""
    ahead = Q(series=None, deleted_at=None, state="confirmed", ends_at__gt=timezone.now())
    return Booking.objects.filter(ahead | Q(series__in=_series(person)), organizer=person)


def _let_overlap(meetings: list[int], target: User) -> None:
    """Nobody can be asked about times at which the other has a meeting: both stand."""
    theirs = Booking.objects.confirmed().filter(
        organizer=target, starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at")
    )
    at_once = Booking.objects.filter(pk__in=meetings).filter(Exists(theirs))
    clashing = list(at_once.values_list("pk", flat=True))
    Booking.objects.filter(pk__in=clashing).update(may_overlap=True)


def _note(
    rooms: list[int],
    series: list[int],
    meetings: list[int],
    *,
    source: User,
    target: User,
    by: User,
) -> None:
    """In the histories, as numbers: names may have to be forgotten."""
    values = {"organizer": [source.pk, target.pk]}
    ahead = Booking.objects.filter(pk__in=meetings, series=None)
    BookingChange.objects.bulk_create(
        BookingChange(booking=each, kind=BookingChange.Kind.EDITED, by=by, values=values)
        for each in ahead
    )
    SeriesChange.objects.bulk_create(
        SeriesChange(series=each, kind=SeriesChange.Kind.EDITED, by=by, values=values)
        for each in Series.objects.filter(pk__in=series)
    )
    owner = {"owner": [source.pk, target.pk]}
    changed = Room.objects.filter(pk__in=rooms)
    audit.record_each(audit.Action.CHANGED, changed, user=by, values=owner)


def _hand_over_links(
    rooms: list[int], series: list[int], meetings: list[int], *, source: User, target: User
) -> None:
    """Those for the host, and the calendar addresses of rooms.

    The address of one's own calendar stays: who reads it would see the other's meetings.
    """
    there = Q(room__in=rooms) | Q(booking__in=meetings) | Q(series__in=series)
    JoinLink.objects.filter(there, owner=source).update(owner=target)
    feeds = Feed.objects.filter(room__in=rooms, revoked_at=None)
    feeds.filter(owner=target).update(revoked_at=timezone.now())  # dead ones, of earlier times
    feeds.filter(owner=source).update(owner=target)
