"""The button "Meet now", pressed by impatient people."""

import uuid
from datetime import timedelta

import time_machine
from django.utils import timezone

from accounts.models import User
from meetings.models import Booking
from meetings.services import scheduling
from tests.conftest import Share
from tests.together import seen_by_all, together


def test_button_pressed_again_a_minute_later_is_the_same_meeting(
    dana: User, time_machine: time_machine.TimeMachineFixture
) -> None:
    key = uuid.uuid4()
    first = scheduling.meet_now(dana, request_key=key)
    time_machine.move_to(timezone.now() + timedelta(minutes=1))

    again = scheduling.meet_now(dana, request_key=key)

    assert again == first
    assert Booking.objects.count() == 1


def test_button_pressed_twice_at_once_is_one_meeting(dana: User, share_database: Share) -> None:
    share_database()
    key = uuid.uuid4()

    made = together(*[lambda: scheduling.meet_now(dana, request_key=key)] * 5)

    assert len({booking.pk for booking in made if isinstance(booking, Booking)}) == 1
    assert [each for each in made if isinstance(each, Exception)] == []
    assert seen_by_all(Booking.objects.count) == 1


def test_same_key_of_another_person_is_their_own_meeting(dana: User, colin: User) -> None:
    key = uuid.uuid4()

    theirs, mine = (scheduling.meet_now(each, request_key=key) for each in (colin, dana))

    assert (theirs.organizer, mine.organizer) == (colin, dana)
    assert Booking.objects.count() == 2
