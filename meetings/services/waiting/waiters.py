"""Who waits for a host: in the waiting room of what runs, or at a door that nobody has opened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Exists, OuterRef

from accounts.models import User
from meetings.models import Admission, Booking, Caller, Room, RoomSession
from meetings.services.door_scene import doors_are_open

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiter:
    """Somebody who waits now; `key` names them in forms."""

    key: str
    identity: str
    name: str
    since: datetime


def waiters_at(
    room: Room, booking: Booking | None, session: RoomSession | None = None
) -> list[Waiter]:
    """Those at this meeting's door whose pages still ask, the first to come first."""
    if session is not None:
        return [_of_admission(each) for each in session.admissions.at_the_door()]
    return [_of_caller(each) for each in Caller.objects.at(room, booking).at_the_door()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody who waits for a host, and where."""

    waiter: Waiter
    title: str
    booking: Booking | None
    room: Room


def waiting_for(user: User) -> list[Waiting]:
    """Everybody who waits for this organizer now, wherever; two queries."""
    mine = RoomSession.objects.live().visible_to(user)
    asked = Admission.objects.at_the_door().filter(session__in=mine)
    callers = Caller.objects.visible_to(user).at_the_door().filter(~_runs())
    rows = asked.select_related("session__booking", "session__room")[:MOST_SHOWN]
    at_doors = callers.select_related("booking__room", "room")
    late = (each for each in at_doors if each.booking is None or doors_are_open(each.booking))
    return [
        *(_waiting(_of_admission(each), each.session.booking, each.session.room) for each in rows),
        *(_waiting(_of_caller(each), each.booking, each.room) for each in islice(late, MOST_SHOWN)),
    ]


def _waiting(waiter: Waiter, booking: Booking | None, room: Room) -> Waiting:
    title = booking.title if booking else room.name
    return Waiting(waiter=waiter, title=title, booking=booking, room=room)


def _runs() -> Exists:
    """Whether a caller's room has been opened: their own page takes them in, or they wait there."""
    return Exists(RoomSession.objects.live().filter(room=OuterRef("room")))


def identities_of(keys: Iterable[str], *, room: Room, booking: Booking | None) -> set[str]:
    """Who is meant by these keys; of other meetings nobody.

    Somebody at a closed door may be in the waiting room by now, and is the same person.
    """
    numbers: dict[str, list[int]] = {"a": [], "c": []}
    for key in keys:
        if key[1:].isdecimal() and len(key) <= 19 and key[0] in numbers:
            numbers[key[0]].append(int(key[1:]))
    asked = Admission.objects.filter(
        pk__in=numbers["a"], session__room=room, session__booking=booking
    )
    callers = Caller.objects.at(room, booking).filter(pk__in=numbers["c"])
    return {*asked.values_list("identity", flat=True), *callers.values_list("identity", flat=True)}


def _of_admission(asked: Admission) -> Waiter:
    return Waiter(
        key=f"a{asked.pk}", identity=asked.identity, name=asked.name, since=asked.asked_at
    )


def _of_caller(caller: Caller) -> Waiter:
    return Waiter(
        key=f"c{caller.pk}", identity=caller.identity, name=caller.name, since=caller.asked_at
    )
