"""What each thing is called where only its name is shown."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from meetings.models import Admission, Attendance, Booking, ChatMessage, Drift, Room, RoomSession

Book = Callable[..., Booking]


def test_everything_has_a_name(book: Book, room: Room) -> None:
    booking = book("Review", room=room)
    session = RoomSession.objects.create(room=room, alias="main", waiting_room="nobody")
    who = {"session": session, "identity": "g:1", "name": "Ana"}

    names = [
        str(thing)
        for thing in (
            booking,
            room,
            session,
            booking.changes.get(),
            *booking.links.all(),
            *room.links.filter(purpose="host"),
            Admission.objects.create(**who, state="waiting"),
            Attendance.objects.create(**who, joined_at=timezone.now()),
            ChatMessage(session=session, pid="p", name="Ana", text="Hello"),
        )
    ]

    assert names == [
        "Review",
        "Office hours",
        "Office hours (Opening)",
        "Booked: Review",
        "Host: Review",
        "Co-host: Review",
        "Participants: Review",
        "Host: Office hours",
        "Ana (Waiting)",
        "Ana: Office hours (Opening)",
        "Ana: Hello",
    ]


@pytest.mark.parametrize(
    ("kind", "outcome", "words"),
    [
        ("booking_missing", "repaired", "Will be reserved again"),
        ("booking_other", "repaired", "Will be reserved again"),
        ("booking_missing", "vanished", "Gone by itself"),
        ("session_gone", "repaired", "Repaired"),
    ],
)
def test_difference_says_what_became_of_it(kind: str, outcome: str, words: str) -> None:
    assert Drift(kind=kind, outcome=outcome).outcome_shown == words


@pytest.mark.parametrize(
    ("role", "word"), [("host", "Host"), ("cohost", "Co-host"), ("participant", "Participant")]
)
def test_one_persons_role_is_said_of_one(role: str, word: str) -> None:
    assert Attendance(role=role).role_shown == word


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (-16, ["ahead"]),
        (-15, ["ahead", "soon"]),
        (0, ["now"]),
        (29, ["now"]),
        (30, ["over"]),
    ],
)
def test_meeting_knows_where_it_stands(
    book: Book, time_machine: time_machine.TimeMachineFixture, minutes: int, words: list[str]
) -> None:
    booking = book(minutes=30)

    time_machine.move_to(booking.starts_at + timedelta(minutes=minutes), tick=False)

    said = {
        "ahead": booking.is_ahead,
        "soon": booking.is_soon,
        "now": booking.is_now,
        "over": booking.is_over,
    }
    assert [word for word, true in said.items() if true] == words
    assert booking.doors_open_at == booking.starts_at - timedelta(minutes=10)
    assert booking.doors_close_at == booking.ends_at + timedelta(minutes=30)
