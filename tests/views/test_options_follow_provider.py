"""A form's fields follow the provider that is chosen in it, and no wish is dropped silently."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from meetings.models import Booking, Room, RoomSession
from meetings.providers import get_provider
from meetings.providers.base import RoomKind
from meetings.services.fit import lacks
from meetings.services.specs import spec_of
from tests import able_provider, provider_for_tests

from .conftest import Typed
from .reading import error_at, form_with, page, text_of

Book = Callable[..., Booking]
NEW = "/meetings/new/"
CHOSEN = "options-provider_alias"
SEMINARS = {
    "BACKEND": "plugnmeet",
    "OPTIONS": {"url": "https://meet.example", "api_key": "key", "api_secret": "secret" * 8},
}
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def places(settings: Settings) -> None:
    settings.MEETING_PROVIDERS = {
        "here": {"BACKEND": "builtin"},
        "main": {"BACKEND": f"{able_provider.__name__}.Able"},
        "modest": {"BACKEND": f"{provider_for_tests.__name__}.Modest"},
    }


def look(client: Client, form: dict[str, str], address: str = NEW) -> Any:
    """What the page asks when another provider is chosen."""
    return client.post(address, {**form, "look": "1"}, headers=HTMX)


def is_open(answer: Any) -> bool:
    """Whether the part that has the provider is unfolded."""
    return " open" in page(answer).partition("data-own-room")[2].partition(">")[0]


def test_fields_follow_the_provider_that_is_chosen(as_dana: Client, typed: Typed) -> None:
    here = as_dana.get(NEW)
    main = look(as_dana, typed(**{CHOSEN: "main"}))
    modest = look(as_dana, typed(**{CHOSEN: "modest"}))

    assert "At most 6 here." in text_of(here)
    assert "At most 50 here." in text_of(main)
    assert "options-chat" in page(main)
    for option in ("chat", "participants_share", "capacity"):
        assert f"options-{option}" not in page(modest)
    assert not Booking.objects.exists()
    assert "<html" not in page(main)


def test_webinar_is_offered_where_the_provider_holds_them(
    as_dana: Client, typed: Typed, settings: Settings
) -> None:
    settings.MEETING_PROVIDERS = {**settings.MEETING_PROVIDERS, "seminars": SEMINARS}
    here = as_dana.get(NEW)
    there = look(as_dana, typed(**{CHOSEN: "seminars"}))
    chosen = {CHOSEN: "seminars", "options-shown_for": "seminars"}

    as_dana.post(NEW, typed(**chosen, **{"options-is_webinar": "on"}))

    assert "is_webinar" not in page(here)
    assert "Webinar: hosts speak, the others watch" in text_of(there)
    booking = Booking.objects.get()
    session = RoomSession(room=booking.room, booking=booking, alias="seminars")
    assert spec_of(session).kind is RoomKind.WEBINAR
    assert lacks(get_provider("here"), booking.room) == ("webinars",)


def test_room_and_old_meeting_follow_too(as_dana: Client, book: Book, room: Room) -> None:
    booking = book()
    pages = [
        (address, form_with(as_dana.get(address), field, **{chosen: "modest"}))
        for address, field, chosen in (
            (f"/meetings/{booking.pk}/edit/", "title", CHOSEN),
            ("/rooms/new/", "name", "provider_alias"),
            (f"/rooms/{room.pk}/edit/", "name", "provider_alias"),
        )
    ]

    answers = [look(as_dana, form, address) for address, form in pages]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert not any("capacity" in page(answer) for answer in answers)
    assert set(Room.objects.values_list("provider_alias", flat=True)) == {"here"}


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"options-chat": None}, "its chat is switched off"),
        ({"options-participants_share": None}, "only hosts may share"),
        ({"options-capacity": "5"}, "it has a limit of people"),
        ({"options-capacity": "many"}, "it has a limit of people"),
    ],
)
def test_wish_that_cannot_be_kept_is_said_before_anything_is_planned(
    as_dana: Client, typed: Typed, wish: dict[str, Any], words: str
) -> None:
    form = typed(**{CHOSEN: "modest", **wish})

    looked, refused = look(as_dana, form), as_dana.post(NEW, form)

    assert words in error_at(looked, CHOSEN)
    assert words in error_at(refused, CHOSEN)
    assert is_open(refused)
    assert not Booking.objects.exists()


def test_meeting_is_planned_without_the_wish_once_that_was_read(
    as_dana: Client, typed: Typed
) -> None:
    refused = as_dana.post(NEW, typed(**{CHOSEN: "modest", "options-chat": None}))

    as_dana.post(NEW, form_with(refused, "title"))

    room = Booking.objects.get().room
    assert (room.provider_alias, room.chat) == ("modest", True)


def test_more_people_than_fit_there_are_refused_at_once(as_dana: Client, typed: Typed) -> None:
    form = typed(**{CHOSEN: "main", "options-capacity": "51"})

    assert "hold 50 people at most" in error_at(look(as_dana, form), "options-capacity")


def test_page_tells_how_many_come_in_and_what_is_not_kept(as_dana: Client, book: Book) -> None:
    many = book("Many", options={"provider_alias": "main", "capacity": 50})
    silent = book("Silent", options={"provider_alias": "modest", "chat": False}, may_overlap=True)

    of_many, of_silent = (text_of(as_dana.get(f"/meetings/{each.pk}/")) for each in (many, silent))

    assert "Maximum number of people 50" in of_many
    assert "Not possible" not in of_many
    assert "Not possible at Modest, though this meeting was set so: its chat is" in of_silent


def test_provider_stays_in_sight_when_it_was_chosen_or_something_is_wrong(
    as_dana: Client, typed: Typed
) -> None:
    first = as_dana.get(NEW)
    wrong = as_dana.post(NEW, typed(title=""))
    as_dana.post(NEW, typed())
    taken = as_dana.post(NEW, typed(**{CHOSEN: "main"}))

    assert not is_open(first)
    assert is_open(wrong)
    assert "taken" in text_of(taken)
    assert is_open(taken)
