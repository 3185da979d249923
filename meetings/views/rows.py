"""Meetings and rooms in lists: all that a row shows, in as many queries for fifty as for one."""

from django.db.models import Prefetch, QuerySet

from meetings.models import JoinLink, Room, is_live_now, is_unconfirmed, was_ended
from meetings.models.booking import BookingQuerySet
from meetings.models.join_link import JoinLinkQuerySet


def booking_rows(bookings: BookingQuerySet) -> BookingQuerySet:
    return (
        bookings.select_related("room", "series")
        .annotate(
            is_live=is_live_now("booking"), was_ended=was_ended(), is_unconfirmed=is_unconfirmed()
        )
        .prefetch_related(_links(), Prefetch("series__links", _common_links()))
    )


def room_rows(rooms: QuerySet[Room]) -> QuerySet[Room]:
    return rooms.annotate(is_live=is_live_now("room")).prefetch_related(_links())


def _links() -> Prefetch[str]:
    return Prefetch("links", _common_links())


def _common_links() -> JoinLinkQuerySet:
    return JoinLink.objects.usable().common()
