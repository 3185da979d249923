"""Somebody a host removed stays out, whatever is tried."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import time_machine
from django.db.models.signals import pre_save
from django.test import Client

from meetings.models import Admission, Booking, Room, RoomSession
from meetings.services import hosting
from meetings.services.opening import open_room

from .conftest import NOW
from .doors import ask, door_of, host, participants, state

Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture


def remove(name: str = "Ana") -> None:
    removed = Admission.objects.filter(name=name).update(state=Admission.State.REMOVED)
    assert removed == 1


def open_adhoc(room: Room) -> RoomSession:
    """The room, opened without a meeting, with nobody waiting."""
    session = open_room(room)
    RoomSession.objects.filter(pk=session.pk).update(waiting_room="nobody")
    return session


def test_removed_person_stays_out_when_the_host_ends_and_reopens_the_meeting(
    client: Client, as_dana: Client, live: RoomSession
) -> None:
    assert live.booking
    ask(client, door_of(live))
    remove()
    as_dana.post(f"/meetings/{live.booking.pk}/end/")

    ask(as_dana, host(live.booking), name="Dana")

    assert live.booking.sessions.running().get() != live
    assert state(client.get(door_of(live))) == "removed"
    assert ask(client, door_of(live), name="Somebody else").status_code == 302
    assert state(Client().get(door_of(live))) == "open"
    inside = live.booking.sessions.running().get().admissions.all()
    assert [each.name for each in inside] == ["Dana"]


def test_removed_person_is_welcome_in_another_meeting(
    client: Client, live: RoomSession, book: Book
) -> None:
    ask(client, door_of(live))
    remove()
    other = book("Other", at=NOW, options={"waiting_room": "nobody"}, may_overlap=True)
    open_room(other.room, other)

    assert state(client.get(participants(other))) == "open"


def test_removed_person_stays_out_of_a_permanent_room_for_a_day(
    client: Client, room: Room, clock: Clock
) -> None:
    first = open_adhoc(room)
    ask(client, participants(room))
    remove()
    hosting.end_for_all(first)

    open_adhoc(room)
    at_once = state(client.get(participants(room)))
    clock.move_to(NOW + timedelta(days=1, seconds=-1), tick=False)
    same_day = state(client.get(participants(room)))
    clock.move_to(NOW + timedelta(days=1), tick=False)

    assert (at_once, same_day) == ("removed", "removed")
    assert state(client.get(participants(room))) == "open"
    assert ask(client, participants(room)).status_code == 200


def test_removed_person_does_not_come_back_by_the_link_of_the_meeting_that_takes_the_room_over(
    client: Client, room: Room, book: Book, clock: Clock
) -> None:
    booking = book(at=NOW + timedelta(hours=1), room=room)
    clock.move_to(booking.doors_open_at - timedelta(minutes=1), tick=False)
    open_adhoc(room)
    ask(client, participants(room))
    remove()
    clock.move_to(booking.doors_open_at, tick=False)

    before = state(client.get(participants(booking)))
    asked = ask(client, participants(booking))

    assert before == "removed"
    assert asked.status_code == 302
    assert state(client.get(participants(booking))) == "removed"
    assert RoomSession.objects.get().booking is None


@contextmanager
def just_before_saving(what: Callable[[], None]) -> Iterator[None]:
    """Another process does this between the reading of an admission and its writing."""

    def act(**_: Any) -> None:
        pre_save.disconnect(act, sender=Admission)
        what()

    pre_save.connect(act, sender=Admission)
    try:
        yield
    finally:
        pre_save.disconnect(act, sender=Admission)


def test_other_name_at_the_door_does_not_lift_a_removal_of_that_moment(
    client: Client, live: RoomSession
) -> None:
    ask(client, door_of(live), name="Ana")

    with just_before_saving(remove):
        answer = ask(client, door_of(live), name="Ana Lopez")

    admission = Admission.objects.get()
    assert (admission.name, admission.state) == ("Ana Lopez", "removed")
    assert answer.status_code == 302
    assert state(client.get(door_of(live))) == "removed"


def test_other_name_does_not_lift_a_removal(client: Client, live: RoomSession) -> None:
    ask(client, door_of(live), name="Ana")
    remove()

    answer = ask(client, door_of(live), name="Zoe")

    assert answer.status_code == 302
    assert Admission.objects.get().state == "removed"
