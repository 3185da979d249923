"""What is left of a meeting that took place: its session, who was let in, who was there."""

import secrets
from datetime import timedelta

from accounts.models import User
from meetings.models import Admission, Attendance, Booking, JoinLink, RoomSession
from meetings.providers.base import Role

EARLY = timedelta(minutes=3)  # the organizer is there before the others
APART = timedelta(minutes=1)  # people come, and go, one after the other


def hold(booking: Booking, guests: tuple[str, ...]) -> None:
    """As if the meeting had taken place, with its organizer and these people."""
    session = _session(booking)
    organizer = booking.organizer
    _stay(session, f"u:{organizer.pk}", str(organizer), Role.HOST, -1, user=organizer)
    for number, name in enumerate(guests):
        _stay(session, f"g:{secrets.token_hex(16)}", name, Role.PARTICIPANT, number)
    _count_uses(booking, len(guests))


def _session(booking: Booking) -> RoomSession:
    room, opened = booking.room, booking.starts_at - EARLY
    session = RoomSession(
        room=room,
        booking=booking,
        alias=room.provider_alias,
        state=RoomSession.State.ENDED,
        waiting_room=room.waiting_room,
        live_at=opened,
        ended_at=booking.ends_at,
        end_reason=RoomSession.EndReason.HOST,
    )
    session.provider_room_id = session.key
    session.save()
    RoomSession.objects.filter(pk=session.pk).update(created_at=opened)
    return session


def _stay(
    session: RoomSession,
    identity: str,
    name: str,
    role: Role,
    number: int,
    *,
    user: User | None = None,
) -> None:
    """One person, asked in and there: the organizer is number -1, then guests in their order."""
    booking = session.booking
    assert booking is not None  # noqa: S101  (made so above)
    joined = booking.starts_at + number * APART if number >= 0 else booking.starts_at - EARLY
    admission = Admission.objects.create(
        session=session,
        link=booking.links.get(purpose=role),
        identity=identity,
        user=user,
        name=name,
        role=role,
        state=Admission.State.ADMITTED,
        decided_at=joined,
        decided_by=None if user else booking.organizer,
    )
    Admission.objects.filter(pk=admission.pk).update(asked_at=joined)
    Attendance.objects.create(
        session=session,
        identity=identity,
        name=name,
        role=role,
        joined_at=joined,
        left_at=min(booking.ends_at, booking.ends_at - number * APART),
    )


def _count_uses(booking: Booking, guests: int) -> None:
    for purpose, uses in ((JoinLink.Purpose.HOST, 1), (JoinLink.Purpose.PARTICIPANT, guests)):
        last = booking.starts_at if uses else None
        booking.links.filter(purpose=purpose).update(uses=uses, last_used_at=last)
