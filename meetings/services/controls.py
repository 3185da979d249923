"""What a host changes in a live meeting: at our door in any case, in the room where it can be.

Our side is saved first and holds. That a provider did not follow is told by `NotDoneThere`, and the
same can be asked again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from meetings.models import RoomSession
from meetings.providers import AnyProvider
from meetings.providers.base import Features, Peer, Role
from meetings.providers.errors import ProviderError

from .deliveries.events import FIRST_LOOK
from .hosting import announce, give_role, shut_out, tell_role
from .roles import Seat, may_act_on
from .rooms import provider_of
from .transactions import saving

log = logging.getLogger(__name__)


class CannotDo(Exception):
    """Not possible here: the provider has no such thing, or it would be a mistake."""


class NotDoneThere(Exception):
    """Our side holds; what the provider was asked for did not happen."""


def features_at(session: RoomSession) -> Features:
    """What can be done at the session's provider; nothing when it is gone."""
    provider = provider_of(session.alias)
    return provider.features if provider else Features()


def set_lock(session: RoomSession, *, locked: bool) -> None:
    """Let nobody new in, or let people in again."""
    _set_doors(session, locked=locked)
    announce(session)
    provider = provider_of(session.alias)
    if provider and provider.features.locking:
        _have(provider, lambda: provider.set_lock(session.ref, locked))


def set_passcode(session: RoomSession, passcode: str) -> None:
    """Have people asked for this passcode from now on; for none when it is empty."""
    _set_doors(session, passcode=passcode)
    announce(session)
    provider = provider_of(session.alias)
    if provider and provider.features.passcode:
        _have(provider, lambda: provider.set_passcode(session.ref, passcode))


@saving
def _set_doors(session: RoomSession, **doors: bool | str) -> None:
    changed = audit.difference(session, doors)
    for name, value in doors.items():
        setattr(session, name, value)
    session.save(update_fields=list(doors))
    if changed:
        audit.record(
            audit.Action.LOCKED if "locked" in doors else audit.Action.CHANGED,
            session,
            values=changed,
        )


def bring_passcode(there: RoomSession) -> None:
    """After a move, have the provider there ask for what a host has set since the meeting began."""
    if there.passcode != there.room.passcode:
        set_passcode(there, there.passcode)


def longest_passcode(session: RoomSession) -> int | None:
    """How many characters the session’s provider takes, where it is told the passcode."""
    provider = provider_of(session.alias)
    return provider.longest_passcode if provider and provider.features.passcode else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who presses the button: as the door knows them, what they are, their account if any."""

    identity: str
    seat: Seat
    user: User | None = None

    @classmethod
    def owner(cls, user: User) -> Self:
        return cls(identity=f"u:{user.pk}", seat=Seat.OWNER, user=user)


def remove(session: RoomSession, identity: str, *, by: Actor) -> None:
    """Put a person out, and take them in no more."""
    person, user = _other(session, identity, by)
    shut_out(session, person, user=user, by=by.user)
    announce(session)
    provider = provider_of(session.alias)
    if provider and provider.features.removing:
        _have(provider, lambda: provider.remove(session.ref, identity))


def mute(session: RoomSession, identity: str, *, by: Actor) -> None:
    """Turn a person's microphone off."""
    person, _user = _other(session, identity, by)
    provider = able(session, "muting")
    _have(provider, lambda: provider.mute(session.ref, person.key))
    audit.record(audit.Action.MUTED, session, user=by.user)


def record(session: RoomSession, *, on: bool) -> None:
    """Begin to record, or stop."""
    provider = able(session, "recording_control")
    change = provider.start_recording if on else provider.stop_recording
    _have(provider, lambda: change(session.ref))
    _note_recording(session, timezone.now() if on else None)
    session.expect_recordings(after=FIRST_LOOK)


@saving
def _note_recording(session: RoomSession, since: datetime | None) -> None:
    audit.record(audit.Action.RECORDED, session, values={"since": [session.recording_since, since]})
    session.recording_since = since
    session.save(update_fields=["recording_since"])


def hand_over(session: RoomSession, identity: str, role: Role, *, by: Actor) -> None:
    """Make a person co-host or host of this session, or take back what a host has given."""
    if identity == by.identity:
        raise CannotDo(_("These are your own rights. Another host can change them."))
    _person(session, identity)
    if not give_role(session, identity, role):
        raise CannotDo(_("They did not come by a link of ours, so they cannot be made host."))
    announce(session)
    tell_role(session, identity)


def changes_rights_live(session: RoomSession) -> bool:
    """Whether people inside have their new rights at once; else when they come in again."""
    provider = provider_of(session.alias)
    return bool(provider and provider.rooms_are_sessions)


def able(session: RoomSession, feature: str) -> AnyProvider:
    """The session's provider, if it has this feature."""
    provider = provider_of(session.alias)
    if provider is None:
        raise CannotDo(_("The provider “%(alias)s” is gone.") % {"alias": session.alias})
    if not getattr(provider.features, feature):
        raise CannotDo(_("%(provider)s cannot do this.") % {"provider": _(provider.label)})
    return provider


def _other(session: RoomSession, identity: str, by: Actor) -> tuple[Peer, User | None]:
    """Somebody who came, whom this person may put out or silence."""
    person, user = _person(session, identity)
    if identity == by.identity or (user and user == by.user):
        # The door would never open to them again
        raise CannotDo(_("You cannot remove yourself. Leave the room, or end it for all."))
    if not may_act_on(by.seat, person.role):
        raise CannotDo(_("Only a host can do this to a host."))
    return person, user


def _person(session: RoomSession, identity: str) -> tuple[Peer, User | None]:
    """Somebody who came to this session, and their account if they have one."""
    asked = session.admissions.select_related("user").filter(identity=identity).first()
    found = asked or session.attendances.filter(identity=identity).first()
    if found is None:
        raise CannotDo(_("There is no such person in this meeting."))
    user = asked.user if asked else None
    role = asked.role_now if asked else Role(found.role)
    return Peer(key=identity, name=found.name, role=role), user


def _have(provider: AnyProvider, ask: Callable[[], None]) -> None:
    """Ask the provider; its refusal in words for the person who pressed the button."""
    try:
        ask()
    except ProviderError as error:
        log.warning("A provider did not do what a host asked for: %s", error)
        raise NotDoneThere(str(error)) from error
