"""What only seems to run in a room makes way; what really runs does not."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from meetings.models import Booking, Room, RoomSession
from meetings.services.opening import RoomIsOpening, open_room
from meetings.services.rooms import create_room
from tests.conftest import next_hour
from tests.provider_for_tests import Provider, Telling

Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture


class Spare(Provider):
    label = "Spare"


@pytest.fixture
def hall(dana: User, elsewhere: Telling) -> Room:
    return create_room(dana, name="Hall")


@pytest.fixture
def first(hall: Room, book: Book) -> Booking:
    return book("First", at=next_hour(), room=hall)


@pytest.fixture
def second(hall: Room, book: Book) -> Booking:
    return book("Second", at=next_hour() + timedelta(hours=1), room=hall)


def claimed(booking: Booking) -> RoomSession:
    session = RoomSession.objects.create(room=booking.room, booking=booking, alias="main")
    session.take_claim()
    return session


def test_node_whose_clock_is_ahead_does_not_take_a_live_claim(
    first: Booking, time_machine: Clock, database_travels: pytest.MonkeyPatch
) -> None:
    database_travels.undo()  # the database keeps its own time
    alive = claimed(first)
    time_machine.move_to(timezone.now() + timedelta(seconds=90))

    with pytest.raises(RoomIsOpening):
        open_room(first.room, first)

    alive.refresh_from_db()
    assert alive.is_being_opened
    assert alive.abandon() is False


def test_session_whose_opener_died_makes_way_for_another_meeting(
    first: Booking, second: Booking, elsewhere: Telling, time_machine: Clock
) -> None:
    died = claimed(first)
    time_machine.move_to(timezone.now() + timedelta(seconds=31))

    opened = open_room(second.room, second)

    assert (opened.booking, opened.is_live) == (second, True)
    died.refresh_from_db()
    assert (died.state, died.claim) == ("failed", "")
    assert elsewhere.live == {opened.key}


def test_session_that_somebody_is_opening_does_not_make_way(
    first: Booking, second: Booking, elsewhere: Telling
) -> None:
    opening = claimed(first)

    with pytest.raises(RoomIsOpening):
        open_room(second.room, second)

    opening.refresh_from_db()
    assert opening.is_being_opened
    assert elsewhere.asked == []


def test_session_that_is_live_does_not_make_way(
    first: Booking, second: Booking, elsewhere: Telling
) -> None:
    running = open_room(first.room, first)

    assert open_room(second.room, second) == running
    running.refresh_from_db()
    assert (running.booking, running.is_live) == (first, True)


def test_answer_of_an_opener_that_was_given_up_changes_nothing(
    first: Booking, second: Booking, elsewhere: Telling, time_machine: Clock
) -> None:
    slow = claimed(first)
    time_machine.move_to(timezone.now() + timedelta(seconds=31))
    opened = open_room(second.room, second)

    kept = slow.keep(slow.ref)

    assert not kept
    assert RoomSession.objects.running().get() == opened


def test_session_at_a_provider_that_is_gone_makes_way_when_the_room_has_another(
    hall: Room, elsewhere: Telling, settings: Settings
) -> None:
    orphan = open_room(hall)
    settings.MEETING_PROVIDERS = {"spare": {"BACKEND": f"{__name__}.Spare"}}
    hall.provider_alias = "spare"
    hall.save()

    opened = open_room(hall)

    assert (opened.alias, opened.is_live) == ("spare", True)
    orphan.refresh_from_db()
    assert (orphan.state, orphan.end_reason) == ("ended", "provider")


def test_session_at_another_provider_that_is_still_there_goes_on(
    hall: Room, elsewhere: Telling
) -> None:
    running = open_room(hall)
    hall.provider_alias = "modest"
    hall.save()

    assert open_room(hall) == running
    running.refresh_from_db()
    assert (running.alias, running.is_live) == ("main", True)
