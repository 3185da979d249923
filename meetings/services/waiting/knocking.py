"""Telling a host by mail that somebody waits while no host is there: once for each meeting.

Whoever begins to wait has the worker look a little later; the minute's sweep finds everybody else.
The `Knock` makes a second mail impossible, however many wait and however many workers look.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from accounts.models import User
from meetings.models import Admission, Booking, Caller, Guest, Knock, Room, RoomSession
from meetings.services.cohosts import cohosts_of
from meetings.services.deliveries.waiting import one_by_one
from meetings.services.mail import notices
from meetings.services.transactions import saving

from .presence import host_is_there
from .waiters import Waiter, waiters_at

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=20)  # a host may be on the way
USEFUL_FOR = timedelta(minutes=10)  # later, the mail is not sent any more

Where = tuple[int, int | None]  # a room and a meeting, by their keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where people wait: a meeting, or a room that is used without one."""

    room: Room
    booking: Booking | None
    session: RoomSession | None

    @classmethod
    def at(cls, room: Room, booking: Booking | None) -> Self:
        session = room.sessions.live().filter(booking=booking).first()
        return cls(room=room, booking=booking, session=session)

    @property
    def host(self) -> User:
        return self.booking.organizer if self.booking else self.room.owner

    @property
    def hosts(self) -> list[User | Guest]:
        """Who is told: whose meeting it is, and guests who are co-hosts."""
        if self.booking is None:
            return [self.host]
        return [self.host, *cohosts_of(self.booking.series or self.booking)]

    @property
    def once(self) -> str:
        """This meeting, at this time: what a host is told of once."""
        if self.booking:
            about = f"b{self.booking.pk}@{int(self.booking.starts_at.timestamp())}"
        elif self.session:
            about = f"s{_first_run(self.session).pk}"
        else:
            about = f"r{self.room.pk}@{timezone.now():%Y%m%d}"
        return f"{notices.Kind.WAITING}:{about}"

    @property
    def is_on(self) -> bool:
        """Whether a host is to be there: earlier, nobody is late."""
        if self.room.is_archived or not self.host.is_active:
            return False
        booking, now = self.booking, timezone.now()
        if booking is None:
            return True
        if booking.is_cancelled or booking.deleted_at or was_ended(booking):
            return False
        return booking.starts_at <= now < booking.ends_at

    def waiters(self) -> list[Waiter]:
        """Everybody but the host, who may have come by a guest's link."""
        people = waiters_at(self.room, self.booking, self.session)
        return [each for each in people if each.identity != f"u:{self.host.pk}"]


def was_ended(booking: Booking) -> bool:
    """Whether a host has ended it since it began, and nothing of it runs."""
    last = booking.sessions.first()
    if last is None or last.is_running or last.end_reason != RoomSession.EndReason.HOST:
        return False
    return bool(last.ended_at and last.ended_at >= booking.starts_at)


def look_later(room: Room, booking: Booking | None) -> None:
    """Have the worker see in a moment whether a host has come."""
    transaction.on_commit(lambda: _enqueue(room.pk, booking.pk if booking else None), robust=True)


def tell_due() -> None:
    """Tell the hosts of all whom people wait for now."""
    one_by_one(_tell_at, _places())


@task()
def look(room_pk: int, booking_pk: int | None) -> None:
    """For the queue, which may lose it: the minute's sweep tells whoever is left."""
    _tell_at((room_pk, booking_pk))


def _enqueue(room_pk: int, booking_pk: int | None) -> None:
    if look.get_backend().supports_defer:
        later = timezone.now() + PATIENCE + timedelta(seconds=1)
        look.using(run_after=later).enqueue(room_pk, booking_pk)


def _places() -> list[Where]:
    patient = Q(asked_at__lte=timezone.now() - PATIENCE)
    inside = Admission.objects.at_the_door().filter(patient, session__state=RoomSession.State.LIVE)
    waiting = inside.order_by().values_list("session__room", "session__booking")
    callers = Caller.objects.at_the_door().filter(patient).order_by().values_list("room", "booking")
    return sorted({*waiting, *callers}, key=str)


def _tell_at(where: Where) -> None:
    room_pk, booking_pk = where
    room = Room.objects.select_related("owner").filter(pk=room_pk).first()
    if room is None:
        return
    if booking_pk is None:
        _tell(Place.at(room, None))
        return
    for booking in Booking.objects.select_related("organizer", "series").filter(pk=booking_pk):
        _tell(Place.at(room, booking))


def _tell(place: Place) -> None:
    if not place.is_on or (place.session and host_is_there(place.session)):
        return
    untold = _untold(place)
    due = timezone.now() - PATIENCE
    if untold and any(each.since <= due for each in place.waiters()):
        for host in untold:
            _write(place, host)


@saving
def _write(place: Place, host: User | Guest) -> None:
    """The knock and its mail: both, or neither."""
    who = {"guest" if isinstance(host, Guest) else "user": host}
    __, is_new = Knock.objects.get_or_create(
        once=notices.once_for(place.once, host),
        defaults={"room": place.room, "booking": place.booking, **who},
    )
    if is_new:
        notices.somebody_waits(
            host,
            about=place.once,
            booking=place.booking,
            room=place.room,
            people=[(each.name, each.since) for each in place.waiters()],
            send_before=_useless_after(place),
        )


def _untold(place: Place) -> list[User | Guest]:
    """The hosts who have no mail about this yet."""
    about, hosts = place.once, place.hosts
    told = Knock.objects.filter(once__in=[notices.once_for(about, each) for each in hosts])
    known = set(told.values_list("once", flat=True))
    return [each for each in hosts if notices.once_for(about, each) not in known]


def _useless_after(place: Place) -> datetime:
    soon = timezone.now() + USEFUL_FOR
    return min(soon, place.booking.ends_at) if place.booking else soon


def _first_run(session: RoomSession) -> RoomSession:
    """What was moved to another provider while it ran is the same to those who wait."""
    while session.moved_from:
        session = session.moved_from
    return session
