"""Where a link's meeting stands, for one visitor. Reads our database and nothing else.

The rules are asked in order, and the first that has something to say decides: whose link it is,
whether there is a meeting, whether its room can be had, what was said to this person, how the
running session's doors stand, and, when nothing runs, whether it is too early or over.
"""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from meetings.models import Admission, Booking, JoinLink, Room, RoomSession
from meetings.providers.base import Role

from .door import Door, DoorState, Visitor, must_wait, opens_by_itself
from .places import can_be_held
from .reservations import reservation_of
from .rooms import provider_of

TROUBLE_LASTS = timedelta(minutes=1)  # then the next who may start the meeting tries again
REMOVED_FOR = timedelta(days=1)  # in a permanent room; in a meeting, for good


def door_for(link: JoinLink, visitor: Visitor) -> Door:
    """Where this link's meeting stands for this visitor."""
    booking = link.current_booking
    room = booking.room if booking else link.current_room
    running = _running(room)
    booking = booking or _booking_of(room, running)
    session = running if running and _is_for(running, booking) else None
    admission = _admission_of(visitor, session)
    state = (
        _whose(link, visitor)
        or _of_meeting(room, booking)
        or _of_room(room, booking, running, link.role)
        or _removed(link, room, booking, visitor)
        or _of_person(session, admission, link.role, visitor)
        or _of_session(session, link.role)
        or _before(link, room, booking, visitor)
    )
    return Door(
        link=link,
        room=room,
        booking=booking,
        session=session,
        admission=admission,
        visitor=visitor,
        state=state,
        role=link.role,
        is_unconfirmed=_is_unconfirmed(booking, visitor),
    )


# What is on


def _is_unconfirmed(booking: Booking | None, visitor: Visitor) -> bool:
    """Told to its organizer, before it begins."""
    if booking is None or visitor.user is None or not booking.is_ahead:
        return False
    if booking.organizer_id != visitor.user.pk:
        return False
    reservation = reservation_of(booking)
    return bool(reservation and reservation.is_unconfirmed)


def _running(room: Room) -> RoomSession | None:
    """What runs in the room. One whose opener died, or whose provider was given up, does not."""
    session = room.sessions.running().select_related("booking").first()
    if session is None or not (session.is_live or session.is_being_opened):
        return None
    gone = provider_of(session.alias) is None and session.alias != room.provider_alias
    return None if gone else session


def _booking_of(room: Room, running: RoomSession | None) -> Booking | None:
    """Which meeting a permanent room's own link leads to: what runs, else what is on or next."""
    if running and running.booking:
        return running.booking
    now = timezone.now()
    near = room.bookings.confirmed().filter(
        starts_at__lte=now + timedelta(minutes=room.doors_open_minutes), ends_at__gt=now
    )
    return near.select_related("organizer").order_by("starts_at").first()


def _is_for(running: RoomSession, booking: Booking | None) -> bool:
    """Whether a running session is this meeting's.

    One that was opened without a meeting becomes a meeting's when its doors are open, not earlier.
    """
    if booking is None or running.booking == booking:
        return True
    return running.booking is None and _doors_are_open(booking)


def _doors_are_open(booking: Booking) -> bool:
    return booking.doors_open_at <= timezone.now() < booking.doors_close_at


def _admission_of(visitor: Visitor, session: RoomSession | None) -> Admission | None:
    return session.admissions.filter(identity=visitor.identity).first() if session else None


# The rules, in order


def _whose(link: JoinLink, visitor: Visitor) -> DoorState | None:
    if not link.needs_sign_in:
        return None
    if visitor.user is None:
        return DoorState.SIGN_IN
    return None if visitor.user.pk == link.owner_id else DoorState.NOT_YOURS


def _of_meeting(room: Room, booking: Booking | None) -> DoorState | None:
    if booking and booking.is_cancelled:
        return DoorState.CANCELLED
    return DoorState.CLOSED if room.is_archived else None


def _of_room(
    room: Room, booking: Booking | None, running: RoomSession | None, role: Role
) -> DoorState | None:
    has_place = provider_of(running.alias) is not None if running else can_be_held(room)
    if not has_place:
        return DoorState.TROUBLE
    if running is None or booking is None or _is_for(running, booking):
        return None
    wants_in = _doors_are_open(booking) or (role.hosts and not booking.is_over)
    return DoorState.BUSY if wants_in else None


def _of_person(
    session: RoomSession | None, admission: Admission | None, role: Role, visitor: Visitor
) -> DoorState | None:
    if session is None or admission is None:
        return None
    if admission.state == Admission.State.REMOVED:  # from what becomes the meeting's session
        return DoorState.REMOVED
    if admission.state == Admission.State.REFUSED:
        return DoorState.REFUSED
    if admission.state == Admission.State.WAITING:
        # Somebody who knocked as a participant may now hold the host's link, or one of their own.
        return None if opens_by_itself(session, role, visitor) else DoorState.WAITING
    passes = session.is_live and _may_pass_lock(session, admission, role)
    return DoorState.OPEN if passes else None


def _removed(
    link: JoinLink, room: Room, booking: Booking | None, visitor: Visitor
) -> DoorState | None:
    """Removed once, out of the whole meeting: also when the host ends it and opens it again.

    A personal link admits nobody any more, in whatever browser.
    """
    theirs = Q(identity=visitor.identity)
    if link.is_personal:
        theirs |= Q(link=link)
    removed = Admission.objects.filter(theirs, state=Admission.State.REMOVED)
    if booking:
        here = removed.filter(session__booking=booking)
    else:
        lately = Q(session__ended_at=None) | Q(session__ended_at__gt=timezone.now() - REMOVED_FOR)
        here = removed.filter(lately, session__room=room, session__booking=None)
    return DoorState.REMOVED if here.exists() else None


def _may_pass_lock(session: RoomSession, admission: Admission, role: Role) -> bool:
    """A lock keeps out who was never inside, unless a host has let them in by name."""
    if not session.locked or role.hosts or admission.decided_at:
        return True
    return session.attendances.filter(identity=admission.identity).exists()


def _of_session(session: RoomSession | None, role: Role) -> DoorState | None:
    if session is None:
        return None
    if not session.is_live:
        return DoorState.OPENING
    if role.hosts:
        return DoorState.OPEN
    if session.locked:
        return DoorState.LOCKED
    if session.capacity is None:
        return DoorState.OPEN
    inside = session.attendances.filter(left_at=None).count()  # one open stay per person
    return DoorState.FULL if inside >= session.capacity else DoorState.OPEN


def _before(link: JoinLink, room: Room, booking: Booking | None, visitor: Visitor) -> DoorState:
    """Nothing runs: is it too early, over, or a matter of who may start?"""
    role = link.role
    if booking and _is_over(booking):
        return DoorState.OPEN if role.hosts and not booking.is_over else DoorState.ENDED
    if role.hosts:
        return DoorState.OPEN
    if booking and link.room_id is None and timezone.now() < booking.doors_open_at:
        return DoorState.TOO_EARLY
    if _just_failed(room, booking):
        return DoorState.TROUBLE
    alone = not room.needs_host and not must_wait(room.waiting_room, role, visitor)
    return DoorState.OPEN if alone else DoorState.NEEDS_HOST


def _is_over(booking: Booking) -> bool:
    """Its time is up, or a host has ended it since it began.

    One that was ended before that was a rehearsal, or has been moved to a later time.
    """
    if booking.doors_close_at <= timezone.now():
        return True
    last = booking.sessions.first()
    ended = last and last.end_reason == RoomSession.EndReason.HOST and last.ended_at
    return bool(ended and ended >= booking.starts_at)


def _just_failed(room: Room, booking: Booking | None) -> bool:
    last = room.sessions.filter(booking=booking).first()
    if last is None or last.state != RoomSession.State.FAILED or last.ended_at is None:
        return False
    return timezone.now() - last.ended_at < TROUBLE_LASTS
