"""Pages cost the same however much there is on them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from meetings.models import Attendance, Booking, BookingChange, Room
from meetings.recurrence import daily
from meetings.services.opening import open_room
from meetings.services.rooms import create_room
from meetings.services.series.booking import SeriesWish, book_series

from .conftest import NOW, Typed
from .reading import text_of

pytestmark = pytest.mark.uncounted

Book = Callable[..., Booking]
AROUND = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def cost(client: Client, address: str) -> int:
    """The queries of a page, once its visitor has been seen before."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def many(book: Book, count: int, **fields: object) -> None:
    for number in range(count):
        start = timezone.now() + timedelta(hours=number + 1)
        book(f"No. {number}", at=start, may_overlap=True, **fields)


@pytest.mark.parametrize("show", ["upcoming", "past"])
def test_agenda_of_50_meetings_costs_as_much_as_one_of_1(
    as_dana: Client, book: Book, room: Room, show: str
) -> None:
    def when(number: int) -> timedelta:
        return timedelta(hours=number if show == "upcoming" else -number)

    first = book("First", at=NOW + when(1), room=room)
    open_room(first.room, first)
    with_one = cost(as_dana, f"/meetings/?show={show}")

    for number in range(2, 51):
        book(f"No. {number}", at=NOW + when(number), room=room if number % 2 else None)

    assert cost(as_dana, f"/meetings/?show={show}") == with_one
    assert "No. 50" in text_of(as_dana.get(f"/meetings/?show={show}"))


def test_dashboard_with_series_rooms_and_running_meetings_costs_five(
    as_dana: Client, dana: User, book: Book, room: Room
) -> None:
    for number in range(3):
        open_room(book(f"Running {number}", at=NOW, may_overlap=True).room)
        book(f"In the room {number}", room=room, may_overlap=True)
    overrun = book("Overrun", at=NOW - timedelta(hours=2))
    open_room(overrun.room, overrun)
    days = replace(daily(), count=9)
    first = (timezone.now() + timedelta(days=2)).date()
    usual = {"duration": 30, "time_zone": "UTC", "clock": time(3)}
    wish = SeriesWish(title="Stand-up", rule=days, first_date=first, **usual)
    links = book_series(dana, wish).links.all()

    assert cost(as_dana, "/meetings/") == 5

    page = as_dana.get("/meetings/").text
    host, participants = links.get(purpose="host"), links.get(purpose="participant")
    assert page.count(host.get_absolute_url()) == 9
    assert page.count(participants.token) >= 9
    assert page.count(overrun.links.get(purpose="host").token) == 1


def test_meeting_with_50_stays_and_changes_costs_as_much_as_with_1(
    as_dana: Client, book: Book, dana: User, colin: User
) -> None:
    booking = book("Review", at=NOW)
    session = open_room(booking.room, booking)
    address = f"/meetings/{booking.pk}/"

    def grow(numbers: range) -> None:
        for number in numbers:
            by = colin if number % 2 else dana
            BookingChange.objects.create(
                booking=booking, kind="edited", by=by, values={"title": ["Review", f"No. {number}"]}
            )
            Attendance.objects.create(
                session=session, identity=f"g:{number}", name=f"Guest {number}", joined_at=NOW
            )

    grow(range(1))
    with_one = cost(as_dana, address)
    grow(range(1, 50))

    assert cost(as_dana, address) == with_one
    assert "Guest 49" in text_of(as_dana.get(address))
    assert "No. 49" in text_of(as_dana.get(address))


def test_list_of_50_rooms_costs_as_much_as_one_of_1(as_dana: Client, dana: User) -> None:
    create_room(dana, name="Room 1")
    with_one = cost(as_dana, "/rooms/")

    for number in range(2, 51):
        create_room(dana, name=f"Room {number}")

    assert cost(as_dana, "/rooms/") == with_one
    assert "Room 50" in text_of(as_dana.get("/rooms/"))


def test_busy_room_costs_as_much_as_a_quiet_one(as_dana: Client, room: Room, book: Book) -> None:
    def hold(number: int) -> None:
        booking = book(f"Held {number}", at=NOW - number * timedelta(hours=1), room=room)
        session = open_room(room, booking)
        session.end(session.EndReason.HOST)

    hold(1)
    book("Coming", room=room)
    with_one = cost(as_dana, f"/rooms/{room.pk}/")

    for number in range(2, 12):
        hold(number)
    many(book, 20, room=room)

    assert cost(as_dana, f"/rooms/{room.pk}/") == with_one


def test_form_of_somebody_with_50_rooms_costs_as_much_as_with_1(
    as_dana: Client, dana: User
) -> None:
    create_room(dana, name="Room 1")
    with_one = cost(as_dana, "/meetings/new/")

    for number in range(2, 51):
        create_room(dana, name=f"Room {number}")

    assert cost(as_dana, "/meetings/new/") == with_one


def test_new_meeting_costs_as_little_as_what_it_keeps(as_dana: Client, typed: Typed) -> None:
    """Session, person, lock, the same form, the time; room, meeting, links, history, audit log."""
    form = typed(request_key=str(uuid4()))
    as_dana.get("/meetings/new/")  # what a process remembers for a while is remembered

    with CaptureQueriesContext(connection) as queries:
        assert as_dana.post("/meetings/new/", form).status_code == 302

    told = [each["sql"] for each in queries if not each["sql"].startswith(AROUND)]
    assert len(told) == (10 if connection.features.has_select_for_update else 9)
    assert Booking.objects.get().links.count() == 3
