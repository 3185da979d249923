"""Coming in: one person, one click, one way in."""

import logging
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from config.logs import bind
from meetings.models import Admission, JoinLink, RoomSession
from meetings.providers.base import Attendee, JoinTicket, Role
from meetings.providers.errors import OutcomeUnknown, ProviderUnavailable, RoomNotFound
from meetings.providers.time_limit import time_limit

from . import links
from .attendance.outages import watching
from .deliveries.events import end_session
from .door import Door, DoorState, Visitor, opens_by_itself
from .door_rules import door_for
from .hosting import announce
from .opening import (
    ALONE,
    CLICK_TO_ROOM,
    FIRST,
    HOST_RIGHTS,
    SHORTEST,
    RoomIsOpening,
    open_room,
)
from .rooms import provider_of
from .transactions import in_turn
from .waiting import callers, knocking

log = logging.getLogger(__name__)

READY_ANSWERS_IN = 3.0  # seconds
TICKET_LASTS = timedelta(minutes=10)  # to walk through the door, not to stay


class CannotEnter(Exception):
    """Not now: the door says why."""

    def __init__(self, door: Door) -> None:
        super().__init__(door.state)
        self.door = door


class LinkUsedUp(Exception):
    """The link lets in nobody new: the last use was somebody else's, or it was taken back."""


class MustSayPasscode(Exception):
    """This door asks for one, and this person has not said it yet."""

    def __init__(self, door: Door) -> None:
        super().__init__(door.state)
        self.door = door


class WayInLost(Exception):
    """Nobody knows whether the way in was made; whether to ask again is for the person to say."""


class _RoomIsGone(Exception):
    """The provider does not know the room of this session any more."""

    def __init__(self, session: RoomSession) -> None:
        super().__init__(session.pk)
        self.session = session


def enter(link: JoinLink, visitor: Visitor) -> JoinTicket:
    """Take one person in: a ticket minted now, for them, and kept nowhere.

    Opens the room if this person may. `CannotEnter` when the door is not open to them (yet), or
    when they have to wait; asking again is harmless. `WayInLost` is for the person to decide on.
    `MustSayPasscode` comes before either; `LinkUsedUp` when others had its last uses.
    """
    try:
        return _enter(link, visitor)
    except _RoomIsGone as gone:
        log.warning("The room of session %s is gone: it is opened anew.", gone.session.pk)
        now = timezone.now()
        end_session(gone.session, RoomSession.EndReason.PROVIDER, now, noticed=True)
        announce(gone.session)
    try:
        return _enter(link, visitor)
    except _RoomIsGone as again:
        raise RoomNotFound("does not know the room that it has just opened.") from again


def _enter(link: JoinLink, visitor: Visitor) -> JoinTicket:
    door = door_for(link, visitor)
    if door.asks_passcode and door.is_passable:
        raise MustSayPasscode(door)
    if door.state is DoorState.LOCKED:
        _ask_to_pass(door)
        raise CannotEnter(door_for(link, visitor))
    if door.state is not DoorState.OPEN:
        _call(door)
        raise CannotEnter(door)
    began = time.monotonic()
    try:
        session = _adopt(_opened(door), door)
    except RoomIsOpening:
        raise CannotEnter(replace(door, state=DoorState.OPENING)) from None
    seconds = _time_for_ticket(door, session, time.monotonic() - began)
    is_theirs = session.booking_id == (door.booking and door.booking.pk)
    if not is_theirs:  # somebody else's meeting was opened this moment
        raise CannotEnter(door_for(link, visitor))
    with in_turn():  # a whole crowd may stand here
        admission = _admit(session, door)
    if admission.state != Admission.State.ADMITTED:
        raise CannotEnter(door_for(link, visitor))
    role = Role.PARTICIPANT if HOST_RIGHTS in session.differences else door.role
    with time_limit(seconds):
        return _ticket(session, Attendee(key=visitor.identity, name=admission.name, role=role))


def _opened(door: Door) -> RoomSession:
    """What this door leads into; asked for once more only where the door saw nothing that runs."""
    session = door.session
    if session is None or not session.is_live:
        return open_room(door.room, door.booking)
    bind(session=session.pk, booking=session.booking_id, alias=session.alias)
    return session


def _time_for_ticket(door: Door, session: RoomSession, took: float) -> float:
    """Seconds: what is left of the click's, where there was somebody else to open the room."""
    if session.was_ready:  # if it does not answer any more, there is still time to go elsewhere
        return READY_ANSWERS_IN
    was_open = door.session is not None and door.session.is_live
    is_alone = took > FIRST and not session.detours
    return ALONE if was_open or is_alone else max(CLICK_TO_ROOM - took, SHORTEST)


def _ticket(session: RoomSession, attendee: Attendee) -> JoinTicket:
    """The provider's way in. Asked for once: some make people leave when it is asked for again."""
    provider = provider_of(session.alias)
    if provider is None:
        raise ProviderUnavailable("is no longer set up here.", provider=session.alias)
    try:
        with watching(session.alias):
            return provider.join(session.ref, attendee, until=timezone.now() + TICKET_LASTS)
    except RoomNotFound:
        raise _RoomIsGone(session) from None
    except ProviderUnavailable:
        if session.was_ready:  # nobody is inside yet: opened anew, here or elsewhere
            raise _RoomIsGone(session) from None
        raise
    except OutcomeUnknown as error:
        raise WayInLost(str(error)) from error


def _adopt(session: RoomSession, door: Door) -> RoomSession:
    """A permanent room opened without a meeting becomes the meeting's when its time has come."""
    if door.booking and session.booking_id is None and session == door.session:
        RoomSession.objects.filter(pk=session.pk, booking=None).update(booking=door.booking)
        session.refresh_from_db()
    return session


def _admit(session: RoomSession, door: Door) -> Admission:
    """Their admission, and the use of the link that it takes: both, or neither."""
    if door.admission is None and not door.knocks:
        try:
            return _admit_newcomer(session, door)
        except IntegrityError:  # the same person, twice at once; or was here before
            pass
    return _admit_again(session, door)


@transaction.atomic
def _admit_newcomer(session: RoomSession, door: Door) -> Admission:
    """Somebody whom the door has not seen yet, and who need not wait: as a crowd comes."""
    admission = session.admissions.create(
        identity=door.visitor.identity, **_as_they_come(door, Admission.State.ADMITTED)
    )
    if not links.use_first(door.link, session, door.visitor.identity):
        raise LinkUsedUp
    return admission


@transaction.atomic
def _admit_again(session: RoomSession, door: Door) -> Admission:
    admission = _ask(session, door)
    is_let_in = admission.state == Admission.State.ADMITTED
    if is_let_in and not links.use(door.link, session, door.visitor.identity):
        raise LinkUsedUp
    if is_let_in and admission.comes_along:  # and is here now: another time it is their own click
        session.admissions.filter(pk=admission.pk).update(comes_along=False)
    return admission


def _ask(session: RoomSession, door: Door) -> Admission:
    """The person's admission to this session: theirs from before, or a new one."""
    waits = door.knocks or door.state is DoorState.LOCKED
    state = Admission.State.WAITING if waits else Admission.State.ADMITTED
    try:
        with transaction.atomic():
            admission, is_new = session.admissions.get_or_create(
                identity=door.visitor.identity, defaults=_as_they_come(door, state)
            )
    except IntegrityError:  # the same person, twice at once
        return session.admissions.get(identity=door.visitor.identity)
    if not is_new:
        _come_as(admission, door)
    elif waits:
        announce(session)
        knocking.look_later(session.room, session.booking)
    return admission


def _as_they_come(door: Door, state: Admission.State) -> dict[str, Any]:
    return {
        "link": door.link,
        "user": door.visitor.user,
        "name": door.visitor.name,
        "role": door.link.role,
        "state": state,
    }


def _call(door: Door) -> None:
    """Somebody wants in where a host has to open: hosts can see it, and hear of it by mail."""
    if door.state not in {DoorState.TOO_EARLY, DoorState.NEEDS_HOST}:
        return
    with in_turn():
        is_new = callers.note(door)
    if is_new and door.state is DoorState.NEEDS_HOST:
        knocking.look_later(door.room, door.booking)


def _ask_to_pass(door: Door) -> None:
    """Somebody at a locked door asks the hosts; also who might have come in, and did not."""
    assert door.session is not None, "only what runs is locked"  # noqa: S101
    with in_turn():
        admission = _ask(door.session, door)
        stays_out = door.session.admissions.filter(
            pk=admission.pk, state=Admission.State.ADMITTED, decided_at=None
        )
        now = timezone.now()
        if stays_out.update(state=Admission.State.WAITING, asked_at=now, seen_at=now):
            announce(door.session)
            knocking.look_later(door.room, door.booking)


def _come_as(admission: Admission, door: Door) -> None:
    """Somebody who comes again may use another name or link: a host link makes them host."""
    link = door.link.pk if door.link.is_personal else admission.link_id
    comes_as = (door.visitor.name, door.link.role, link)
    waits = admission.state == Admission.State.WAITING
    admitted = waits and opens_by_itself(admission.session, door.role, door.visitor)
    if not admitted and (admission.name, admission.role, admission.link_id) == comes_as:
        return
    admission.name, admission.role, admission.link_id = comes_as
    admission.save(update_fields=["name", "role", "link"])
    if admitted:
        waiting = Admission.objects.waiting().filter(pk=admission.pk)
        waiting.update(state=Admission.State.ADMITTED)
    admission.refresh_from_db()  # a host may have removed them this moment
