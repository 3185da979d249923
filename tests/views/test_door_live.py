"""The door of a meeting that runs."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from django.test import Client
from django.utils import timezone

from meetings.models import Admission, Attendance, Booking, Room, RoomSession
from meetings.services import hosting
from meetings.services.opening import open_room
from tests.provider_for_tests import Telling

from .conftest import NOW
from .doors import ask, door_of, host, look_again, participants, state
from .reading import page, text_of

Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture


def test_live_meeting_is_open(client: Client, live: RoomSession) -> None:
    answer = client.get(door_of(live))

    assert state(answer) == "open"
    assert "Live Join now" in text_of(answer)


def test_guest_who_must_wait_asks_waits_and_is_let_in(client: Client, live: RoomSession) -> None:
    RoomSession.objects.update(waiting_room="guests")
    assert "Ask to join" in text_of(client.get(door_of(live)))

    ask(client, door_of(live))
    waiting = client.get(door_of(live))
    hosting.admit(live)
    admitted = look_again(client, waiting, door_of(live))

    assert state(waiting) == "waiting"
    assert state(admitted) == "open"
    assert "data-enter-now" in page(admitted)


def test_guest_who_is_refused_reads_the_hosts_word(client: Client, live: RoomSession) -> None:
    RoomSession.objects.update(waiting_room="everyone")
    ask(client, door_of(live))
    waiting = client.get(door_of(live))

    hosting.refuse(live, message="We are <late>, try tomorrow.")
    refused = look_again(client, waiting, door_of(live))

    assert state(refused) == "refused"
    assert "The host did not let you in. We are <late>, try tomorrow." in text_of(refused)
    assert "<late>" not in page(refused)
    assert ask(client, door_of(live)).status_code == 302


def test_removed_person_does_not_come_back_by_the_same_link(
    client: Client, live: RoomSession
) -> None:
    ask(client, door_of(live))
    Admission.objects.update(state=Admission.State.REMOVED)

    answer = client.get(door_of(live))

    assert state(answer) == "removed"
    assert "hx-get" not in page(answer)
    assert ask(client, door_of(live)).status_code == 302
    assert state(client.get(door_of(live))) == "removed"


def test_locked_meeting_keeps_newcomers_out_until_it_is_unlocked(
    client: Client, as_dana: Client, live: RoomSession
) -> None:
    RoomSession.objects.update(locked=True)

    locked = client.get(door_of(live))
    RoomSession.objects.update(locked=False)

    assert state(locked) == "locked"
    assert state(look_again(client, locked, door_of(live))) == "open"


def test_lock_keeps_no_host_out(as_dana: Client, live: RoomSession) -> None:
    RoomSession.objects.update(locked=True)

    assert live.booking
    assert state(as_dana.get(host(live.booking))) == "open"


def test_lock_keeps_nobody_out_who_was_inside_or_whom_a_host_let_in(
    as_dana: Client, live: RoomSession
) -> None:
    inside, waiting, stranger = Client(), Client(), Client()
    ask(inside, door_of(live))
    identity = Admission.objects.get().identity
    Attendance.objects.create(session=live, identity=identity, name="Ana", joined_at=NOW)
    RoomSession.objects.update(waiting_room="everyone")
    ask(waiting, door_of(live))
    assert live.booking
    ask(as_dana, host(live.booking))

    RoomSession.objects.update(locked=True)
    hosting.admit(live)

    for person in (inside, waiting):
        ask(person, door_of(live))
    assert [state(each.get(door_of(live))) for each in (inside, waiting, stranger)] == [
        "open",
        "open",
        "locked",
    ]
    assert state(as_dana.get(host(live.booking))) == "open"


def test_room_that_is_ended_while_it_is_opened_lets_nobody_in(
    as_dana: Client, elsewhere: Telling, book: Book
) -> None:
    booking = book(at=NOW)
    elsewhere.pause["init_room"] = lambda: RoomSession.objects.get().end(RoomSession.EndReason.HOST)

    assert ask(as_dana, host(booking)).status_code == 302

    assert not Admission.objects.exists()


def test_full_room_lets_the_next_in_when_somebody_leaves(client: Client, live: RoomSession) -> None:
    RoomSession.objects.update(capacity=2)
    stay, _ = (
        Attendance.objects.create(session=live, identity=identity, name="Bo", joined_at=NOW)
        for identity in ("g:1", "g:2")
    )

    full = client.get(door_of(live))
    stay.left_at = timezone.now()
    stay.save()

    assert state(full) == "full"
    assert "This room is full (2 people)." in text_of(full)
    assert state(look_again(client, full, door_of(live))) == "open"


def test_room_without_limit_is_never_full(client: Client, live: RoomSession) -> None:
    RoomSession.objects.update(capacity=None)
    for number in range(20):
        Attendance.objects.create(session=live, identity=f"g:{number}", name="Bo", joined_at=NOW)

    assert state(client.get(door_of(live))) == "open"


def test_room_that_is_being_opened_says_so(client: Client, book: Book) -> None:
    booking = book(at=NOW)
    session = RoomSession.objects.create(
        room=booking.room, booking=booking, alias="builtin", waiting_room="nobody"
    )
    session.take_claim()

    opening = client.get(participants(booking))
    session.keep(session.ref)

    assert state(opening) == "opening"
    assert state(look_again(client, opening, participants(booking))) == "open"


def test_room_whose_opener_died_is_opened_by_the_next_host(
    client: Client, as_dana: Client, book: Book, clock: Clock
) -> None:
    booking = book(at=NOW)
    session = RoomSession.objects.create(
        room=booking.room, booking=booking, alias="builtin", waiting_room="nobody"
    )
    session.take_claim()
    clock.move_to(NOW + timedelta(seconds=31), tick=False)

    assert state(client.get(participants(booking))) == "needs_host"
    assert ask(as_dana, host(booking)).status_code == 200
    session.refresh_from_db()
    assert session.is_live


def test_room_of_an_earlier_meeting_is_busy_until_that_ends(
    client: Client, as_dana: Client, book: Book, room: Room
) -> None:
    earlier = book("Earlier", at=NOW - timedelta(minutes=30), room=room)
    session = open_room(room, earlier)
    booking = book("Review", at=NOW, room=room)

    busy = client.get(participants(booking))
    for_host = as_dana.get(host(booking))
    hosting.end_for_all(session)

    assert (state(busy), state(for_host)) == ("busy", "busy")
    assert "End it on the room’s page" in text_of(for_host)
    assert state(look_again(client, busy, participants(booking))) == "needs_host"
    assert state(as_dana.get(host(booking))) == "open"
