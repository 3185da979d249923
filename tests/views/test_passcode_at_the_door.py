"""A passcode of ours is asked at our door, whatever the provider."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.signing import loads
from django.test import Client, RequestFactory
from pytest_django import Settings

from accounts import throttle
from meetings.models import Admission, Booking, Room, RoomSession
from meetings.services import hosting
from meetings.services.opening import open_room
from meetings.views.visitors import COOKIE, SALT
from tests.inviting import address_of, invite

from .conftest import NOW
from .doors import ask, door_of, host, look_again, participants, state
from .reading import page, text_of

Book = Callable[..., Booking]
WRONG = "This is not the passcode."


@pytest.fixture
def guarded(live: RoomSession) -> RoomSession:
    """A live meeting with the passcode “blue moon”."""
    live.passcode = "blue moon"
    live.save()
    return live


def say(client: Client, session: RoomSession, passcode: str, **extra: Any) -> Any:
    sent = {"name": "Ana", "passcode": passcode}
    return client.post(f"{door_of(session)}enter/", sent, **extra)


def test_right_passcode_lets_in_and_is_asked_once(client: Client, guarded: RoomSession) -> None:
    before = client.get(door_of(guarded))

    inside = say(client, guarded, " blue  moon ")

    assert 'name="passcode"' in page(before)
    assert inside.status_code == 200
    assert 'name="passcode"' not in page(client.get(door_of(guarded)))
    assert ask(client, door_of(guarded)).status_code == 200


@pytest.mark.parametrize("said", ["", "red", "BLUE MOON", "x" * 10_000, "\x00", "\u202emoon"])
def test_wrong_passcode_is_told_and_makes_no_admission(
    client: Client, guarded: RoomSession, said: str
) -> None:
    answer = say(client, guarded, said)

    assert answer.status_code == 422
    assert (WRONG if said else "Please type the passcode") in text_of(answer)
    assert 'value="Ana"' in page(answer)
    assert not Admission.objects.exists()


def test_host_and_cohost_are_not_asked(
    as_dana: Client, client: Client, guarded: RoomSession
) -> None:
    assert guarded.booking
    cohost = guarded.booking.links.get(purpose="cohost").get_absolute_url()

    for person, address in ((as_dana, host(guarded.booking)), (client, cohost)):
        assert 'name="passcode"' not in page(person.get(address))
        assert ask(person, address).status_code == 200


def test_personal_link_is_not_asked(client: Client, guarded: RoomSession) -> None:
    assert guarded.booking
    (guest,) = invite(guarded.booking, "Ana <ana@example.net>")

    answer = ask(client, address_of(guest))

    assert answer.status_code == 200


def test_who_has_said_it_waits_for_the_host_and_comes_in_without_saying_it_again(
    client: Client, book: Book
) -> None:
    booking = book(at=NOW, options={"waiting_room": "nobody", "passcode": "blue"})
    address = participants(booking)

    client.post(f"{address}enter/", {"name": "Ana", "passcode": "blue"})
    waiting = client.get(address)
    open_room(booking.room, booking)
    opened = look_again(client, waiting, address)

    assert state(waiting) == "needs_host"
    assert 'name="passcode"' not in page(waiting)
    assert "data-enter-now" in page(opened)
    assert ask(client, address).status_code == 200


def test_changed_passcode_is_asked_of_who_has_said_the_old_one(
    client: Client, guarded: RoomSession
) -> None:
    RoomSession.objects.update(waiting_room="everyone")
    say(client, guarded, "blue moon")
    waiting = client.get(door_of(guarded))
    Admission.objects.all().delete()

    guarded.passcode = "red"
    guarded.save()

    assert 'name="passcode"' in page(look_again(client, waiting, door_of(guarded)))
    assert say(client, guarded, "blue moon").status_code == 422


def test_who_was_let_in_comes_back_though_the_passcode_changed(
    client: Client, guarded: RoomSession
) -> None:
    say(client, guarded, "blue moon")

    guarded.passcode = "red"
    guarded.save()

    assert ask(client, door_of(guarded)).status_code == 200


def test_passcode_is_asked_before_somebody_knocks_or_asks_at_a_lock(
    client: Client, guarded: RoomSession
) -> None:
    RoomSession.objects.update(waiting_room="everyone", locked=True)

    assert ask(client, door_of(guarded)).status_code == 422
    assert not Admission.objects.exists()
    say(client, guarded, "blue moon")

    assert Admission.objects.get().state == "waiting"


def test_host_lets_somebody_in_by_name_who_waited_when_the_passcode_was_set(
    client: Client, live: RoomSession
) -> None:
    RoomSession.objects.update(waiting_room="everyone")
    ask(client, door_of(live))
    live.refresh_from_db()
    live.passcode = "blue"
    live.save()

    hosting.admit(live)

    assert ask(client, door_of(live)).status_code == 200


def test_proof_in_the_cookie_is_not_the_passcode_and_opens_no_other_link(
    client: Client, room: Room, guarded: RoomSession
) -> None:
    say(client, guarded, "blue moon")
    room.passcode = "blue moon"
    room.save()
    RoomSession.objects.update(waiting_room="nobody")
    open_room(room)

    cookie = loads(client.cookies[COOKIE].value, salt=SALT)

    assert "moon" not in str(cookie)
    assert 'name="passcode"' in page(client.get(participants(room)))


# Guessing


def test_guesses_of_one_address_are_refused_and_others_come_in(
    client: Client, guarded: RoomSession
) -> None:
    answers = [say(client, guarded, f"guess {number}").status_code for number in range(20)]

    right = say(client, guarded, "blue moon")
    elsewhere = say(Client(), guarded, "blue moon", REMOTE_ADDR="203.0.113.9")

    assert answers == [422] * 15 + [429] * 5
    assert right.status_code == 429
    assert "too many wrong passcodes" in text_of(right)
    assert elsewhere.status_code == 200


def test_right_passcodes_of_a_whole_class_behind_one_address_are_no_guesses(
    guarded: RoomSession,
) -> None:
    RoomSession.objects.update(capacity=None)

    answers = {say(Client(), guarded, "blue moon").status_code for _ in range(17)}

    assert answers == {200}


def test_of_many_guesses_from_everywhere_a_link_hears_two_hundred(
    settings: Settings, db: None
) -> None:
    heard = 0
    for number in range(300):
        address = f"10.0.{number % 25}.1"
        request = RequestFactory().post("/j/token/enter/", REMOTE_ADDR=address)
        heard += throttle.count(request, "passcode", key="token") is not None

    assert heard == 200
