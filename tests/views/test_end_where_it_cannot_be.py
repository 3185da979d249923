"""Ending for all at a provider that has no call for it: our door closes, and people are told so."""

import pytest
from django.test import Client
from django.utils import timezone

from meetings.models import Booking, Room
from meetings.services.opening import open_room
from tests.provider_for_tests import Telling

from .reading import text_of

STAYS = "sends nobody out"


@pytest.fixture
def modest(elsewhere: Telling, room: Room) -> Room:
    """Dana's room, at a provider that can do nothing but let people in."""
    room.provider_alias = "modest"
    room.save()
    return room


def test_organizer_knows_before_and_after_that_people_stay(as_dana: Client, modest: Room) -> None:
    session = open_room(modest)
    page = f"/rooms/{modest.pk}/"

    before = text_of(as_dana.get(page))
    after = text_of(as_dana.post(f"{page}end/", follow=True))

    session.refresh_from_db()
    assert session.state == "ended"
    assert f"Modest {STAYS}" in before
    assert "Who is inside stays there" in before
    assert "Whoever is inside the room stays until they leave it." in after
    assert "over for everybody" not in after


def test_meeting_says_the_same_and_its_door_is_shut(
    as_dana: Client, client: Client, modest: Room, book: object
) -> None:
    booking: Booking = book("Review", at=timezone.now(), room=modest)  # type: ignore[operator]
    open_room(modest, booking)
    page = f"/meetings/{booking.pk}/"

    before = text_of(as_dana.get(page))
    after = text_of(as_dana.post(f"{page}end/", follow=True))

    assert f"Modest {STAYS}" in before
    assert "Whoever is inside the room stays until they leave it." in after
    door = booking.links.get(purpose="participant").get_absolute_url()
    assert "This meeting is over." in text_of(client.get(door))


def test_provider_that_can_end_is_not_doubted(
    as_dana: Client, elsewhere: Telling, room: Room
) -> None:
    open_room(room)

    page = text_of(as_dana.get(f"/rooms/{room.pk}/"))

    assert STAYS not in page
    assert "Everybody who is in the meeting is sent out." in page
