"""Where a link's meeting stands, for one visitor. Reads our database and nothing else.

The rules are asked in order, and the first that has something to say decides: whose link it is,
whether there is a meeting, whether its room can be had, what was said to this person, how the
running session's doors stand, and, when nothing runs, whether it is too early or over.
"""

from django.utils import timezone

from meetings.models import Admission, Booking, JoinLink
from meetings.providers.base import Role

from .door import Door, DoorState, Visitor, must_wait, opens_by_itself
from .door_scene import Scene, doors_are_open
from .passcodes import must_say
from .reservations import reservation_of


def door_for(link: JoinLink, visitor: Visitor) -> Door:
    """Where this link's meeting stands for this visitor."""
    return door_at(Scene(link), visitor)


def door_at(scene: Scene, visitor: Visitor) -> Door:
    """The same, where what is on there is known already."""
    admission = scene.admission_of(visitor)
    role = _role(scene.link, admission)
    state = (
        _whose(scene.link, visitor)
        or _of_meeting(scene)
        or _of_room(scene)
        or _removed(scene, visitor)
        or _of_person(scene, admission, visitor)
        or _of_session(scene)
        or _before(scene, visitor)
    )
    calls = state is DoorState.NEEDS_HOST and visitor.ready
    knocks = state is DoorState.OPEN and _knocks(scene, admission, visitor)
    return Door(
        link=scene.link,
        room=scene.room,
        booking=scene.booking,
        session=scene.session,
        admission=admission,
        visitor=visitor,
        state=state,
        role=role,
        caller=scene.caller_of(visitor) if calls else None,
        knocks=knocks,
        asks_passcode=must_say(scene.passcode, scene.link, visitor, admission),
        is_unconfirmed=_is_unconfirmed(scene.booking, visitor),
    )


def _role(link: JoinLink, admission: Admission | None) -> Role:
    """By the link; a host may have made them more once they were in."""
    is_in = admission is not None and admission.state == Admission.State.ADMITTED
    return admission.role_by(link.role) if admission and is_in else link.role


def _is_unconfirmed(booking: Booking | None, visitor: Visitor) -> bool:
    """Told to its organizer, before it begins."""
    if booking is None or visitor.user is None or not booking.is_ahead:
        return False
    if booking.organizer_id != visitor.user.pk:
        return False
    reservation = reservation_of(booking)
    return bool(reservation and reservation.is_unconfirmed)


def _knocks(scene: Scene, admission: Admission | None, visitor: Visitor) -> bool:
    """Whether coming in means waiting for a host to open."""
    if admission and admission.state == Admission.State.ADMITTED:
        return False
    waits = must_wait(scene.waiting_room, scene.link.role, visitor)
    return waits and not scene.is_back(visitor)


# The rules, in order


def _whose(link: JoinLink, visitor: Visitor) -> DoorState | None:
    if not link.needs_sign_in:
        return None
    if visitor.user is None:
        return DoorState.SIGN_IN
    return None if visitor.user.pk == link.owner_id else DoorState.NOT_YOURS


def _of_meeting(scene: Scene) -> DoorState | None:
    if scene.booking and scene.booking.is_cancelled:
        return DoorState.CANCELLED
    return DoorState.CLOSED if scene.room.is_archived else None


def _of_room(scene: Scene) -> DoorState | None:
    if not scene.has_place:
        return DoorState.TROUBLE
    booking = scene.booking
    if booking is None or scene.is_ours:
        return None
    wants_in = doors_are_open(booking) or (scene.link.role.hosts and not booking.is_over)
    return DoorState.BUSY if wants_in else None


def _removed(scene: Scene, visitor: Visitor) -> DoorState | None:
    return DoorState.REMOVED if scene.has_removed(visitor) else None


def _of_person(scene: Scene, admission: Admission | None, visitor: Visitor) -> DoorState | None:
    session, role = scene.session, scene.link.role
    if session is None or admission is None:
        return None
    if admission.state == Admission.State.REMOVED:  # from what becomes the meeting's session
        return DoorState.REMOVED
    if admission.state == Admission.State.REFUSED:
        return DoorState.REFUSED
    if admission.state == Admission.State.WAITING:
        # Somebody who knocked may hold a better link by now, or the lock is open again.
        return None if opens_by_itself(session, role, visitor) else DoorState.WAITING
    passes = session.is_live and _may_pass_lock(scene, admission, visitor)
    return DoorState.OPEN if passes else None


def _may_pass_lock(scene: Scene, admission: Admission, visitor: Visitor) -> bool:
    """A lock keeps out who was never inside, unless a host has let them in by name."""
    assert scene.session is not None, "asked of what runs"  # noqa: S101
    if not scene.session.locked or scene.link.role.hosts or admission.decided_at:
        return True
    return scene.was_inside(visitor)


def _of_session(scene: Scene) -> DoorState | None:
    session = scene.session
    if session is None:
        return None
    if not session.is_live:
        return DoorState.OPENING
    if scene.link.role.hosts:
        return DoorState.OPEN
    if session.locked:
        return DoorState.LOCKED
    is_full = session.capacity is not None and scene.inside >= session.capacity
    return DoorState.FULL if is_full else DoorState.OPEN


def _before(scene: Scene, visitor: Visitor) -> DoorState:
    """Nothing runs: is it too early, over, or a matter of who may start?"""
    link, booking, role = scene.link, scene.booking, scene.link.role
    if booking and (booking.doors_close_at <= timezone.now() or scene.was_ended):
        return DoorState.OPEN if role.hosts and not booking.is_over else DoorState.ENDED
    if role.hosts:
        return DoorState.OPEN
    if booking and link.room_id is None and timezone.now() < booking.doors_open_at:
        return DoorState.TOO_EARLY
    if scene.just_failed:
        return DoorState.TROUBLE
    alone = not scene.room.needs_host and not must_wait(scene.room.waiting_room, role, visitor)
    return DoorState.OPEN if alone else DoorState.NEEDS_HOST
