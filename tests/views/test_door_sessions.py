"""Links of several meetings in one permanent room: each leads to its own meeting alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from meetings.models import Admission, Booking, Room, RoomSession
from meetings.services import hosting
from meetings.services.opening import open_room

from .conftest import NOW
from .doors import ask, host, look_again, participants, state
from .reading import text_of

Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture
WEEK = timedelta(days=7)
INSIDE = "meetings/embed/builtin.html"


@pytest.fixture
def room(room: Room) -> Room:
    """Dana's permanent room, in which nobody waits."""
    Room.objects.filter(pk=room.pk).update(waiting_room="nobody")
    room.refresh_from_db()
    return room


@pytest.fixture
def next_week(book: Book, room: Room) -> Booking:
    return book("Next week", at=NOW + WEEK, room=room)


@pytest.fixture
def last_month(book: Book, room: Room) -> Booking:
    return book("Last month", at=NOW - 4 * WEEK, room=room)


# A room that was opened through its own link, without a meeting


def test_room_opened_without_a_meeting_lets_in_nobody_with_a_meetings_link_of_another_day(
    client: Client, as_dana: Client, room: Room, next_week: Booking, last_month: Booking
) -> None:
    ask(as_dana, host(room), name="Dana")

    for booking, told in ((next_week, "too_early"), (last_month, "ended")):
        assert state(client.get(participants(booking))) == told
        assert ask(client, participants(booking)).status_code == 302
    assert [each.name for each in Admission.objects.all()] == ["Dana"]
    session = RoomSession.objects.get()
    assert (session.booking, session.is_live) == (None, True)


def test_room_opened_without_a_meeting_stays_so_when_people_come_by_the_rooms_link(
    client: Client, as_dana: Client, room: Room, next_week: Booking, last_month: Booking
) -> None:
    ask(as_dana, host(room))

    answer = ask(client, participants(room))

    assert answer.templates[0].name == INSIDE
    assert RoomSession.objects.get().booking is None


def test_room_opened_without_a_meeting_becomes_the_meetings_when_its_doors_open(
    client: Client, as_dana: Client, room: Room, next_week: Booking, clock: Clock
) -> None:
    clock.move_to(next_week.doors_open_at - timedelta(minutes=1), tick=False)
    ask(as_dana, host(room))
    early = client.get(participants(next_week))
    clock.move_to(next_week.doors_open_at, tick=False)

    opened = look_again(client, early, participants(next_week))
    inside = ask(client, participants(next_week))

    assert (state(early), state(opened)) == ("too_early", "open")
    assert inside.templates[0].name == INSIDE
    session = RoomSession.objects.get()
    assert session.booking == next_week
    assert session.admissions.filter(name="Ana", state="admitted").exists()


def test_looking_at_the_door_makes_no_session_the_meetings(
    client: Client, as_dana: Client, room: Room, book: Book
) -> None:
    ask(as_dana, host(room))
    booking = book("Today", at=NOW + timedelta(minutes=5), room=room)

    client.get(participants(booking))

    assert RoomSession.objects.get().booking is None


# A room in which a meeting runs


def test_meetings_of_other_days_say_where_they_stand_while_todays_runs(
    client: Client, as_dana: Client, room: Room, next_week: Booking, last_month: Booking, book: Book
) -> None:
    open_room(room, book("Today", at=NOW, room=room))

    early, over = (client.get(participants(each)) for each in (next_week, last_month))

    assert (state(early), state(over)) == ("too_early", "ended")
    assert "Starts in" in text_of(early)
    assert state(as_dana.get(host(last_month))) == "ended"
    assert state(as_dana.get(host(next_week))) == "busy"  # a host may begin ahead of time


def test_meeting_finds_its_room_busy_from_the_moment_its_doors_open(
    client: Client, room: Room, book: Book, clock: Clock
) -> None:
    open_room(room, book("Today", at=NOW, room=room))
    following = book("Following", at=NOW + timedelta(minutes=30), room=room)

    early = client.get(participants(following))
    clock.move_to(following.doors_open_at, tick=False)

    assert state(early) == "too_early"
    assert state(look_again(client, early, participants(following))) == "busy"
    assert ask(client, participants(following)).status_code == 302
    assert not Admission.objects.exists()


# The room's own link


def test_rooms_link_leads_to_the_meeting_that_is_on_and_not_to_the_next(
    client: Client, room: Room, book: Book, clock: Clock
) -> None:
    book("On now", at=NOW, room=room)
    book("Next", at=NOW + timedelta(minutes=30), room=room)
    clock.move_to(NOW + timedelta(minutes=25), tick=False)

    on_now = client.get(participants(room))
    clock.move_to(NOW + timedelta(minutes=30), tick=False)

    assert "invites you to On now" in text_of(on_now)
    assert "invites you to Next" in text_of(client.get(participants(room)))


def test_rooms_link_leads_to_the_meeting_that_runs_also_past_its_time(
    client: Client, room: Room, book: Book, clock: Clock
) -> None:
    running = book("Running", at=NOW, room=room)
    session = open_room(room, running)
    book("Next", at=NOW + timedelta(minutes=30), room=room)
    clock.move_to(NOW + timedelta(minutes=35), tick=False)

    answer = client.get(participants(room))
    hosting.end_for_all(session)

    assert "invites you to Running" in text_of(answer)
    assert state(answer) == "open"
    assert "invites you to Next" in text_of(client.get(participants(room)))


# The end, before the start


def test_meeting_that_was_tried_out_before_its_start_is_not_over_for_participants(
    client: Client, as_dana: Client, book: Book, clock: Clock
) -> None:
    booking = book(at=NOW + timedelta(minutes=8), options={"waiting_room": "nobody"})
    ask(as_dana, host(booking), name="Dana")
    clock.move_to(booking.starts_at - timedelta(minutes=5), tick=False)

    as_dana.post(f"/meetings/{booking.pk}/end/")
    after = client.get(participants(booking))
    ask(as_dana, host(booking), name="Dana")

    assert state(after) == "needs_host"
    assert "is over" not in text_of(after)
    assert state(client.get(participants(booking))) == "open"


# A room whose opener died


def test_room_whose_opener_died_is_not_busy_for_another_meeting(
    client: Client, as_dana: Client, room: Room, book: Book, clock: Clock
) -> None:
    died = RoomSession.objects.create(
        room=room, booking=book("Died", at=NOW - timedelta(minutes=30), room=room), alias="builtin"
    )
    died.take_claim()
    booking = book("Review", at=NOW, room=room)
    while_opening = state(client.get(participants(booking)))
    clock.move_to(NOW + timedelta(seconds=31), tick=False)

    later = state(client.get(participants(booking)))
    opened = ask(as_dana, host(booking), name="Dana")

    assert (while_opening, later) == ("busy", "needs_host")
    assert opened.templates[0].name == INSIDE
    assert RoomSession.objects.running().get().booking == booking
    died.refresh_from_db()
    assert died.state == "failed"
