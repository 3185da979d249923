"""Where a link's meeting stands before it begins and after it is over."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from meetings.models import Admission, Booking, Room, RoomSession
from meetings.providers.errors import ProviderUnavailable
from meetings.services import hosting, scheduling
from meetings.services.door_memory import LONGEST
from meetings.services.opening import open_room
from tests.provider_for_tests import Telling

from .conftest import NOW
from .doors import ask, door_of, host, look_again, participants, state
from .reading import page, text_of

Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture


@pytest.fixture
def booking(book: Book) -> Booking:
    """It begins in two hours; its doors open ten minutes earlier."""
    return book("Review", at=NOW + timedelta(hours=2), description="See https://example.org")


# Who the link is for


def test_host_link_asks_strangers_to_sign_in_and_come_back(
    client: Client, booking: Booking
) -> None:
    answer = client.get(host(booking))

    assert state(answer) == "sign_in"
    assert f"{reverse('account_login')}?next={host(booking)}" in page(answer)
    assert "hx-get" not in page(answer)


def test_host_link_is_of_no_use_to_somebody_else(as_colin: Client, booking: Booking) -> None:
    assert state(as_colin.get(host(booking))) == "not_yours"

    assert ask(as_colin, host(booking)).status_code == 302
    assert not RoomSession.objects.exists()


def test_host_may_open_the_meeting_ahead_of_time(as_dana: Client, booking: Booking) -> None:
    answer = as_dana.get(host(booking))

    assert state(answer) == "open"
    assert "You host" in text_of(answer)
    assert "Starts in 2 hours. You can open it now. Start meeting" in text_of(answer)


# Before it begins


def test_early_guest_reads_what_when_who_and_how_long_to_wait(
    client: Client, booking: Booking
) -> None:
    answer = client.get(participants(booking))

    assert state(answer) == "too_early"
    assert "Dana invites you to Review Mon, 23 November 2026, 11:20 AM" in text_of(answer)
    assert "The doors open 10 minutes before the start." in text_of(answer)
    assert f'data-countdown="{int(booking.starts_at.timestamp())}"' in page(answer)
    assert f'data-server-now="{int(NOW.timestamp())}"' in page(answer)
    assert '<a href="https://example.org"' in page(answer)


def test_page_of_an_early_guest_follows_a_meeting_that_is_moved(
    client: Client, booking: Booking, dana: User
) -> None:
    client.cookies["zone"] = "Europe/Berlin"
    before = client.get(participants(booking))
    wish = scheduling.MeetingWish(
        title="Big review",
        starts_at=booking.starts_at + timedelta(hours=3),
        duration=30,
        time_zone="Europe/Berlin",
    )

    scheduling.edit(booking, wish, by=dana, version=1)
    after = look_again(client, before, participants(booking))

    assert state(after) == "too_early"
    assert f'data-countdown="{int(wish.starts_at.timestamp())}"' in page(after)
    assert 'id="facts"' in page(after)
    assert "Big review Mon, 23 November 2026, 2:20 PM" in text_of(after)


def test_pages_learn_of_any_change_within_three_seconds_and_do_not_all_ask_at_once(
    booking: Booking,
) -> None:
    asks = {
        int(re.findall(r"every (\d+)ms", page(Client().get(participants(booking))))[0])
        for _ in range(20)
    }

    assert max(asks) / 1000 + LONGEST < 3
    assert len(asks) > 10


def test_nobody_comes_in_before_the_host_when_the_room_needs_one(
    client: Client, booking: Booking, clock: Clock
) -> None:
    clock.move_to(booking.doors_open_at, tick=False)

    assert state(client.get(participants(booking))) == "needs_host"
    assert ask(client, participants(booking)).status_code == 302
    assert not RoomSession.objects.exists()


def test_room_without_host_opens_for_the_first_who_comes(
    client: Client, book: Book, clock: Clock
) -> None:
    alone = {"needs_host": False, "waiting_room": "nobody"}
    booking = book(at=NOW + timedelta(hours=2), options=alone)
    early = client.get(participants(booking))
    clock.move_to(booking.doors_open_at, tick=False)

    answer = client.get(participants(booking))

    assert state(early) == "too_early"
    assert state(answer) == "open"
    assert ask(client, participants(booking)).templates[0].name == "meetings/embed/builtin.html"


def test_room_without_host_still_needs_one_for_those_who_must_wait(
    client: Client, as_colin: Client, book: Book
) -> None:
    booking = book(at=NOW, options={"needs_host": False, "waiting_room": "guests"})

    assert state(client.get(participants(booking))) == "needs_host"
    assert state(as_colin.get(participants(booking))) == "open"


def test_guest_who_is_ready_is_taken_in_by_the_page(
    client: Client, book: Book, clock: Clock
) -> None:
    booking = book(at=NOW + timedelta(hours=2), options={"waiting_room": "nobody"})
    ask(client, participants(booking), name="Ana")
    waiting = client.get(participants(booking))
    clock.move_to(booking.doors_open_at, tick=False)
    open_room(booking.room, booking)

    opened = look_again(client, waiting, participants(booking))

    assert "You will be let in as Ana as soon as the doors open." in text_of(waiting)
    assert "Let me in" not in text_of(waiting)
    assert state(opened) == "open"
    assert "data-enter-now" in page(opened)
    assert ask(client, participants(booking)).status_code == 200
    assert "data-enter-now" not in page(client.get(participants(booking)))


# When it is over, or cannot be


def test_meeting_is_over_half_an_hour_after_its_end(
    client: Client, as_dana: Client, booking: Booking, clock: Clock
) -> None:
    clock.move_to(booking.doors_close_at - timedelta(seconds=1), tick=False)
    before = state(client.get(participants(booking)))
    clock.move_to(booking.doors_close_at, tick=False)

    assert before == "needs_host"
    assert state(client.get(participants(booking))) == "ended"
    assert state(as_dana.get(host(booking))) == "ended"


def test_meeting_that_a_host_ended_is_over_for_guests_and_may_be_resumed_by_the_host(
    client: Client, as_dana: Client, live: RoomSession
) -> None:
    assert live.booking
    hosting.end_for_all(live)

    assert state(client.get(door_of(live))) == "ended"
    assert state(as_dana.get(host(live.booking))) == "open"


def test_meeting_that_was_ended_and_moved_is_still_to_come(
    client: Client, live: RoomSession, dana: User
) -> None:
    assert live.booking
    hosting.end_for_all(live)
    wish = scheduling.MeetingWish(
        title="Review", starts_at=NOW + timedelta(days=1), duration=30, time_zone="UTC"
    )

    scheduling.edit(live.booking, wish, by=dana, version=1)

    assert state(client.get(door_of(live))) == "too_early"


def test_cancelled_meeting_stays_cancelled_while_the_provider_is_gone(
    client: Client, booking: Booking, settings: Settings
) -> None:
    scheduling.cancel(booking, by=booking.organizer, reason="Snow.")
    settings.MEETING_PROVIDERS = {"spare": {"BACKEND": "builtin"}}

    assert "This meeting is cancelled. Snow." in text_of(client.get(participants(booking)))


def test_meeting_whose_provider_is_gone_and_no_other_can_hold_says_so_and_does_not_break(
    client: Client, as_dana: Client, booking: Booking, settings: Settings
) -> None:
    Room.objects.update(capacity=50)
    settings.MEETING_PROVIDERS = {"spare": {"BACKEND": "builtin"}}

    for who, address in ((client, participants(booking)), (as_dana, host(booking))):
        answer = who.get(address)

        assert (answer.status_code, state(answer)) == (200, "trouble")
        assert ask(who, address).status_code == 302
    assert "choose another provider for this room" in text_of(as_dana.get(host(booking)))
    assert "It is not your fault" in text_of(client.get(participants(booking)))


def test_provider_that_does_not_answer_is_told_to_everybody_and_tried_again(
    client: Client, as_dana: Client, elsewhere: Telling, book: Book, clock: Clock
) -> None:
    booking = book(at=NOW)
    elsewhere.trouble["init_room"] = ProviderUnavailable("no answer")

    failed = ask(as_dana, host(booking))
    for_guest = client.get(participants(booking))
    elsewhere.trouble.clear()
    clock.move_to(NOW + timedelta(minutes=1), tick=False)
    later = look_again(client, for_guest, participants(booking))
    opened = ask(as_dana, host(booking))

    assert state(failed) == "trouble"
    assert "no answer" not in text_of(failed)
    assert state(for_guest) == "trouble"
    assert state(later) == "needs_host"
    assert opened.headers["Location"].startswith("https://rooms.example/")
    assert [each.state for each in booking.sessions.all()] == ["live", "failed"]


def test_guests_of_a_room_without_host_try_again_themselves(
    client: Client, elsewhere: Telling, book: Book, clock: Clock
) -> None:
    booking = book(at=NOW, options={"needs_host": False, "waiting_room": "nobody"})
    elsewhere.trouble["init_room"] = ProviderUnavailable("no answer")
    failed = ask(client, participants(booking))
    elsewhere.trouble.clear()
    clock.move_to(NOW + timedelta(minutes=1), tick=False)

    opened = ask(client, participants(booking))

    assert state(failed) == "trouble"
    assert opened.headers["Location"].startswith("https://rooms.example/")


# Links of permanent rooms


def test_room_link_leads_into_the_meeting_whose_doors_are_open(
    client: Client, book: Book, room: Room, clock: Clock
) -> None:
    booking = book("Review", at=NOW + timedelta(minutes=30), room=room)
    early = client.get(participants(room))
    clock.move_to(booking.doors_open_at, tick=False)

    answer = client.get(participants(room))

    assert "invites you to Office hours" in text_of(early)
    assert state(early) == "needs_host"
    assert "invites you to Review" in text_of(answer)


def test_meeting_adopts_its_room_that_was_opened_before_its_time(
    client: Client, as_dana: Client, book: Book, room: Room, clock: Clock
) -> None:
    ask(as_dana, host(room))
    booking = book("Review", at=NOW + timedelta(minutes=30), room=room)
    clock.move_to(booking.starts_at, tick=False)

    ask(as_dana, host(room))

    assert RoomSession.objects.get().booking == booking


def test_old_link_leads_into_the_room_that_the_meeting_moved_to(
    client: Client, live: RoomSession, room: Room, dana: User
) -> None:
    assert live.booking
    address = door_of(live)
    Room.objects.filter(pk=room.pk).update(waiting_room="nobody")
    wish = scheduling.MeetingWish(
        title="Review", starts_at=NOW, duration=30, time_zone="UTC", room=room
    )

    hosting.end_for_all(live)
    scheduling.edit(live.booking, wish, by=dana, version=1)
    open_room(Room.objects.get(pk=room.pk), Booking.objects.get())
    answer = ask(client, address)

    assert answer.status_code == 200
    assert Admission.objects.get().session.room == room
