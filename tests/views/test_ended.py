"""A meeting that a host has ended is over for its organizer too, until it is opened again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.test import Client

from accounts.models import User
from meetings.models import Booking
from meetings.services import hosting, opening

from .conftest import NOW

Book = Callable[..., Booking]


def test_meeting_that_was_ended_is_no_longer_what_is_on(as_dana: Client, book: Book) -> None:
    booking = book("Stand-up", at=NOW)
    session = opening.open_room(booking.room, booking)
    running = as_dana.get("/meetings/").text

    hosting.end_for_all(session)

    over = as_dana.get("/meetings/").text
    page = as_dana.get(f"/meetings/{booking.pk}/").text
    assert ("next-card--now" in running, "next-card--now" in over) == (True, False)
    assert "Ended</span>" in over
    assert "Open again" in page
    assert "Waiting for host" not in page


def test_meeting_that_was_opened_again_is_live(as_dana: Client, book: Book) -> None:
    booking = book("Stand-up", at=NOW)
    hosting.end_for_all(opening.open_room(booking.room, booking))

    opening.open_room(booking.room, booking)

    page = as_dana.get("/meetings/").text
    assert "next-card--now" in page
    assert "Live</span>" in page


def test_new_meeting_is_offered_a_time_that_is_free(
    as_dana: Client, dana: User, book: Book
) -> None:
    first = offered(as_dana, dana)
    book("Taken", at=first)

    later = offered(as_dana, dana)

    assert first == NOW.replace(minute=30)
    assert later == first + timedelta(minutes=30)


def offered(client: Client, user: User) -> datetime:
    initial = client.get("/meetings/new/").context["form"].initial
    return datetime.combine(initial["date"], initial["time"], tzinfo=user.zone).astimezone(UTC)
