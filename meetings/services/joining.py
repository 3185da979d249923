"""Coming in: one person, one click, one way in."""

from dataclasses import replace
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from meetings.models import Admission, JoinLink, RoomSession
from meetings.providers import get_provider
from meetings.providers.base import Attendee, JoinTicket

from .door import Door, DoorState, Visitor, must_wait
from .door_rules import door_for
from .hosting import announce
from .rooms import RoomIsOpening, open_room

TICKET_LASTS = timedelta(minutes=10)  # to walk through the door, not to stay


class CannotEnter(Exception):
    """Not now: the door says why."""

    def __init__(self, door: Door) -> None:
        super().__init__(door.state)
        self.door = door


def enter(link: JoinLink, visitor: Visitor) -> JoinTicket:
    """Take one person in: a ticket minted now, for them, and kept nowhere.

    Opens the room if this person may. `CannotEnter` when the door is not open to them (yet), or
    when they have to wait; asking again is harmless.
    """
    door = door_for(link, visitor)
    if door.state is not DoorState.OPEN:
        raise CannotEnter(door)
    try:
        session = _adopt(open_room(door.room, door.booking), door)
    except RoomIsOpening:
        raise CannotEnter(replace(door, state=DoorState.OPENING)) from None
    if session.booking != door.booking:  # somebody else's meeting was opened this moment
        raise CannotEnter(door_for(link, visitor))
    admission = _ask(session, door)
    if admission.state != Admission.State.ADMITTED:
        raise CannotEnter(door_for(link, visitor))
    link.note_use()
    attendee = Attendee(key=visitor.identity, name=admission.name, role=door.role)
    until = timezone.now() + TICKET_LASTS
    return get_provider(session.alias).join(session.ref, attendee, until=until)


def _adopt(session: RoomSession, door: Door) -> RoomSession:
    """A permanent room opened without a meeting becomes the meeting's when its time has come."""
    if door.booking and session.booking is None and session == door.session:
        RoomSession.objects.filter(pk=session.pk, booking=None).update(booking=door.booking)
        session.refresh_from_db()
    return session


def _ask(session: RoomSession, door: Door) -> Admission:
    """The person's admission to this session: theirs from before, or a new one."""
    waits = must_wait(session.waiting_room, door.role, door.visitor)
    state = Admission.State.WAITING if waits else Admission.State.ADMITTED
    try:
        with transaction.atomic():
            admission, is_new = session.admissions.get_or_create(
                identity=door.visitor.identity,
                defaults={
                    "link": door.link,
                    "user": door.visitor.user,
                    "name": door.visitor.name,
                    "role": door.role,
                    "state": state,
                },
            )
    except IntegrityError:  # the same person, twice at once
        return session.admissions.get(identity=door.visitor.identity)
    if not is_new:
        _come_as(admission, door)
    elif waits:
        announce(session)
    return admission


def _come_as(admission: Admission, door: Door) -> None:
    """Somebody who comes again may use another name, and a host link makes them host."""
    if (admission.name, admission.role) == (door.visitor.name, door.role):
        return
    admission.name, admission.role = door.visitor.name, door.role
    admission.save(update_fields=["name", "role"])
    if door.role.hosts:
        waiting = Admission.objects.waiting().filter(pk=admission.pk)
        waiting.update(state=Admission.State.ADMITTED)
    admission.refresh_from_db()  # a host may have removed them this moment
