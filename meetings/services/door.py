"""What a visitor sees at a link: the door and its states, as plain values."""

import hashlib
import zlib
from dataclasses import dataclass, field
from enum import StrEnum

from django.urls import reverse

from accounts.models import User
from meetings.models import (
    Admission,
    Booking,
    Caller,
    JoinLink,
    Room,
    RoomSession,
    WaitingRoom,
)
from meetings.providers.base import Role


class DoorState(StrEnum):
    SIGN_IN = "sign_in"  # a host link: whose it is must be known
    NOT_YOURS = "not_yours"
    CANCELLED = "cancelled"
    ENDED = "ended"
    CLOSED = "closed"  # the room was given up
    TROUBLE = "trouble"  # no provider, or it could not open the room
    TRY_AGAIN = "try_again"  # the answer to this click was lost: only ever shown to that click
    TOO_EARLY = "too_early"
    NEEDS_HOST = "needs_host"
    OPENING = "opening"
    BUSY = "busy"  # an earlier meeting is still in the room
    WAITING = "waiting"
    REFUSED = "refused"
    REMOVED = "removed"
    LOCKED = "locked"
    FULL = "full"
    OPEN = "open"


# States in which a person may get ready and be let in by the page.
PASSABLE = {
    DoorState.TOO_EARLY,
    DoorState.NEEDS_HOST,
    DoorState.OPENING,
    DoorState.BUSY,
    DoorState.WAITING,
    DoorState.LOCKED,
    DoorState.FULL,
    DoorState.OPEN,
    DoorState.TROUBLE,
}
# States that nothing will change by itself: the page need not ask again.
FINAL = {DoorState.SIGN_IN, DoorState.NOT_YOURS, DoorState.REMOVED, DoorState.CLOSED}


# Milliseconds. A change is seen within three seconds, what is remembered for a moment included.
POLL, JITTER = 2_000, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A person at the door: `identity` is theirs for good, also across meetings."""

    identity: str
    name: str = ""
    user: User | None = None
    ready: bool = False  # they asked to be let in as soon as they may
    is_invited: bool = False  # they came by a personal link
    passed: str = field(default="", repr=False)  # the proof that they have said the passcode


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    link: JoinLink
    room: Room
    booking: Booking | None
    session: RoomSession | None
    admission: Admission | None
    visitor: Visitor
    state: DoorState
    role: Role
    caller: Caller | None = None  # where they asked before anything ran
    knocks: bool = False  # coming in means waiting for a host to open
    asks_passcode: bool = False  # of this person, still
    is_unconfirmed: bool = False  # by the provider, that is to reserve the room: for the organizer

    @property
    def title(self) -> str:
        return self.booking.title if self.booking else self.room.name

    @property
    def organizer(self) -> User:
        return self.booking.organizer if self.booking else self.room.owner

    @property
    def name(self) -> str:
        return self.visitor.name

    @property
    def url(self) -> str:
        return self.link.get_absolute_url()

    @property
    def leave_url(self) -> str:
        """Where people go when they have left."""
        return self.meeting_url or self.url

    @property
    def meeting_url(self) -> str:
        """The page to manage the meeting on, for those who may."""
        if self.visitor.user is None or self.visitor.user != self.organizer:
            return ""
        if self.booking:
            return reverse("booking", args=[self.booking.pk])
        return reverse("room", args=[self.room.pk])

    @property
    def console_url(self) -> str:
        """The page to host the meeting on while it runs, for those who may."""
        console = reverse("console", args=[self.link.token])
        return self.meeting_url or (console if self.hosts else "")

    @property
    def hosts(self) -> bool:
        return self.role.hosts

    @property
    def waiter(self) -> Admission | Caller | None:
        """What is written down of this person’s waiting, while they wait."""
        waits = self.admission and self.admission.state == Admission.State.WAITING
        return self.admission if waits else self.caller

    @property
    def comes_along(self) -> bool:
        """Whether they were inside when the meeting moved, and are to come in anew."""
        is_there = self.session is not None and self.session.is_live
        return is_there and self.admission is not None and self.admission.comes_along

    @property
    def starts_now(self) -> bool:
        """Whether this person's click opens the room."""
        return self.state is DoorState.OPEN and not (self.session and self.session.is_live)

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def is_passable(self) -> bool:
        """Whether there is a way in, now or later."""
        return self.state in PASSABLE

    @property
    def can_get_ready(self) -> bool:
        """Whether asking now makes the page take the person in later."""
        return self.state in PASSABLE - {
            DoorState.OPEN,
            DoorState.WAITING,
            DoorState.LOCKED,
            DoorState.TROUBLE,
        }

    @property
    def waits(self) -> bool:
        """Whether this person has asked to come in, and the page takes them in when it may."""
        wants_in = self.can_get_ready and self.visitor.ready
        return wants_in or self.state is DoorState.WAITING

    @property
    def enters_alone(self) -> bool:
        """Whether the page should take the person in without another click."""
        wants_in = self.visitor.ready or self.comes_along
        ready = wants_in and bool(self.visitor.name) and not self.asks_passcode
        return self.state is DoorState.OPEN and ready

    @property
    def poll_ms(self) -> int:
        """How often the page asks again; not all pages at the same moments."""
        if self.state in {DoorState.CANCELLED, DoorState.ENDED}:
            return 15_000
        return POLL + _share(self.visitor.identity, 2 * JITTER) - JITTER

    @property
    def is_urgent(self) -> bool:
        """Whether the page asks as often while nobody looks at it: others wait for the person."""
        return self.state in {DoorState.WAITING, DoorState.OPENING} or self.visitor.ready

    @property
    def mark(self) -> str:
        """Changes when, and only when, the page would look different."""
        facts = (
            self.state,
            self.title,
            self.booking and self.booking.starts_at,
            self.booking and self.booking.ends_at,
            self.admission and self.admission.message,
            self.knocks,
            self.hosts,
            self.enters_alone,
            self.asks_passcode,
            self.is_urgent,
            self.starts_now,
            self.is_unconfirmed,
        )
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]


def must_wait(policy: str, role: Role, visitor: Visitor) -> bool:
    """Whether this person waits until a host admits them."""
    if role.hosts or policy == WaitingRoom.NOBODY:
        return False
    if policy == WaitingRoom.UNINVITED:
        return not visitor.is_invited
    return policy == WaitingRoom.EVERYONE or visitor.user is None


def opens_by_itself(session: RoomSession, role: Role, visitor: Visitor) -> bool:
    """Whether somebody who waits needs no host any more: by their link, or as it is unlocked."""
    return role.hosts or not (session.locked or must_wait(session.waiting_room, role, visitor))


def _share(identity: str, most: int) -> int:
    """A number below `most` that is the same person’s always."""
    return zlib.crc32(identity.encode()) % most
