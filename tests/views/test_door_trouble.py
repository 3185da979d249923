"""The door when the provider fails, or was taken away."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from meetings.models import Booking, Room, RoomSession
from meetings.providers.errors import ProviderUnavailable
from meetings.services.opening import open_room
from meetings.services.rooms import create_room
from tests.provider_for_tests import Provider, Telling

from .conftest import NOW
from .doors import ask, host, look_again, participants, state
from .reading import page, text_of

Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture
ALONE = {"needs_host": False, "waiting_room": "nobody"}


def test_guest_who_was_ready_is_not_sent_in_again_by_the_page_after_a_failed_start(
    client: Client, elsewhere: Telling, book: Book, clock: Clock
) -> None:
    booking = book(at=NOW + timedelta(hours=1), options=ALONE)
    ask(client, participants(booking))
    waiting = client.get(participants(booking))
    clock.move_to(booking.doors_open_at, tick=False)
    taken_in = look_again(client, waiting, participants(booking))
    elsewhere.trouble["init_room"] = ProviderUnavailable("no answer")

    failed = ask(client, participants(booking))
    clock.move_to(booking.starts_at, tick=False)
    later = look_again(client, failed, participants(booking))

    assert "data-enter-now" in page(taken_in)
    assert state(failed) == "trouble"
    assert state(later) == "open"
    for answer in (failed, later, client.get(participants(booking))):
        assert "data-enter-now" not in page(answer)
    assert elsewhere.asked.count("init_room") == 2  # at each provider once


def test_host_who_was_ready_reads_of_the_trouble_until_they_try_again(
    as_dana: Client, elsewhere: Telling, book: Book, clock: Clock
) -> None:
    booking = book(at=NOW)
    session = RoomSession.objects.create(room=booking.room, booking=booking, alias="main")
    session.take_claim()
    ask(as_dana, host(booking), name="Dana")
    opening = as_dana.get(host(booking))
    session.fail("The one who opened it gave up.")
    taken_in = look_again(as_dana, opening, host(booking))
    elsewhere.trouble["init_room"] = ProviderUnavailable("no answer")

    failed = ask(as_dana, host(booking), name="Dana")
    polled = look_again(as_dana, failed, host(booking))

    assert state(opening) == "opening"
    assert "data-enter-now" in page(taken_in)
    assert state(failed) == "trouble"
    assert "data-enter-now" not in page(failed)
    assert polled.status_code == 204  # the words stay until somebody tries again
    assert elsewhere.asked.count("init_room") == 2  # at each provider once


def test_organizer_is_led_to_where_another_provider_is_chosen(
    as_dana: Client, client: Client, elsewhere: Telling, book: Book, room: Room
) -> None:
    booking = book(at=NOW)
    elsewhere.trouble["init_room"] = ProviderUnavailable("no answer")

    at_door = ask(as_dana, host(booking), name="Dana")
    at_rooms_door = ask(as_dana, host(room), name="Dana")
    of_meeting = as_dana.get(f"/meetings/{booking.pk}/")
    of_guest = client.get(participants(booking))

    for answer in (at_door, of_meeting):
        assert chooser(answer) == f"/meetings/{booking.pk}/edit/"
    assert chooser(at_rooms_door) == f"/rooms/{room.pk}/edit/"
    assert chooser(of_guest) == ""


def test_nobody_is_led_to_a_choice_that_is_none(
    as_dana: Client, elsewhere: Telling, book: Book, settings: Settings
) -> None:
    settings.MEETING_PROVIDERS = {"main": settings.MEETING_PROVIDERS["main"]}
    elsewhere.trouble["init_room"] = ProviderUnavailable("no answer")

    answer = ask(as_dana, host(book(at=NOW)), name="Dana")

    assert state(answer) == "trouble"
    assert chooser(answer) == ""


def chooser(answer: Any) -> str:
    """Where the button leads that offers another provider."""
    before, found, _after = page(answer).partition("Choose another provider</a>")
    return re.findall(r'href="(.+?)"', before)[-1] if found else ""


# A live room whose provider was taken away


class Spare(Provider):
    label = "Spare"


@pytest.fixture
def orphan(dana: User, elsewhere: Telling, settings: Settings) -> RoomSession:
    """Live at a provider that is gone since; its room was given another one."""
    session = open_room(create_room(dana, name="Office hours", waiting_room="nobody"))
    settings.MEETING_PROVIDERS = {"spare": {"BACKEND": f"{__name__}.Spare"}}
    Room.objects.update(provider_alias="spare")
    elsewhere.forget()
    return session


def test_room_whose_provider_is_gone_opens_anew_at_the_one_it_was_given(
    client: Client, as_dana: Client, orphan: RoomSession
) -> None:
    room = orphan.room
    before = as_dana.get(f"/rooms/{room.pk}/")
    for_guest = client.get(participants(room))

    opened = ask(as_dana, host(room), name="Dana")

    assert "held at “main”, which is no longer set up here" in text_of(before)
    assert "opens it at the room’s present provider" in text_of(before)
    assert state(for_guest) == "needs_host"
    new = room.sessions.running().get()
    assert opened.headers["Location"].startswith(f"https://rooms.example/{new.key}?")
    assert (new.alias, new.is_live) == ("spare", True)
    orphan.refresh_from_db()
    assert (orphan.state, orphan.end_reason) == ("ended", "provider")
    assert "no longer set up" not in text_of(as_dana.get(f"/rooms/{room.pk}/"))
    assert state(look_again(client, for_guest, participants(room))) == "open"


def test_meeting_page_explains_it_as_well(
    as_dana: Client, book: Book, elsewhere: Telling, settings: Settings
) -> None:
    booking = book(at=NOW)
    open_room(booking.room, booking)
    settings.MEETING_PROVIDERS = {"spare": {"BACKEND": f"{__name__}.Spare"}}
    Room.objects.update(provider_alias="spare")

    before = text_of(as_dana.get(f"/meetings/{booking.pk}/"))
    ask(as_dana, host(booking), name="Dana")

    assert "held at “main”, which is no longer set up here" in before
    assert booking.sessions.running().get().alias == "spare"
    assert "no longer set up" not in text_of(as_dana.get(f"/meetings/{booking.pk}/"))
