import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from meetings.models import Room
from meetings.services import opening, rooms
from tests.provider_for_tests import Telling, elsewhere
from tests.views.reading import form_with

from .conftest import list_of, page_of

__all__ = ["elsewhere"]

pytestmark = pytest.mark.django_db


def form(**changes: str) -> dict[str, str]:
    return {
        "name": "Office hours",
        "provider_alias": "builtin",
        "waiting_room": "guests",
        "doors_open_minutes": "10",
        "capacity": "",
        "links-TOTAL_FORMS": "0",
        "links-INITIAL_FORMS": "0",
        **changes,
    }


def test_an_operator_moves_a_room_away_from_a_provider_that_is_gone(
    as_staff: Client, dana: User
) -> None:
    room = rooms.create_room(dana, name="Studio", provider_alias="gone")
    assert "Provider is gone</span>" in as_staff.get(list_of(Room)).text

    as_staff.post(page_of(room), form(name="Studio"))

    room.refresh_from_db()
    assert room.provider_alias == "builtin"
    assert opening.open_room(room).is_live


def test_a_provider_that_is_not_set_up_cannot_be_chosen(as_staff: Client, room: Room) -> None:
    page = as_staff.post(page_of(room), form(provider_alias="imagined"))

    room.refresh_from_db()
    assert room.provider_alias == "builtin"
    assert "imagined is not one of the available choices" in page.text


def test_more_people_than_the_provider_takes_are_refused(
    as_staff: Client, room: Room, settings: Settings
) -> None:
    settings.BUILTIN_ROOM_MAX_PEERS = 4

    page = as_staff.post(page_of(room), form(capacity="5"))

    room.refresh_from_db()
    assert room.capacity is None
    assert "rooms hold 4 people at most." in page.text


def test_whose_a_room_is_cannot_be_changed(as_staff: Client, room: Room, colin: User) -> None:
    as_staff.post(page_of(room), form(owner=str(colin.pk), name="Renamed"))

    room.refresh_from_db()
    assert room.name == "Renamed"
    assert room.owner != colin


def test_a_form_that_lay_open_saves_only_what_was_changed_in_it(
    as_staff: Client, dana: User, elsewhere: Telling
) -> None:
    room = rooms.create_room(dana, name="Studio", provider_alias="main")
    typed = form_with(as_staff.get(page_of(room)), "doors_open_minutes", name="Atelier")
    Room.objects.update(provider_alias="modest", chat=False, archived_at=room.created_at)

    as_staff.post(page_of(room), typed)

    room.refresh_from_db()
    assert (room.name, room.provider_alias, room.chat) == ("Atelier", "modest", False)
    assert room.is_archived
