"""What a link would do if somebody clicked it now, and why: for operators. Changes nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from meetings.models import Booking, JoinLink, Room

from .door import Door, DoorState, Visitor
from .door_rules import door_for
from .links import Place, is_back, place_of

PASTED = re.compile(r"(?:\S*/j/)?([\w-]{16,64})(?:[/?#]\S*)?", re.ASCII)
NOBODY = "g:nobody"  # an identity that no visitor has

Words = str | Promise

# What a click does in each state, and the rule that says so.
CLICKS: dict[DoorState, tuple[Words, Words]] = {
    DoorState.SIGN_IN: (
        gettext_lazy("They are asked to sign in."),
        gettext_lazy("It is a host’s link that works for its owner alone."),
    ),
    DoorState.NOT_YOURS: (
        gettext_lazy("They are told that it is somebody else’s link."),
        gettext_lazy("It is a host’s link that works for its owner alone."),
    ),
    DoorState.CANCELLED: (
        gettext_lazy("They read that the meeting is cancelled."),
        gettext_lazy("The organizer has cancelled it."),
    ),
    DoorState.ENDED: (
        gettext_lazy("They read that the meeting is over."),
        gettext_lazy("Its time is up, or a host has ended it."),
    ),
    DoorState.CLOSED: (
        gettext_lazy("They read that the room was given up."),
        gettext_lazy("Its owner or an operator has given it up."),
    ),
    DoorState.TROUBLE: (
        gettext_lazy("They read that the room cannot be opened; the page tries again."),
        gettext_lazy("No provider that is set up can hold it, or the last try failed this minute."),
    ),
    DoorState.TRY_AGAIN: (
        gettext_lazy("They are asked to try again."),
        gettext_lazy("The provider’s answer was lost."),
    ),
    DoorState.TOO_EARLY: (
        gettext_lazy("They see a countdown, and are let in when the doors open."),
        gettext_lazy("The doors are not open yet."),
    ),
    DoorState.NEEDS_HOST: (
        gettext_lazy("They wait, and are let in when a host has started."),
        gettext_lazy("Nothing runs, and this person may not start it."),
    ),
    DoorState.OPENING: (
        gettext_lazy("They wait a moment, and are let in."),
        gettext_lazy("The room is being opened this moment."),
    ),
    DoorState.BUSY: (
        gettext_lazy("They wait until the room is free."),
        gettext_lazy("An earlier meeting is still in the room."),
    ),
    DoorState.WAITING: (
        gettext_lazy("They wait for a host, whom they have asked already."),
        gettext_lazy("They have asked, and no host has decided."),
    ),
    DoorState.REFUSED: (
        gettext_lazy("They read that the host did not let them in."),
        gettext_lazy("A host has refused them in this session."),
    ),
    DoorState.REMOVED: (
        gettext_lazy("They read that a host has removed them."),
        gettext_lazy("A host has removed them from this meeting."),
    ),
    DoorState.LOCKED: (
        gettext_lazy("They read that the meeting is locked, and may ask to be let in."),
        gettext_lazy("A host has locked it, and they were not inside before."),
    ),
    DoorState.FULL: (
        gettext_lazy("They wait until somebody leaves."),
        gettext_lazy("As many people are inside as the room may hold."),
    ),
    DoorState.OPEN: (
        gettext_lazy("They come in."),
        gettext_lazy("It runs, and nothing keeps them out."),
    ),
}
ENDED: dict[str, Words] = {
    JoinLink.State.REVOKED: gettext_lazy("The link was withdrawn."),
    JoinLink.State.EXPIRED: gettext_lazy("The link has expired."),
    JoinLink.State.USED_UP: gettext_lazy("The link let in as many people as it may."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """What one kind of person would get, and the rule that decides."""

    who: str
    outcome: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    link: JoinLink
    place: Place
    booking: Booking | None  # the meeting that it leads to now
    room: Room
    alias: str  # of the provider where that is, or will be, held
    clicks: list[Click]


def explain(pasted: str) -> Explanation | None:
    """All about the link that was pasted, whole or its token; None when it is none of ours."""
    token = PASTED.fullmatch(pasted.strip())
    link = token and JoinLink.objects.with_meeting().filter(token=token[1]).first()
    if not link:
        return None
    found = door_for(link, Visitor(identity=NOBODY))
    return Explanation(
        link=link,
        place=place_of(link),
        booking=found.booking,
        room=found.room,
        alias=found.session.alias if found.session else found.room.provider_alias,
        clicks=list(_clicks(link, found.organizer)),
    )


def _clicks(link: JoinLink, organizer: User) -> Iterator[Click]:
    stranger = Visitor(identity=NOBODY, name="–", is_invited=link.is_personal)
    yield _click(_("Somebody who is not signed in"), link, stranger)
    owner = Visitor(
        identity=f"u:{organizer.pk}", name=str(organizer), user=organizer,
        is_invited=link.is_personal,
    )  # fmt: skip
    yield _click(_("%(name)s, signed in") % {"name": organizer}, link, owner)


def _click(who: str, link: JoinLink, visitor: Visitor) -> Click:
    state = link.state
    if state != link.State.WORKS and not _may_return(link, visitor):
        told = _("They read that the link has ended, and nothing of the meeting.")
        return Click(who=who, outcome=told, why=str(ENDED[state]))
    door = door_for(link, visitor)
    outcome, why = _at_open_door(door) if door.state is DoorState.OPEN else CLICKS[door.state]
    if door.asks_passcode and door.is_passable:
        outcome = _("They are asked for the passcode first. Then: %(then)s") % {"then": outcome}
    return Click(who=who, outcome=str(outcome), why=str(why))


def _may_return(link: JoinLink, visitor: Visitor) -> bool:
    return link.state == link.State.USED_UP and is_back(link, visitor.identity)


def _at_open_door(door: Door) -> tuple[Words, Words]:
    """Who comes to an open door may still have to knock, or be the one who opens the room."""
    if door.knocks:
        return (
            _("They ask to come in, and wait for a host."),
            _("The waiting room is on for people like them."),
        )
    if door.starts_now:
        return (
            _("They open the room, and come in."),
            _("It does not run yet, and this person may start it."),
        )
    return CLICKS[DoorState.OPEN]
