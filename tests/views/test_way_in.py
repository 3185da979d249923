"""The last step: a room is open, and the provider is asked to let one person in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from meetings.models import Attendance, Booking, RoomSession
from meetings.providers.errors import (
    BadCredentials,
    HostKeyLost,
    OutcomeUnknown,
    ProviderUnavailable,
    RoomNotFound,
)
from meetings.services import breakers
from meetings.services.opening import open_room
from meetings.services.specs import spec_of
from tests.accounts_at_doubles import AtPlugnmeet, AtXroom, at_plugnmeet, at_xroom
from tests.places_apart import KEY, Apart, Forgetful, apart, set_up
from tests.providers.doubles import base as faults
from tests.providers.doubles.base import Fault

from .conftest import NOW
from .doors import ask, host, look_again, participants, state
from .reading import page, text_of

__all__ = ["apart", "at_plugnmeet", "at_xroom"]

Book = Callable[..., Booking]

LOST = OutcomeUnknown("the answer was lost; it may have worked.")
GONE = RoomNotFound("does not know the room.")


@pytest.fixture
def meeting(book: Book) -> Callable[..., Booking]:
    def plan(**options: Any) -> Booking:
        return book(at=NOW, options={"provider_alias": "main", "waiting_room": "nobody", **options})

    return plan


def on(path: str, fault: Fault) -> Fault:
    """Only calls to this path go wrong."""
    return lambda double, call, reply: fault(double, call, reply) if path in call.path else reply


# An answer that was lost


def test_person_whose_answer_was_lost_is_asked_to_try_again_and_nobody_does_it_for_them(
    client: Client, apart: Apart, meeting: Callable[..., Booking]
) -> None:
    booking = meeting(needs_host=False)
    address = participants(booking)
    apart.trouble["main join"] = LOST

    lost = ask(client, address)
    polled = look_again(client, lost, address)
    asked = apart.asked.count("main join")
    apart.trouble.clear()
    again = ask(client, address)

    assert (lost.status_code, state(lost)) == (200, "try_again")
    assert "The video provider did not answer this time. Please try again." in text_of(lost)
    assert "data-enter-now" not in page(lost)
    assert polled.status_code == 204  # the words stay until the person does something
    assert asked == 1
    assert again.headers["Location"].startswith("https://main.example/")
    assert apart.opened() == ["main"]


def test_token_of_plugnmeet_is_never_asked_for_twice(
    client: Client, at_plugnmeet: AtPlugnmeet, meeting: Callable[..., Booking]
) -> None:
    """Asking again would put out who is inside already."""
    booking = meeting(needs_host=False)

    with at_plugnmeet.double.failing(on("getJoinToken", faults.cut)):
        answer = ask(client, participants(booking))

    assert state(answer) == "try_again"
    assert at_plugnmeet.double.paths().count("/auth/room/getJoinToken") == 1


@pytest.mark.parametrize("error", [ProviderUnavailable("does not answer."), BadCredentials("no")])
def test_provider_that_lets_nobody_in_is_told_and_the_meeting_goes_on(
    client: Client, apart: Apart, meeting: Callable[..., Booking], error: Exception
) -> None:
    booking = meeting(needs_host=False)
    open_room(booking.room, booking)
    apart.trouble["main join"] = error

    answer = ask(client, participants(booking))

    assert state(answer) == "trouble"
    assert booking.sessions.get().is_live
    assert apart.opened() == ["main"]  # those who are inside are not left for another room


def test_provider_that_is_silent_at_the_way_in_is_known_to_be_silent(
    client: Client, apart: Apart, meeting: Callable[..., Booking]
) -> None:
    booking = meeting(needs_host=False)
    open_room(booking.room, booking)
    apart.trouble["main join"] = ProviderUnavailable("does not answer.")

    for _ in range(breakers.THRESHOLD):
        ask(client, participants(booking))

    assert breakers.is_open("main")


def test_provider_that_is_taken_away_this_moment_is_trouble_and_no_fault_of_ours(
    client: Client, apart: Apart, meeting: Callable[..., Booking], settings: Settings
) -> None:
    booking = meeting(needs_host=False)
    apart.pause["main init_room"] = lambda: set_up(settings, spare=Forgetful)

    answer = ask(client, participants(booking))

    assert (answer.status_code, state(answer)) == (200, "trouble")


# A room that is gone


def test_room_that_is_gone_is_opened_anew_for_the_host(
    as_dana: Client, apart: Apart, meeting: Callable[..., Booking]
) -> None:
    booking = meeting()
    old = open_room(booking.room, booking)
    Attendance.objects.create(session=old, identity="g:1", name="Ana", joined_at=NOW)
    apart.trouble["main join"] = GONE
    apart.pause["main init_room"] = apart.trouble.clear

    answer = ask(as_dana, host(booking), name="Dana")

    new = booking.sessions.live().get()
    assert answer.headers["Location"] == f"https://main.example/{new.key}?key={KEY}"
    old.refresh_from_db()
    assert (old.state, old.end_reason) == ("ended", "provider")
    assert not old.attendances.filter(left_at=None).exists()


def test_participant_waits_for_the_host_when_the_room_is_gone(
    client: Client, apart: Apart, meeting: Callable[..., Booking]
) -> None:
    booking = meeting()
    open_room(booking.room, booking)
    apart.trouble["main join"] = GONE

    answer = ask(client, participants(booking))
    shown = client.get(participants(booking))

    assert answer.status_code == 302
    assert state(shown) == "needs_host"
    assert apart.opened() == ["main"]


def test_room_that_is_gone_as_soon_as_it_is_opened_is_trouble_and_not_opened_for_ever(
    as_dana: Client, apart: Apart, meeting: Callable[..., Booking]
) -> None:
    booking = meeting()
    apart.trouble["main join"] = GONE

    answer = ask(as_dana, host(booking), name="Dana")

    assert state(answer) == "trouble"
    assert apart.opened() == ["main", "main"]


@pytest.mark.parametrize("provider", ["at_plugnmeet", "at_xroom"])
def test_room_that_the_provider_closed_by_itself_is_opened_anew(
    as_dana: Client,
    client: Client,
    request: pytest.FixtureRequest,
    meeting: Callable[..., Booking],
    provider: str,
) -> None:
    account = request.getfixturevalue(provider)
    booking = meeting()
    ask(as_dana, host(booking), name="Dana")
    old = booking.sessions.get()
    account.close(old.ref)
    if provider == "at_xroom":
        account.provider.rooms.seen.clear()  # fifteen seconds later

    for_guest = ask(client, participants(booking))
    for_host = ask(as_dana, host(booking), name="Dana")

    new = booking.sessions.live().get()
    assert for_guest.headers["Location"] == participants(booking)
    assert new != old
    assert account.is_open(new.ref)
    assert for_host.status_code == 302
    assert for_host.headers["Location"] != host(booking)


# Host rights


def test_without_host_rights_everybody_comes_in_and_the_organizer_is_told(
    client: Client,
    as_dana: Client,
    apart: Apart,
    meeting: Callable[..., Booking],
    settings: Settings,
) -> None:
    set_up(settings, main=Forgetful)
    booking = meeting()
    lost = HostKeyLost("tells nobody its host key.")
    apart.trouble |= {"main init_room": lost, "main reset_room": lost}

    for_host = ask(as_dana, host(booking), name="Dana")
    for_guest = ask(client, participants(booking))

    assert for_host.headers["Location"].endswith("?key=guest")
    assert for_guest.headers["Location"].endswith("?key=guest")
    told = "Everybody is a participant there: the provider has lost the key to host rights."
    assert told in text_of(as_dana.get(f"/meetings/{booking.pk}/"))


def test_xroom_that_tells_no_key_lets_the_host_in_as_a_participant(
    as_dana: Client, at_xroom: AtXroom, meeting: Callable[..., Booking]
) -> None:
    at_xroom.double.switch |= {"first_init": "no_key", "init_twice": "no_key"}
    booking = meeting()

    answer = ask(as_dana, host(booking), name="Dana")

    session = booking.sessions.get()
    assert session.is_live
    assert answer.headers["Location"].startswith("https://meet.example.org/")
    assert "host-key" not in answer.headers["Location"]
    assert session.provider_room_id == at_xroom.provider.live_rooms()[0].room_id


def test_who_takes_over_at_xroom_has_the_host_key(
    as_dana: Client, at_xroom: AtXroom, meeting: Callable[..., Booking], clock: Any
) -> None:
    """The one who had it died before it was saved."""
    booking = meeting()
    died = RoomSession.objects.create(
        room=booking.room, booking=booking, alias="main", waiting_room="nobody"
    )
    died.take_claim()
    at_xroom.provider.rooms.init(f"meet.example.org/{died.key}", spec_of(died))
    clock.shift(31)

    answer = ask(as_dana, host(booking), name="Dana")

    session = booking.sessions.get()
    assert session == died
    (room,) = at_xroom.double.rooms.values()
    assert session.host_key == room.host_key
    assert answer.headers["Location"].endswith(f"?host-key={room.host_key}")
