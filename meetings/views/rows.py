"""Meetings and rooms in lists: all that a row shows, in as many queries for fifty as for one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from meetings.models import JoinLink, Room, is_live_now, is_unconfirmed, was_ended, was_held
from meetings.models.booking import BookingQuerySet

TO_ROOM = {"room": OuterRef("pk")}
TO_MEETING = {"booking": OuterRef("pk")}
TO_SERIES = {"series": OuterRef("series")}


def booking_rows(bookings: BookingQuerySet) -> BookingQuerySet:
    return bookings.annotate(is_live=is_live_now("booking"), was_ended=was_ended())


def meeting_facts(bookings: BookingQuerySet, now: datetime) -> QuerySet[Any, Any]:
    """What `agenda.Meeting` holds, in its order."""
    return bookings.values_list(
        "pk",
        "title",
        "starts_at",
        "ends_at",
        "duration",
        "time_zone",
        "series",
        "state",
        "room__is_permanent",
        "room__name",
        "room__provider_alias",
        is_live_now("booking"),
        was_ended(),
        was_held(),
        is_unconfirmed(),
        _token_of_meeting(JoinLink.Purpose.HOST, now),
        _token_of_meeting(JoinLink.Purpose.PARTICIPANT, now),
    )


def room_rows(rooms: QuerySet[Room]) -> QuerySet[Room]:
    return rooms.annotate(
        is_live=is_live_now("room"),
        host_token=_token(JoinLink.Purpose.HOST, TO_ROOM),
        guest_token=_token(JoinLink.Purpose.PARTICIPANT, TO_ROOM),
    )


def _token_of_meeting(purpose: str, now: datetime | None = None) -> Coalesce:
    """A meeting of a series is reached by the links of the series.

    Two questions, as each has an index: asked as one, SQLite reads the links of everybody.
    """
    return Coalesce(_token(purpose, TO_MEETING, now), _token(purpose, TO_SERIES, now))


def _token(purpose: str, theirs: Mapping[str, OuterRef], now: datetime | None = None) -> Subquery:
    """Of the link to offer: in the query of the list rather than one more."""
    links = JoinLink.objects.usable(now).to_hand_out().filter(purpose=purpose, **theirs)
    return Subquery(links.values("token")[:1])
