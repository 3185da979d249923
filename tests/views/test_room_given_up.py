"""A permanent room that was given up: asked first, refused afterwards, remembered for good."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from meetings.models import Booking, Room
from meetings.services import opening, scheduling

from .conftest import NOW, Typed
from .reading import error_at, form_with, page, text_of

Book = Callable[..., Booking]


def test_giving_a_room_up_asks_first_and_the_question_changes_nothing(
    as_dana: Client, room: Room
) -> None:
    session = opening.open_room(room)

    asked = as_dana.get(f"/rooms/{room.pk}/archive/")

    assert "Give “Office hours” up?" in text_of(asked)
    assert "Keep it" in text_of(asked)
    room.refresh_from_db()
    session.refresh_from_db()
    assert not room.is_archived
    assert session.is_live


@pytest.fixture
def given_up_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """The room is given up in another tab in the moment before the form's answer is saved."""
    for name in ("book", "edit"):
        save = getattr(scheduling, name)

        def late(*args: Any, save: Callable[..., Any] = save, **more: Any) -> Any:
            Room.objects.get(name="Office hours").archive()
            return save(*args, **more)

        monkeypatch.setattr(scheduling, name, late)


REFUSAL = "This room was given up in the meantime. Please choose another."


@pytest.mark.usefixtures("room")
def test_new_meeting_in_a_room_that_was_given_up_this_moment_is_refused_in_words(
    as_dana: Client, typed: Typed, room: Room, given_up_meanwhile: None
) -> None:
    answer = as_dana.post("/meetings/new/", typed(room=room.pk, title="Review"))

    assert answer.status_code == 422
    assert error_at(answer, "room") == REFUSAL
    assert form_with(answer, "title")["title"] == "Review"
    assert not Booking.objects.exists()


def test_meeting_is_not_moved_into_a_room_that_was_given_up_this_moment(
    as_dana: Client, room: Room, book: Book, given_up_meanwhile: None
) -> None:
    room.archive()
    booking = book(at=NOW)
    Room.objects.filter(pk=room.pk).update(archived_at=None)
    address = f"/meetings/{booking.pk}/edit/"
    form = form_with(as_dana.get(address), "title", room=room.pk, title="Moved")

    answer = as_dana.post(address, {**form, "confirm": "1"})

    assert answer.status_code == 422
    assert error_at(answer, "room") == REFUSAL
    assert form_with(answer, "title")["title"] == "Moved"
    booking.refresh_from_db()
    assert (booking.title, booking.version) == ("Review", 1)
    assert booking.room != room


def test_service_says_the_same_whoever_calls_it(dana: User, room: Room, book: Book) -> None:
    room.archive()

    with pytest.raises(scheduling.RoomRefused, match="given up in the meantime"):
        book(room=room)


def test_page_of_a_room_that_was_given_up_shows_its_history_and_offers_nothing_more(
    as_dana: Client, room: Room, book: Book
) -> None:
    booking = book("Last one here", at=NOW, room=room)
    opening.open_room(room, booking)
    as_dana.post(f"/meetings/{booking.pk}/cancel/", {"reason": "Moving out."})
    as_dana.post(f"/rooms/{room.pk}/archive/")

    shown = as_dana.get(f"/rooms/{room.pk}/")

    assert shown.status_code == 200
    assert "Last one here" in text_of(shown).partition("Held here")[2]
    assert "This room was given up." in text_of(shown)
    for name in ("edit", "archive"):
        assert f"/rooms/{room.pk}/{name}/" not in page(shown)
    assert f"/meetings/new/?room={room.pk}" not in page(shown)
    assert "Last one here" in text_of(as_dana.get(f"/meetings/{booking.pk}/"))
