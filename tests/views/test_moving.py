"""Moving to another provider, as the organizer does it: one room, one meeting, or everything."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from meetings.models import Booking, ProviderSwitch, Room
from meetings.services.opening import open_room
from meetings.services.rooms import create_room
from tests.able_provider import able
from tests.provider_for_tests import Telling

from .reading import error_at, form_with, page, text_of

__all__ = ["able"]

Book = Callable[..., Booking]
MOVE = "/rooms/move/"


@pytest.fixture
def hours(able: Telling, dana: User) -> Room:
    """Dana's permanent room at `main`."""
    return create_room(dana, name="Office hours")


def look(client: Client, source: str = "main", target: str = "modest") -> Any:
    return client.get(MOVE, {"source": source, "target": target})


# Everything


def test_list_of_rooms_leads_there_where_there_is_a_choice(
    as_dana: Client, hours: Room, settings: Settings
) -> None:
    with_two = page(as_dana.get("/rooms/"))
    settings.MEETING_PROVIDERS = {"main": settings.MEETING_PROVIDERS["main"]}

    assert MOVE in with_two
    assert MOVE not in page(as_dana.get("/rooms/"))


def test_another_provider_than_the_present_one_is_proposed(as_dana: Client, hours: Room) -> None:
    form = form_with(as_dana.get(MOVE), "source")

    assert (form["source"], form["target"]) == ("main", "modest")


def test_everything_of_mine_is_looked_at_and_moved(
    as_dana: Client, hours: Room, book: Book, colin: User
) -> None:
    book("In the room", room=hours)
    own = book("Own room", may_overlap=True)
    theirs = create_room(colin, name="Colin’s")
    open_room(hours)

    looked = look(as_dana)
    still = set(Room.objects.values_list("provider_alias", flat=True))
    answer = as_dana.post(MOVE, form_with(looked, "mark"), follow=True)

    text = text_of(looked)
    assert "From Able to Modest" in text
    assert "2 rooms move. 2 coming meetings move with them. 1 runs now" in text
    assert still == {"main"}
    assert "Moved to Modest. Rooms: 2, coming meetings: 2." in text_of(answer)
    own.room.refresh_from_db()
    theirs.refresh_from_db()
    assert (own.room.provider_alias, theirs.provider_alias) == ("modest", "main")
    assert "Able (main) → Modest" in text_of(as_dana.get(f"/meetings/{own.pk}/"))


def test_room_that_cannot_move_is_named_with_the_reason(
    as_dana: Client, hours: Room, book: Book
) -> None:
    Room.objects.update(chat=False)
    book("In the room", room=hours)

    looked = look(as_dana)

    assert "0 rooms move." in text_of(looked)
    assert "Office hours (1 coming meeting) – its chat is switched off" in text_of(looked)
    assert 'name="mark"' in page(looked)
    assert "Move them" not in text_of(looked)


def test_first_page_asks_for_nothing_yet(as_dana: Client, hours: Room) -> None:
    answer = as_dana.get(MOVE)

    assert answer.status_code == 200
    assert "Show what is affected" in text_of(answer)
    assert "room moves" not in text_of(answer)


def test_who_has_nothing_is_told_so(as_dana: Client, able: Telling) -> None:
    assert "You have no room and no coming meeting" in text_of(as_dana.get(MOVE))


def test_provider_that_is_switched_off_is_no_goal(as_dana: Client, hours: Room, dana: User) -> None:
    ProviderSwitch.objects.create(alias="modest", off_by=dana)

    answer = look(as_dana)

    assert "switched off" in error_at(answer, "target")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("source", "target", "field", "words"),
    [
        ("main", "main", "target", "two different providers"),
        ("modest", "main", "source", "Nothing is held there"),
        ("main", "imagined", "target", "not there (any more)"),
        ("", "", "source", "required"),
    ],
)
def test_choice_that_makes_no_sense_is_named_at_its_field(
    as_dana: Client, hours: Room, source: str, target: str, field: str, words: str
) -> None:
    answer = look(as_dana, source, target)

    assert answer.status_code == 422
    assert words in error_at(answer, field)


def test_second_of_two_tabs_is_told_and_nothing_is_done_twice(
    as_dana: Client, hours: Room, book: Book
) -> None:
    booking = book("In the room", room=hours)
    form = form_with(look(as_dana), "mark")
    as_dana.post(MOVE, form)

    answer = as_dana.post(MOVE, form)

    assert answer.status_code == 409
    assert "Nothing is held there (any more)." in text_of(answer)
    assert booking.changes.filter(kind="edited").count() == 1


def test_what_was_planned_meanwhile_is_shown_before_it_is_moved(
    as_dana: Client, hours: Room, book: Book
) -> None:
    form = form_with(look(as_dana), "mark")
    book("Just planned", room=hours)

    answer = as_dana.post(MOVE, form)

    assert answer.status_code == 409
    assert "This has changed since you looked. Nothing was moved yet." in text_of(answer)
    assert "1 coming meeting moves with them." in text_of(answer)
    hours.refresh_from_db()
    assert hours.provider_alias == "main"
    as_dana.post(MOVE, form_with(answer, "mark"))
    hours.refresh_from_db()
    assert hours.provider_alias == "modest"


# One room


def edit(client: Client, room: Room, **typed: object) -> Any:
    address = f"/rooms/{room.pk}/edit/"
    return client.post(address, form_with(client.get(address), "name", **typed))


def test_room_with_planned_meetings_shows_them_before_it_moves(
    as_dana: Client, hours: Room, book: Book
) -> None:
    booking = book("In the room", room=hours)

    asked = edit(as_dana, hours, provider_alias="modest", name="New name")
    before = Room.objects.get().provider_alias
    form = form_with(asked, "provider_alias", confirm="1")
    answer = as_dana.post(f"/rooms/{hours.pk}/edit/", form, follow=True)

    assert "moves from Able to Modest. 1 meeting is planned in it" in text_of(asked)
    assert "In the room" in text_of(asked)
    assert before == "main"
    assert "Your changes are saved." in text_of(answer)
    moved = Room.objects.get()
    assert (moved.provider_alias, moved.name, moved.needs_host) == ("modest", "New name", True)
    assert booking.changes.first().values == {"provider_alias": ["main", "modest"]}


def test_room_that_uses_what_the_other_cannot_do_says_so_before_it_moves(
    as_dana: Client, hours: Room, book: Book
) -> None:
    Room.objects.update(participants_share=False)
    book("In the room", room=hours)

    asked = edit(as_dana, hours, provider_alias="modest")

    assert "Not possible at Modest, though the room uses it:" in text_of(asked)
    assert "only hosts may share their screen" in text_of(asked)


def test_back_from_the_question_keeps_what_was_typed(
    as_dana: Client, hours: Room, book: Book
) -> None:
    book("In the room", room=hours)
    asked = edit(as_dana, hours, provider_alias="modest", name="New name")

    form = form_with(asked, "provider_alias", back="1")
    answer = as_dana.post(f"/rooms/{hours.pk}/edit/", form)

    assert 'value="New name"' in page(answer)
    assert Room.objects.get().name == "Office hours"


def test_room_without_planned_meetings_moves_at_once(as_dana: Client, hours: Room) -> None:
    assert edit(as_dana, hours, provider_alias="modest").status_code == 302
    assert Room.objects.get().provider_alias == "modest"


def test_room_that_stays_asks_nothing(as_dana: Client, hours: Room, book: Book) -> None:
    book("In the room", room=hours)

    assert edit(as_dana, hours, name="New name").status_code == 302
    assert Room.objects.get().name == "New name"


# One meeting


def review(client: Client, booking: Booking, **typed: object) -> Any:
    address = f"/meetings/{booking.pk}/edit/"
    return client.post(address, form_with(client.get(address), "title", **typed))


def test_meeting_that_changes_its_provider_says_what_that_means(
    as_dana: Client, able: Telling, book: Book
) -> None:
    booking = book(options={"chat": False})

    asked = review(as_dana, booking, **{"options-provider_alias": "modest"})

    text = text_of(asked)
    assert "Provider" in text
    assert "Able (main)" in text
    assert "At the new provider it is held from its next start on" in text
    assert "its chat is switched off" in text
    booking.room.refresh_from_db()
    assert booking.room.provider_alias == "main"


def test_meeting_that_goes_into_a_room_elsewhere_says_so_too(
    as_dana: Client, hours: Room, book: Book
) -> None:
    Room.objects.filter(pk=hours.pk).update(provider_alias="modest")

    moves = review(as_dana, book(), room=hours.pk)

    assert "At the new provider it is held" in text_of(moves)


def test_meeting_that_stays_says_nothing_of_providers(
    as_dana: Client, able: Telling, book: Book
) -> None:
    assert "At the new provider" not in text_of(review(as_dana, book(), title="Another"))
