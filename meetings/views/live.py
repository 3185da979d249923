"""The live part of a meeting's page: who is inside, who waits, and what a host can do about it."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from meetings.models import Admission, Attendance, RoomSession
from meetings.providers.base import Features, Role
from meetings.services.controls import features_at

from .troubles import held_at

State = Admission.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """A person in the meeting, as its organizer sees them."""

    row: str  # what of ours tells of them
    identity: str
    name: str
    role: str  # empty for participants
    since: datetime
    is_inside: bool  # as the provider tells; else we let them in and nobody has told more
    is_removed: bool = False
    is_me: bool = False
    can_be_removed: bool = False
    guest: str = ""  # who is invited by the personal link that they came by


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A live session as one look at our database shows it."""

    session: RoomSession
    provider: str
    features: Features
    people: list[Someone]
    waiting: list[Admission]

    @property
    def mark(self) -> str:
        """Changes when, and only when, the part would look different."""
        session = self.session
        facts = (
            session.pk,
            session.locked,
            bool(session.passcode),
            asdict(self.features),
            [asdict(each) for each in self.people],
            [(each.pk, each.name, str(each.guest or "")) for each in self.waiting],
        )
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]

    @property
    def limits(self) -> list[str]:
        """What the provider cannot do here, so that nobody looks for the button."""
        return list(self._limits())

    def _limits(self) -> Iterator[str]:
        if not self.features.ending:
            yield _("Who is inside stays there when you end it for all. Nobody else comes in.")
        if not self.features.locking:
            yield _(
                "The lock is at our door only: whoever knows the provider’s own address passes."
            )
        if not self.features.removing:
            yield _(
                "Whoever is removed may still be inside until they leave. They do not come back."
            )
        if not self.features.muting:
            yield _("Nobody can be muted from here.")
        if not self.features.passcode:
            yield _("The room asks for no passcode.")
        if not self.features.recording_control:
            yield _("Recording is not started or stopped from here.")


def live_part(session: RoomSession, user: User) -> Live:
    """What runs, in as many queries for fifty people as for one."""
    features = features_at(session)
    asked = list(session.admissions.with_guests())
    return Live(
        session=session,
        provider=held_at(session.alias),
        features=features,
        people=_people(session, asked, features, user),
        waiting=[each for each in asked if each.is_at_the_door],
    )


def said_at_the_end(session: RoomSession) -> str:
    """What an organizer is told after ending it: not every provider sends people out."""
    session.refresh_from_db(fields=["error"])
    if session.error:  # the page tells it in full
        return _("The meeting is over here.")
    if features_at(session).ending:
        return _("The meeting is over for everybody.")
    return _("The meeting is over here. Whoever is inside the room stays until they leave it.")


def _people(
    session: RoomSession, asked: list[Admission], features: Features, me: User
) -> list[Someone]:
    """Who is inside, then who was let in and of whom nothing more is known."""
    stays, mine = list(session.attendances.all()), f"u:{me.pk}"
    came = {stay.identity for stay in stays}
    at_door = {each.identity: each for each in asked}
    inside = [
        _inside(stay, at_door.get(stay.identity), features, mine)
        for stay in stays
        if stay.left_at is None
    ]
    return inside + [
        _let_in(each, mine)
        for each in asked
        if each.identity not in came and _may_be_inside(each, features)
    ]


def _may_be_inside(asked: Admission, features: Features) -> bool:
    """Whether nobody has told that this person went."""
    stays = asked.state == State.REMOVED and not features.removing
    return asked.state == State.ADMITTED or stays


def _inside(stay: Attendance, asked: Admission | None, features: Features, mine: str) -> Someone:
    is_removed = asked is not None and asked.state == State.REMOVED
    may_be_shut_out = asked is not None and not is_removed
    return Someone(
        row=f"stay-{stay.pk}",
        identity=stay.identity,
        name=stay.name or _("Somebody"),
        role=_rights_of(stay),
        since=stay.joined_at,
        is_inside=True,
        is_removed=is_removed,
        is_me=stay.identity == mine,
        # Again, too, where the provider did not follow the first time
        can_be_removed=stay.identity != mine and (features.removing or may_be_shut_out),
        guest=_invited_as(asked),
    )


def _let_in(asked: Admission, mine: str) -> Someone:
    is_removed = asked.state == State.REMOVED
    since = asked.asked_at if is_removed else asked.decided_at
    return Someone(
        row=f"admission-{asked.pk}",
        identity=asked.identity,
        name=asked.name,
        role=_rights_of(asked),
        since=since or asked.asked_at,
        is_inside=False,
        is_removed=is_removed,
        is_me=asked.identity == mine,
        can_be_removed=asked.identity != mine and not is_removed,
        guest=_invited_as(asked),
    )


def _invited_as(asked: Admission | None) -> str:
    return str((asked and asked.guest) or "")


def _rights_of(person: Attendance | Admission) -> str:
    return person.get_role_display() if Role(person.role).hosts else ""
