"""Rules that no code can break, because the database keeps them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from meetings.models import Admission, Attendance, Booking, JoinLink, Room, RoomSession

Book = Callable[..., Booking]


def refused(change: Callable[[], Any]) -> str:
    """What the database says to a change that breaks a rule."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        change()
    return str(error.value)


def start(room: Room, **fields: Any) -> RoomSession:
    return RoomSession.objects.create(room=room, alias="main", waiting_room="nobody", **fields)


def test_room_runs_once_at_a_time(room: Room) -> None:
    first = start(room)

    refused(lambda: start(room))
    first.end(RoomSession.EndReason.EMPTY)
    start(room)

    assert room.sessions.count() == 2


def test_two_live_sessions_are_not_in_one_room_of_a_provider(room: Room, dana: User) -> None:
    other = Room.objects.create(owner=dana, name="Another")
    start(room, state="live", provider_room_id="r1")

    refused(lambda: start(other, state="live", provider_room_id="r1"))

    assert start(other, state="live", provider_room_id="r2").is_live


def test_meeting_ends_after_it_starts_whatever_is_written(book: Book) -> None:
    booking = book()
    same = Booking.objects.filter(pk=booking.pk)

    refused(lambda: same.update(ends_at=booking.starts_at))
    refused(lambda: same.update(duration=0))
    refused(lambda: same.update(duration=1441))
    refused(lambda: same.update(state="cancelled"))
    refused(lambda: same.update(cancelled_at=timezone.now()))

    assert same.get().ends_at == booking.starts_at + timedelta(minutes=30)


def test_link_leads_to_one_place_and_rights_have_an_owner(book: Book, room: Room) -> None:
    booking = book()

    refused(lambda: JoinLink.objects.create(purpose="participant"))
    refused(lambda: JoinLink.objects.create(purpose="participant", room=room, booking=booking))
    refused(lambda: JoinLink.objects.create(purpose="host", room=room))
    refused(lambda: JoinLink.objects.create(purpose="cohost", booking=booking))
    token = room.links.earliest("pk").token
    refused(lambda: JoinLink.objects.create(purpose="participant", room=room, token=token))

    assert JoinLink.objects.count() == 6


def test_person_asks_once_and_is_inside_once(room: Room) -> None:
    session = start(room)
    who = {"session": session, "identity": "g:1", "name": "Ana"}
    Admission.objects.create(**who, state="waiting")
    stay = Attendance.objects.create(**who, joined_at=timezone.now())

    refused(lambda: Admission.objects.create(**who, state="admitted"))
    refused(lambda: Attendance.objects.create(**who, joined_at=timezone.now()))
    stay.left_at = timezone.now() + timedelta(minutes=5)
    stay.save()
    again = Attendance.objects.create(**who, joined_at=timezone.now())

    assert timedelta(minutes=4) < stay.lasted <= timedelta(minutes=6)
    assert again.lasted < timedelta(minutes=1)


def test_one_request_is_one_meeting(book: Book) -> None:
    first, second = book("One"), book("Two", at=timezone.now() + timedelta(days=3))

    refused(lambda: Booking.objects.filter(pk=second.pk).update(request_key=first.request_key))


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "localtime"])
def test_zone_of_a_meeting_is_one_that_people_live_in(book: Book, zone: str) -> None:
    booking = book()
    booking.time_zone = zone

    with pytest.raises(ValidationError) as error:
        booking.full_clean()

    assert "time_zone" in error.value.message_dict


def test_rooms_and_people_with_meetings_cannot_be_deleted_by_accident(book: Book) -> None:
    booking = book()

    for thing in (booking.room, booking.organizer):
        with pytest.raises(Exception, match="protected"):
            thing.delete()
    assert Booking.objects.count() == 1
