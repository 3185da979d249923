"""What runs of a meeting: it keeps its room, and ends as a whole."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from meetings.models import Booking, Room, RoomSession
from meetings.services.opening import open_room
from meetings.services.rooms import create_room

from .conftest import NOW
from .doors import ask, participants, state
from .reading import error_at, form_with, text_of

Book = Callable[..., Booking]


def move(client: Client, booking: Booking, room: Room) -> Any:
    address = f"/meetings/{booking.pk}/edit/"
    form = form_with(client.get(address), "title", room=room.pk, title="Moved")
    shown = client.post(address, form)
    return client.post(address, {**form_with(shown, "title"), "confirm": "1"})


def test_running_meeting_is_moved_when_it_was_ended_and_not_before(
    as_dana: Client, live: RoomSession, room: Room
) -> None:
    booking = live.booking
    assert booking
    before = Booking.objects.filter(pk=booking.pk).values().get()

    refused = move(as_dana, booking, room)
    after_refusal = Booking.objects.filter(pk=booking.pk).values().get()
    live.refresh_from_db()
    still_live = live.is_live
    as_dana.post(f"/meetings/{booking.pk}/end/")
    moved = move(as_dana, booking, room)

    assert refused.status_code == 422
    assert "End it there before you move it." in error_at(refused, "room")
    assert (after_refusal, still_live) == (before, True)
    assert moved.status_code == 302
    booking.refresh_from_db()
    assert (booking.room, booking.title) == (room, "Moved")


@pytest.fixture
def both(live: RoomSession) -> list[RoomSession]:
    """A meeting that runs in two rooms, as it can when it was moved while somebody opened it."""
    assert live.booking
    other = create_room(live.booking.organizer, name="Other room")
    return [live, open_room(other, live.booking)]


@pytest.mark.parametrize(("press", "reason"), [("end", "host"), ("cancel", "cancelled")])
def test_end_of_a_meeting_ends_all_that_runs_of_it(
    as_dana: Client, both: list[RoomSession], press: str, reason: str
) -> None:
    assert both[0].booking

    as_dana.post(f"/meetings/{both[0].booking.pk}/{press}/", {"reason": ""})

    for session in both:
        session.refresh_from_db()
    assert [(each.state, each.end_reason) for each in both] == [("ended", reason)] * 2


def test_cancelled_running_meeting_is_remembered_as_cancelled_where_it_was_held(
    as_dana: Client, client: Client, room: Room, book: Book
) -> None:
    booking = book("Board", at=NOW, room=room)
    session = open_room(room, booking)
    RoomSession.objects.update(waiting_room="nobody")
    ask(client, participants(booking))

    as_dana.post(f"/meetings/{booking.pk}/cancel/", {"reason": "Snow."})

    session.refresh_from_db()
    assert (session.state, session.end_reason) == ("ended", "cancelled")
    held = text_of(as_dana.get(f"/rooms/{room.pk}/")).partition("Held here")[2]
    assert "Board" in held
    assert "The meeting was cancelled" in held
    assert state(client.get(participants(booking))) == "cancelled"
