"""A meeting this moment, and rooms whose link lasts."""

import pytest
from django.test import Client

from accounts.models import User
from meetings.models import Booking, JoinLink, Room, RoomSession
from meetings.services import opening

from .doors import host, participants, state
from .reading import form_with, page, text_of

ROOM = "meetings/embed/builtin.html"


def test_meeting_runs_with_its_organizer_inside_after_two_clicks(as_dana: Client) -> None:
    door = as_dana.post("/meetings/now/", follow=True)

    inside = as_dana.post(f"{door.request['PATH_INFO']}enter/", {"name": "Dana"})

    assert 'data-state="open"' in page(door)
    assert "Start meeting" in text_of(door)
    assert inside.templates[0].name == ROOM
    session = RoomSession.objects.get()
    assert session.is_live
    assert session.booking == Booking.objects.get(title="Meeting of Dana")


def test_button_pressed_twice_is_one_meeting_and_pressed_later_another(as_dana: Client) -> None:
    button = form_with(as_dana.get("/meetings/"), "request_key")
    later = form_with(as_dana.get("/meetings/"), "request_key")

    doors = [as_dana.post("/meetings/now/", each).url for each in (button, button, later)]

    assert doors[0] == doors[1] != doors[2]
    assert Booking.objects.count() == 2


@pytest.mark.parametrize("key", ["", "x", "\0", "²", "9" * 5000])
def test_button_without_its_key_begins_a_meeting_all_the_same(as_dana: Client, key: str) -> None:
    assert as_dana.post("/meetings/now/", {"request_key": key}).status_code == 302


def test_organizer_with_the_longest_address_meets_now(as_dana: Client) -> None:
    User.objects.update(name="", email=f"{'d' * 242}@example.org")

    assert as_dana.post("/meetings/now/").status_code == 302
    assert len(Booking.objects.get().title) <= 200


def test_link_of_a_permanent_room_is_the_same_after_ten_meetings(
    as_dana: Client, client: Client, room: Room
) -> None:
    before = set(JoinLink.objects.filter(room=room).values_list("token", flat=True))

    for _ in range(10):
        assert as_dana.post(f"{host(room)}enter/").templates[0].name == ROOM
        assert state(client.get(participants(room))) == "open"
        as_dana.post(f"/rooms/{room.pk}/end/")

    assert room.sessions.filter(state="ended").count() == 10
    assert set(JoinLink.objects.filter(room=room).values_list("token", flat=True)) == before
    assert opening.open_room(room).is_live
