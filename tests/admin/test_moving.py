"""The operator moves everything of an alias to another one."""

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from meetings.models import Booking, Room
from meetings.services.rooms import create_room
from tests.able_provider import able
from tests.conftest import make_user, signed_in
from tests.provider_for_tests import Telling
from tests.views.reading import form_with, text_of

__all__ = ["able"]

Book = Callable[..., Booking]


@pytest.fixture
def address() -> str:
    return reverse("admin:meetings_move")


@pytest.fixture
def rooms(able: Telling, dana: User, colin: User) -> list[Room]:
    """A room of Dana's and one of Colin's, at `main`."""
    return [create_room(who, name=f"{who}’s room") for who in (dana, colin)]


def held_at() -> set[str]:
    return set(Room.objects.values_list("provider_alias", flat=True))


def look(client: Client, address: str) -> str:
    return client.get(address, {"source": "main", "target": "modest"})


def test_providers_page_leads_there_with_where_from(
    as_staff: Client, address: str, rooms: list[Room]
) -> None:
    assert f'href="{address}?source=main"' in as_staff.get(reverse("admin:meetings_providers")).text

    answer = as_staff.get(address, {"source": "main"})

    assert answer.status_code == 200
    assert '<option value="main" selected>' in answer.text
    assert "errornote" not in answer.text


def test_operator_looks_and_moves_everybody(
    as_staff: Client, address: str, rooms: list[Room], book: Book, staff: User
) -> None:
    booking = book(room=rooms[0])
    looked = look(as_staff, address)

    answer = as_staff.post(address, form_with(looked, "mark"), follow=True)

    assert "2 rooms move. 1 coming meeting moves with them." in text_of(looked)
    assert "Moved to modest. Rooms: 2, coming meetings: 1." in text_of(answer)
    assert held_at() == {"modest"}
    assert booking.changes.first().by == staff
    entries = LogEntry.objects.filter(user=staff)
    assert {entry.object_id for entry in entries} == {str(room.pk) for room in rooms}
    assert {entry.change_message for entry in entries} == {"Moved from main to modest."}


def test_what_changed_after_the_look_is_told_and_nothing_is_moved_or_logged(
    as_staff: Client, address: str, rooms: list[Room], dana: User
) -> None:
    form = form_with(look(as_staff, address), "mark")
    create_room(dana, name="Just made")

    answer = as_staff.post(address, form)

    assert answer.status_code == 409
    assert "This has changed since you looked." in text_of(answer)
    assert "3 rooms move." in text_of(answer)
    assert held_at() == {"main"}
    assert not LogEntry.objects.exists()
    as_staff.post(address, form_with(answer, "mark"))
    assert held_at() == {"modest"}


def test_alias_that_went_away_after_the_look_is_told(
    as_staff: Client, address: str, rooms: list[Room], settings: Settings
) -> None:
    form = form_with(look(as_staff, address), "mark")
    settings.MEETING_PROVIDERS = {"main": settings.MEETING_PROVIDERS["main"]}

    answer = as_staff.post(address, form)

    assert answer.status_code == 409
    assert "This provider is not there (any more)" in text_of(answer)
    assert held_at() == {"main"}


def test_same_provider_twice_is_refused_in_words(
    as_staff: Client, address: str, rooms: list[Room]
) -> None:
    answer = as_staff.get(address, {"source": "main", "target": "main"})

    assert answer.status_code == 422
    assert "choose two different providers" in text_of(answer)


def test_without_rooms_there_is_nothing_to_choose(
    as_staff: Client, address: str, able: Telling
) -> None:
    assert "no room and no coming meeting" in text_of(as_staff.get(address))


def test_who_may_only_look_moves_nothing(address: str, rooms: list[Room]) -> None:
    viewer = make_user("Vera", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_room"))

    client = signed_in(viewer)

    assert client.get(address).status_code == 403
    assert client.post(address, {"source": "main", "target": "modest"}).status_code == 403
    overview = client.get(reverse("admin:meetings_providers")).text
    assert address not in overview
    assert held_at() == {"main"}


def test_one_room_that_the_operator_moves_takes_its_meetings_along(
    as_staff: Client, rooms: list[Room], book: Book
) -> None:
    booking = book(room=rooms[0])
    address = reverse("admin:meetings_room_change", args=[rooms[0].pk])
    form = form_with(as_staff.get(address), "provider_alias", provider_alias="modest")

    answer = as_staff.post(address, {**form, "_save": "Save"})

    assert answer.status_code == 302
    assert booking.changes.first().values == {"provider_alias": ["main", "modest"]}
