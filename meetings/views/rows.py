"""Meetings and rooms in lists: all that a row shows, in as many queries for fifty as for one."""

from django.db.models import OuterRef, Q, QuerySet, Subquery

from meetings.models import JoinLink, Room, is_live_now, is_unconfirmed, was_ended
from meetings.models.booking import BookingQuerySet

# A meeting of a series is reached by the links of the series.
TO_MEETING = Q(booking=OuterRef("pk")) | Q(series=OuterRef("series"))
TO_ROOM = Q(room=OuterRef("pk"))


def booking_rows(bookings: BookingQuerySet) -> BookingQuerySet:
    return (
        bookings.select_related("room", "series")
        .annotate(
            is_live=is_live_now("booking"), was_ended=was_ended(), is_unconfirmed=is_unconfirmed()
        )
        .annotate(
            host_token=_token(JoinLink.Purpose.HOST, TO_MEETING),
            guest_token=_token(JoinLink.Purpose.PARTICIPANT, TO_MEETING),
        )
    )


def room_rows(rooms: QuerySet[Room]) -> QuerySet[Room]:
    return rooms.annotate(
        is_live=is_live_now("room"),
        host_token=_token(JoinLink.Purpose.HOST, TO_ROOM),
        guest_token=_token(JoinLink.Purpose.PARTICIPANT, TO_ROOM),
    )


def _token(purpose: str, theirs: Q) -> Subquery:
    """Of the link to offer: in the query of the list rather than one more."""
    links = JoinLink.objects.usable().common().filter(theirs, purpose=purpose)
    return Subquery(links.best_first().values("token")[:1])
