"""Whoever asked to come in can take that back, and hosts do not see them any more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from meetings.models import Admission, Booking, Caller, Room, RoomSession
from meetings.services.hosting import admit
from meetings.services.opening import open_room
from meetings.services.waiting.waiters import waiters_at
from meetings.signals import doors_changed

from .conftest import NOW
from .doors import ask, host, look_again, participants, state
from .reading import page, text_of

Book = Callable[..., Booking]


@pytest.fixture
def booking(book: Book) -> Booking:
    """A meeting that begins now, whose people wait until a host lets them in."""
    return book("Weekly planning", at=NOW)


@pytest.fixture
def running(booking: Booking) -> RoomSession:
    return open_room(booking.room, booking)


def stop(client: Client, address: str) -> Any:
    return client.post(f"{address}stop/", follow=True)


def names_of_waiters(booking: Booking) -> list[str]:
    session = booking.sessions.running().first()
    return [each.name for each in waiters_at(booking.room, booking, session)]


def test_button_is_there_for_those_who_wait_alone(client: Client, booking: Booking) -> None:
    door = participants(booking)

    looked = page(client.get(door))
    ask(client, door)
    waits = page(client.get(door))

    assert f'action="{door}stop/"' not in looked
    assert f'action="{door}stop/"' in waits
    assert "Stop waiting" in waits


def test_whoever_stops_at_a_closed_door_is_waited_for_no_more(
    client: Client, booking: Booking
) -> None:
    door = participants(booking)
    ask(client, door, "Ana")
    ask(Client(), door, "Ben")

    answer = stop(client, door)

    assert state(answer) == "needs_host"
    assert "Let me in when it opens" in text_of(answer)
    assert names_of_waiters(booking) == ["Ben"]


def test_whoever_stops_in_the_waiting_room_leaves_the_hosts_list(
    client: Client,
    booking: Booking,
    running: RoomSession,
    django_capture_on_commit_callbacks: Any,
) -> None:
    door = participants(booking)
    ask(client, door, "Ana")
    ask(Client(), door, "Ben")
    told: list[object] = []

    def hear(**about: object) -> None:
        told.append(about["session"])

    doors_changed.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        answer = stop(client, door)
    doors_changed.disconnect(hear)

    assert state(answer) == "open"
    assert "Ask to join" in text_of(answer)
    assert names_of_waiters(booking) == ["Ben"]
    assert told == [running]


@pytest.mark.parametrize("runs", [False, True])
def test_they_can_ask_again_later(client: Client, booking: Booking, runs: bool) -> None:
    if runs:
        open_room(booking.room, booking)
    door = participants(booking)
    ask(client, door, "Ana")
    stop(client, door)

    ask(client, door, "Ana Lima")

    assert names_of_waiters(booking) == ["Ana Lima"]
    assert "Stop waiting" in page(client.get(door))


def test_whoever_is_early_takes_back_that_they_are_let_in_by_the_page(
    client: Client, book: Book
) -> None:
    early = book("Review", at=NOW + timedelta(days=1))
    ask(client, participants(early))

    answer = stop(client, participants(early))

    assert "as soon as the doors open" not in text_of(answer)
    assert "Let me in when it opens" in text_of(answer)
    assert not Caller.objects.exists()


def test_whoever_stops_as_a_host_lets_them_in_stays_let_in_and_is_not_taken_inside(
    client: Client, booking: Booking, running: RoomSession
) -> None:
    door = participants(booking)
    ask(client, door)
    admit(running)

    answer = stop(client, door)

    assert Admission.objects.get().state == "admitted"
    assert "Join now" in text_of(answer)
    assert "data-enter-now" not in page(answer)


def test_word_of_a_host_stays(client: Client, booking: Booking, running: RoomSession) -> None:
    door = participants(booking)
    ask(client, door)
    Admission.objects.update(state="refused")

    stop(client, door)
    stop(Client(), door)

    assert Admission.objects.get().state == "refused"


def test_at_a_room_without_a_meeting_it_is_the_same(client: Client, room: Room) -> None:
    ask(client, participants(room))
    assert Caller.objects.exists()

    stop(client, participants(room))

    assert not Caller.objects.exists()


def test_looking_at_the_address_changes_nothing(client: Client, booking: Booking) -> None:
    ask(client, participants(booking))

    answer = client.get(f"{participants(booking)}stop/")

    assert answer.status_code == 405
    assert names_of_waiters(booking) == ["Ana"]


def test_organizer_who_opens_has_nothing_to_stop(as_dana: Client, booking: Booking) -> None:
    assert "Stop waiting" not in page(as_dana.get(host(booking)))


# The name, while somebody waits


@pytest.mark.parametrize("runs", [False, True])
def test_name_of_whoever_waits_is_text_as_a_change_would_do_nothing(
    client: Client, booking: Booking, runs: bool
) -> None:
    if runs:
        open_room(booking.room, booking)
    door = participants(booking)
    before = page(client.get(door))

    ask(client, door, "Ana Lima")
    waits = client.get(door)

    assert 'autocomplete="name"' in before
    assert 'autocomplete="name"' not in page(waits)
    assert '<input type="hidden" name="name" value="Ana Lima">' in page(waits)
    assert "Your name Ana Lima" in text_of(waits)


def test_page_that_learns_that_somebody_waits_shows_their_name_as_text(
    client: Client, booking: Booking
) -> None:
    door = participants(booking)
    looked = client.get(door)  # and in another tab they ask
    ask(client, door, "Ana Lima")

    swapped = page(look_again(client, looked, door))

    assert 'id="who" hx-swap-oob="true"' in swapped
    assert 'autocomplete="name"' not in swapped


def test_page_that_somebody_types_in_is_left_alone(client: Client, booking: Booking) -> None:
    door = participants(booking)
    looked = client.get(door)
    open_room(booking.room, booking)

    assert 'id="who"' not in page(look_again(client, looked, door))


def test_after_stopping_the_name_can_be_typed_again(client: Client, booking: Booking) -> None:
    door = participants(booking)
    ask(client, door, "Ana Lima")

    again = page(stop(client, door))

    assert 'autocomplete="name"' in again
    assert 'value="Ana Lima"' in again
