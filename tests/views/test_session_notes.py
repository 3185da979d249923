"""The organizer is told when a meeting is held elsewhere, or otherwise than it was set."""

from collections.abc import Callable
from dataclasses import fields

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import User
from meetings.models import Booking, Room, RoomSession
from meetings.providers.base import Features
from meetings.providers.errors import ProviderUnavailable
from meetings.services import switches
from meetings.services.opening import HOST_RIGHTS, open_room
from meetings.services.rooms import create_room
from meetings.views.session_notes import OTHERWISE
from tests.places_apart import Apart, Plain, apart, set_up

from .conftest import NOW
from .doors import ask, host, participants, state
from .reading import text_of

__all__ = ["apart"]

Book = Callable[..., Booking]


@pytest.fixture
def booking(book: Book, apart: Apart) -> Booking:
    return book(at=NOW, options={"provider_alias": "main", "waiting_room": "nobody"})


def notes(client: Client, place: Booking | Room) -> str:
    kind = "meetings" if isinstance(place, Booking) else "rooms"
    return text_of(client.get(f"/{kind}/{place.pk}/"))


def test_meeting_that_is_held_where_it_should_be_has_no_notes(
    as_dana: Client, booking: Booking
) -> None:
    open_room(booking.room, booking)

    assert "could not hold" not in notes(as_dana, booking)


def test_organizer_reads_when_and_why_it_is_held_elsewhere_in_their_own_time(
    as_dana: Client, booking: Booking, apart: Apart
) -> None:
    apart.trouble["main"] = ProviderUnavailable("does not answer.", provider="Plain")
    open_room(booking.room, booking)

    told = notes(as_dana, booking)

    assert "could not hold the meeting (Mon, 23 November 2026, 9:20 AM Berlin" in told
    assert "so it is held at “Plain”. Plain: does not answer." in told


def test_permanent_room_tells_it_too(as_dana: Client, dana: User, apart: Apart) -> None:
    room = create_room(dana, name="Office hours", provider_alias="main")
    apart.trouble["main"] = ProviderUnavailable("does not answer.")
    open_room(room)

    assert "“main” could not hold the meeting" in notes(as_dana, room)


def test_people_at_the_door_read_nothing_of_it(
    client: Client, as_dana: Client, booking: Booking, apart: Apart
) -> None:
    apart.trouble["main"] = ProviderUnavailable("does not answer.")
    open_room(booking.room, booking)

    for who, address in ((client, participants(booking)), (as_dana, host(booking))):
        shown = text_of(who.get(address))
        assert "main" not in shown
        assert "answer" not in shown


def test_after_the_meeting_it_is_history(as_dana: Client, booking: Booking, apart: Apart) -> None:
    apart.trouble["main"] = ProviderUnavailable("does not answer.")
    open_room(booking.room, booking).end(RoomSession.EndReason.HOST)

    assert "could not hold" not in notes(as_dana, booking)


def test_reason_of_our_own_is_told_in_the_readers_language(
    as_dana: Client, dana: User, booking: Booking, staff: User
) -> None:
    switches.switch_off("main", by=staff)
    open_room(booking.room, booking)

    assert "It is switched off for now." in notes(as_dana, booking)


@pytest.mark.parametrize(
    ("differences", "told"),
    [
        (["chat_switch"], ["The chat may be on"]),
        (["sharing_switch", "capacity"], ["share their screen", "another number of people"]),
        (["webhooks"], ["does not tell who comes and goes"]),
        ([HOST_RIGHTS], ["lost the key to host rights"]),
        (["dancing"], ["Different from what was requested: dancing."]),
    ],
)
def test_what_the_provider_does_otherwise_is_told_in_words(
    as_dana: Client, booking: Booking, differences: list[str], told: list[str]
) -> None:
    session = open_room(booking.room, booking)
    RoomSession.objects.filter(pk=session.pk).update(differences=differences)

    shown = notes(as_dana, booking)

    for words in told:
        assert words in shown


def test_words_are_there_for_features_only() -> None:
    assert set(OTHERWISE) <= {each.name for each in fields(Features)} | {HOST_RIGHTS}


def test_room_whose_provider_is_gone_tells_where_its_meetings_are_held(
    as_dana: Client, booking: Booking, settings: Settings
) -> None:
    set_up(settings, spare=Plain)

    told = notes(as_dana, booking)

    assert "The provider “main” is no longer set up here." in told
    assert "meetings in this room are held at “Plain”" in told


def test_room_that_has_no_place_left_tells_that(
    as_dana: Client, booking: Booking, settings: Settings
) -> None:
    Room.objects.update(chat=False)
    set_up(settings, spare=Plain)

    assert "so this room cannot open" in notes(as_dana, booking)


def test_pages_need_no_query_for_each_note(as_dana: Client, booking: Booking) -> None:
    session = open_room(booking.room, booking)
    notes(as_dana, booking)

    with CaptureQueriesContext(connection) as without:
        notes(as_dana, booking)
    RoomSession.objects.filter(pk=session.pk).update(differences=list(OTHERWISE))
    with CaptureQueriesContext(connection) as all_of_them:
        notes(as_dana, booking)

    assert len(all_of_them) == len(without)


def test_what_runs_at_a_provider_that_is_gone_is_to_be_ended_first(
    client: Client, as_dana: Client, booking: Booking, settings: Settings
) -> None:
    """People may still be in that room: nobody is sent to another one behind their back."""
    open_room(booking.room, booking)
    set_up(settings, spare=Plain)

    told = notes(as_dana, booking)
    at_the_door = state(client.get(participants(booking)))
    as_dana.post(f"/meetings/{booking.pk}/end/")
    ask(as_dana, host(booking), name="Dana")

    assert "held at “main”, which is no longer set up here. End it to open the room anew." in told
    assert at_the_door == "trouble"
    assert state(client.get(participants(booking))) == "open"
    assert booking.sessions.live().get().alias == "spare"
