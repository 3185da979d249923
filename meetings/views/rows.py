"""Meetings and rooms in lists: all that a row shows, in as many queries for fifty as for one."""

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from meetings.models import JoinLink, Room, is_live_now, is_unconfirmed, was_ended
from meetings.models.booking import BookingQuerySet


def booking_rows(bookings: BookingQuerySet) -> BookingQuerySet:
    return (
        bookings.select_related("room", "series")
        .annotate(
            is_live=is_live_now("booking"), was_ended=was_ended(), is_unconfirmed=is_unconfirmed()
        )
        .annotate(
            host_token=_token(JoinLink.Purpose.HOST),
            guest_token=_token(JoinLink.Purpose.PARTICIPANT),
        )
    )


def room_rows(rooms: QuerySet[Room]) -> QuerySet[Room]:
    links = Prefetch("links", JoinLink.objects.usable().common())
    return rooms.annotate(is_live=is_live_now("room")).prefetch_related(links)


def _token(purpose: str) -> Subquery:
    """Of the meeting's own link or its series': in the query of the list rather than one more."""
    theirs = Q(booking=OuterRef("pk")) | Q(series=OuterRef("series"))
    links = JoinLink.objects.usable().common().filter(theirs, purpose=purpose)
    return Subquery(links.values("token")[:1])
