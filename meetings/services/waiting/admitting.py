"""Letting people in by the link of a mail: once, as the host would, without their being there.

What may be done is asked of the door, as if the host stood at it by their own link. So a meeting
that is over, cancelled, moved, or somebody else's by now lets nobody in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.utils import timezone

from meetings.models import Admission, Booking, Caller, JoinLink, Knock, RoomSession
from meetings.providers.errors import ProviderError
from meetings.services.door import Door, DoorState, Visitor
from meetings.services.door_rules import door_at
from meetings.services.door_scene import Scene
from meetings.services.hosting import admit, kept_out
from meetings.services.mail.notices import once_for
from meetings.services.opening import RoomIsOpening, open_room
from meetings.services.transactions import saving

from .knocking import Place
from .waiters import Waiter, identities_of

ROOM_LINK_LASTS = timedelta(hours=12)  # of a room without a meeting; else as long as the meeting


class Standing(StrEnum):
    """What a link does now; each has its sentence in `meetings/admit.html`."""

    OPEN = "open"
    USED = "used"
    WITHDRAWN = "withdrawn"  # the meeting is not this host's any more, or their link was revoked
    MOVED = "moved"  # to another time: there will be another mail
    CANCELLED = "cancelled"
    OVER = "over"
    BUSY = "busy"  # another meeting is in the room
    OPENING = "opening"
    TROUBLE = "trouble"  # no provider could open the room
    NOBODY = "nobody"  # nobody waits any more


BY_DOOR = {
    DoorState.CANCELLED: Standing.CANCELLED,
    DoorState.ENDED: Standing.OVER,
    DoorState.CLOSED: Standing.OVER,
    DoorState.BUSY: Standing.BUSY,
    DoorState.OPENING: Standing.OPENING,
    DoorState.TROUBLE: Standing.TROUBLE,
    DoorState.OPEN: Standing.OPEN,
}
# What is so for good: the address leads nowhere any more
ENDED = {Standing.WITHDRAWN, Standing.MOVED, Standing.CANCELLED, Standing.OVER}


class CannotAdmit(Exception):
    """Nobody is let in; `standing` says why, and `kept_out` whose link is used up."""

    def __init__(self, standing: Standing, *, kept_out: Iterable[str] = ()) -> None:
        super().__init__(standing)
        self.standing = standing
        self.kept_out = list(kept_out)


@dataclass(frozen=True, slots=True)
class Admitted:
    """The names of those who were let in, and of those whose link is used up."""

    names: list[str]
    kept_out: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What a host sees at the link of their mail."""

    knock: Knock
    standing: Standing
    door: Door | None = None
    waiters: tuple[Waiter, ...] = ()

    @property
    def title(self) -> str:
        return self.knock.booking.title if self.knock.booking else self.knock.room.name

    @property
    def tells(self) -> bool:
        """Whether anything of the meeting is shown: whoever hosts it no more is told nothing."""
        return self.standing is not Standing.WITHDRAWN

    @property
    def is_locked(self) -> bool:
        session = self.door and self.door.session
        return bool(session and session.locked)

    @property
    def is_full(self) -> bool:
        session = self.door and self.door.session
        if not session or session.capacity is None:
            return False
        return session.attendances.filter(left_at=None).count() >= session.capacity

    @property
    def opens(self) -> bool:
        """Whether letting somebody in opens the meeting."""
        return self.door is not None and self.door.session is None


def gate_at(knock: Knock) -> Gate:
    """Where the link of this knock leads now. Changes nothing."""
    link, ended = _hosts_link(knock), _ended(knock)
    if link is None or ended:
        return Gate(knock=knock, standing=(link and ended) or Standing.WITHDRAWN)
    scene = Scene(link)
    door = door_at(scene, _as_host(knock))
    standing = _standing(knock, scene, door)
    if standing is not Standing.OPEN:
        return Gate(knock=knock, standing=standing, door=door)
    waiters = tuple(Place.at(scene.room, scene.booking).waiters())
    standing = Standing.OPEN if waiters else Standing.NOBODY
    return Gate(knock=knock, standing=standing, door=door, waiters=waiters)


def let_in(knock: Knock, keys: Iterable[str]) -> Admitted:
    """Admit these people, opening the meeting if need be. Counts once.

    `CannotAdmit` says why nobody was let in; then the link can still be used.
    """
    gate = gate_at(knock)
    if gate.standing is not Standing.OPEN or gate.door is None:
        raise CannotAdmit(gate.standing)
    door = gate.door
    chosen = identities_of(keys, room=door.room, booking=door.booking)
    if not chosen & {each.identity for each in gate.waiters}:
        raise CannotAdmit(Standing.NOBODY)
    return _admit_once(knock, _opened(door), chosen)


def _opened(door: Door) -> RoomSession:
    """What runs, opened as the host's own click would."""
    try:
        session = open_room(door.room, door.booking)
    except RoomIsOpening:
        raise CannotAdmit(Standing.OPENING) from None
    except ProviderError as error:
        raise CannotAdmit(Standing.TROUBLE) from error
    if session.booking != door.booking:  # somebody else's meeting was opened this moment
        raise CannotAdmit(Standing.BUSY)
    return session


@saving
def _admit_once(knock: Knock, session: RoomSession, chosen: set[str]) -> Admitted:
    """Of two presses one finds the link unused; whoever let nobody in has not used it."""
    unused = Knock.objects.filter(pk=knock.pk, used_at=None)
    if not unused.update(used_at=timezone.now()):
        raise CannotAdmit(Standing.USED)
    if not RoomSession.objects.live().filter(pk=session.pk).exists():
        raise CannotAdmit(Standing.OVER)
    _have_callers_wait(session, chosen)
    waiting = {a.pk: a.name for a in session.admissions.waiting().filter(identity__in=chosen)}
    count = admit(session, waiting, by=knock.user)
    out = kept_out(session, waiting)
    if not count:
        raise CannotAdmit(Standing.NOBODY, kept_out=out)
    wait_on = session.admissions.waiting().values_list("pk", flat=True)
    in_now = waiting.keys() - set(wait_on)
    return Admitted([name for pk, name in waiting.items() if pk in in_now], out)


def _have_callers_wait(session: RoomSession, chosen: set[str]) -> None:
    """Those who stood at the door before it was opened; whoever asks this moment has asked."""
    here = Caller.objects.at(session.room, session.booking).at_the_door()
    callers = here.filter(identity__in=chosen).select_related("link")
    Admission.objects.bulk_create(
        (_waiting(each, session) for each in callers), ignore_conflicts=True
    )


def _waiting(caller: Caller, session: RoomSession) -> Admission:
    return Admission(
        session=session,
        link=caller.link,
        identity=caller.identity,
        user_id=caller.user_id,
        name=caller.name,
        role=caller.link.role,
        state=Admission.State.WAITING,
    )


# Whose it is, and whether it still stands


def _hosts_link(knock: Knock) -> JoinLink | None:
    """The link by which this person hosts; none when it was withdrawn."""
    booking = knock.booking
    place = (booking.series or booking) if booking else knock.room
    links = place.links.standing().with_meeting()
    if knock.guest:
        return links.filter(purpose=JoinLink.Purpose.COHOST, guest=knock.guest).first()
    return links.common().filter(purpose=JoinLink.Purpose.HOST, owner=knock.user).first()


def _hosts_no_more(knock: Knock) -> bool:
    """Whether it is somebody else's meeting by now, or who was told has left it."""
    if knock.guest:
        return knock.guest.removed_at is not None
    host = knock.booking.organizer if knock.booking else knock.room.owner
    return knock.user is None or not knock.user.is_active or knock.user != host


def _as_host(knock: Knock) -> Visitor:
    if user := knock.user:
        return Visitor(identity=f"u:{user.pk}", name=str(user), user=user)
    # Whichever browser a guest reads mail in: their link alone says what they may do.
    return Visitor(identity=f"knock:{knock.pk}", name=str(knock.guest), is_invited=True)


def _ended(knock: Knock) -> Standing | None:
    """Why this link has ended, if it has; whoever hosts no more is told nothing else."""
    booking = knock.booking
    if _hosts_no_more(knock):
        return Standing.WITHDRAWN
    if knock.used_at:
        return Standing.USED
    if booking and booking.is_cancelled:
        return Standing.CANCELLED
    if _is_over(knock, booking):
        return Standing.OVER
    return None if booking is None or _is_for_this_time(knock, booking) else Standing.MOVED


def _standing(knock: Knock, scene: Scene, door: Door) -> Standing:
    if scene.booking != knock.booking or (scene.session is None and scene.was_ended):
        return Standing.OVER
    return BY_DOOR.get(door.state, Standing.WITHDRAWN)


def _is_over(knock: Knock, booking: Booking | None) -> bool:
    if booking:
        return bool(booking.deleted_at) or booking.doors_close_at <= timezone.now()
    return knock.told_at < timezone.now() - ROOM_LINK_LASTS


def _is_for_this_time(knock: Knock, booking: Booking) -> bool:
    """Whether the meeting still begins when it did as the mail was written."""
    assert knock.host is not None, "whose link stands"  # noqa: S101
    place = Place(room=booking.room, booking=booking, session=None)
    return knock.once == once_for(place.once, knock.host)
