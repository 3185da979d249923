"""The live part of a meeting's page: who is inside, who waits, and what a host can do about it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from meetings.models import Admission, Answer, Attendance, RoomSession
from meetings.providers import aliases
from meetings.providers.base import Features, Role
from meetings.services.answering import answers_for
from meetings.services.controls import features_at
from meetings.services.roles import may_act_on

from .desks import Desk, owners_desk
from .troubles import held_at

State = Admission.State
MOST_MISSING = 30  # named; of more, how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Knocking:
    """Somebody who waits."""

    pk: int
    identity: str
    name: str
    guest: str  # who is invited by the personal link that they came by
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Somebody who is invited and not there."""

    name: str
    answer: str  # in words; empty while they have given none


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """A person in the meeting, as its hosts see them."""

    row: str  # what of ours tells of them
    identity: str
    name: str
    role: str  # empty for participants
    since: datetime
    is_inside: bool  # as the provider tells; else we let them in and nobody has told more
    is_removed: bool = False
    is_me: bool = False
    can_be_muted: bool = False
    can_be_removed: bool = False
    can_be_made: tuple[str, ...] = ()  # what a host may make of them
    guest: str = ""  # who is invited by the personal link that they came by


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A live session as one look at our database shows it to one host."""

    desk: Desk
    provider: str
    features: Features
    people: list[Someone]
    waiting: list[Knocking]
    missing: list[Missing]
    more_missing: int
    can_go_elsewhere: bool

    @property
    def session(self) -> RoomSession:
        return self.desk.session

    @property
    def mark(self) -> str:
        """Changes when, and only when, the part would look different."""
        session = self.session
        facts = (
            session.pk,
            session.locked,
            session.recording_since,
            bool(session.passcode),
            asdict(self.features),
            [asdict(each) for each in self.people],
            [(each.pk, each.name, each.guest) for each in self.waiting],
            [asdict(each) for each in self.missing],
            self.more_missing,
            [action for action, is_theirs in self.desk.may.items() if is_theirs],
            self.can_go_elsewhere,
        )
        digest = hashlib.sha256(repr(facts).encode()).hexdigest()[:12]
        return f"{self.desk.actor.seat}-{digest}"

    def is_of_another_role(self, seen: str) -> bool:
        """Whether more of the page than this part would look different than it was seen."""
        return not seen.startswith(f"{self.desk.actor.seat}-")

    @property
    def may_start_recording(self) -> bool:
        return self.features.recording_control and self.session.recording_since is None

    @property
    def may_stop_recording(self) -> bool:
        """Also one that we have heard nothing of, where nobody tells us."""
        is_known = self.session.recording_since or not self.features.webhooks
        return self.features.recording_control and bool(is_known)

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
            yield _(
                "The passcode is asked at our door only: "
                "whoever knows the provider’s own address passes."
            )
        if not self.features.recording_control:
            yield _("Recording is not started or stopped from here.")


def live_part(desk: Desk) -> Live:
    """What runs, in as many queries for fifty people as for one."""
    session = desk.session
    features = features_at(session)
    asked = list(session.admissions.with_guests().select_related("user"))
    stays = list(session.attendances.all())
    called = _names(asked, stays)
    missing = _missing(session, asked)
    return Live(
        desk=desk,
        provider=held_at(session.alias),
        features=features,
        people=_Roster(desk, features, called).people(asked, stays),
        waiting=_waiting(asked, called),
        missing=missing[:MOST_MISSING],
        more_missing=len(missing[MOST_MISSING:]),
        can_go_elsewhere=desk.may["move"] and len(list(aliases())) > 1,
    )


def live_of(session: RoomSession | None, owner: User, *, at: str = "booking") -> Live | None:
    """The same on its owner's page, while it is live."""
    if session is None or not session.is_live:
        return None
    return live_part(owners_desk(session, owner, at=at))


def people_waiting(session: RoomSession) -> list[Knocking]:
    """Who waits, as the live part shows them."""
    asked = list(session.admissions.with_guests())
    return _waiting(asked, _names(asked, []))


def _waiting(asked: list[Admission], called: dict[str, str]) -> list[Knocking]:
    return [
        Knocking(
            pk=each.pk,
            identity=each.identity,
            name=called[each.identity],
            guest=_invited_as(each),
            since=each.asked_at,
        )
        for each in asked
        if each.is_at_the_door
    ]


def _names(asked: Iterable[Admission], stays: Iterable[Attendance]) -> dict[str, str]:
    """Identity → name; of several people of one name the later ones have a number."""
    names = {each.identity: each.name for each in stays}
    names = {each.identity: each.name for each in asked} | names
    seen: Counter[str] = Counter()
    called = {}
    for identity, name in names.items():
        plain = name or _("Somebody")
        seen[plain.casefold()] += 1
        number = seen[plain.casefold()]
        called[identity] = f"{plain} ({number})" if name and number > 1 else plain
    return called


def _missing(session: RoomSession, asked: list[Admission]) -> list[Missing]:
    """Who is invited, has not declined, and has not come to the door either."""
    booking = session.booking
    if booking is None:
        return []
    guests = list((booking.series or booking).guests.invited())
    answers = answers_for(guests, booking) if guests else {}
    here = {each.link.guest_id for each in asked if each.link}
    addresses = {each.user.email.casefold() for each in asked if each.user}
    return [
        Missing(name=str(guest), answer=_said(answers.get(guest.pk)))
        for guest in guests
        if guest.pk not in here
        and guest.email.casefold() not in addresses
        and not _declined(answers.get(guest.pk))
    ]


def _declined(answer: Answer | None) -> bool:
    return answer is not None and answer.choice == Answer.Choice.DECLINED


def _said(answer: Answer | None) -> str:
    return str(answer.get_choice_display()) if answer else ""


def said_at_the_end(session: RoomSession) -> str:
    """What an organizer is told after ending it: not every provider sends people out."""
    session.refresh_from_db(fields=["error"])
    if session.error:  # the page tells it in full
        return _("The meeting is over here.")
    if features_at(session).ending:
        return _("The meeting is over for everybody.")
    return _("The meeting is over here. Whoever is inside the room stays until they leave it.")


class _Roster:
    """Who is inside, as somebody with these rights sees it."""

    def __init__(self, desk: Desk, features: Features, called: dict[str, str]) -> None:
        self.desk, self.features, self.called = desk, features, called
        self.me, self.seat = desk.actor.identity, desk.actor.seat

    def people(self, asked: list[Admission], stays: list[Attendance]) -> list[Someone]:
        """Who is inside, then who was let in and of whom nothing more is known."""
        came = {stay.identity for stay in stays}
        at_door = {each.identity: each for each in asked}
        inside = [
            self._inside(stay, at_door.get(stay.identity)) for stay in stays if stay.left_at is None
        ]
        return inside + [
            self._let_in(each)
            for each in asked
            if each.identity not in came and self._may_be_inside(each)
        ]

    def _may_be_inside(self, asked: Admission) -> bool:
        """Whether nobody has told that this person went."""
        stays = asked.state == State.REMOVED and not self.features.removing
        return asked.state == State.ADMITTED or stays

    def _inside(self, stay: Attendance, asked: Admission | None) -> Someone:
        is_removed = asked is not None and asked.state == State.REMOVED
        may_be_shut_out = asked is not None and not is_removed
        role = asked.role_now if asked and asked.given_role else Role(stay.role)
        mine = self._may_act_on(stay.identity, role)
        return Someone(
            row=f"stay-{stay.pk}",
            identity=stay.identity,
            name=self.called[stay.identity],
            role=_in_words(role),
            since=stay.joined_at,
            is_inside=True,
            is_removed=is_removed,
            is_me=stay.identity == self.me,
            can_be_muted=mine and self.features.muting,
            # Again, too, where the provider did not follow the first time
            can_be_removed=mine and (self.features.removing or may_be_shut_out),
            can_be_made=self._can_be_made(asked),
            guest=_invited_as(asked),
        )

    def _let_in(self, asked: Admission) -> Someone:
        is_removed = asked.state == State.REMOVED
        since = asked.asked_at if is_removed else asked.decided_at
        return Someone(
            row=f"admission-{asked.pk}",
            identity=asked.identity,
            name=self.called[asked.identity],
            role=_in_words(asked.role_now),
            since=since or asked.asked_at,
            is_inside=False,
            is_removed=is_removed,
            is_me=asked.identity == self.me,
            can_be_removed=not is_removed and self._may_act_on(asked.identity, asked.role_now),
            can_be_made=self._can_be_made(asked),
            guest=_invited_as(asked),
        )

    def _may_act_on(self, identity: str, role: Role) -> bool:
        return identity != self.me and may_act_on(self.seat, role)

    def _can_be_made(self, asked: Admission | None) -> tuple[str, ...]:
        """The roles to offer: better ones, and that of their link where a host gave them more."""
        if asked is None or asked.identity == self.me or asked.state != State.ADMITTED:
            return ()
        if not self.desk.may["role"] or asked.role == Role.HOST:
            return ()
        better = [Role.COHOST, Role.HOST] if not asked.role_now.hosts else []
        if asked.role_now is Role.COHOST:
            better = [Role.HOST]
        back = [Role.PARTICIPANT] if asked.given_role else []
        return tuple(role.value for role in [*better, *back])


def _invited_as(asked: Admission | None) -> str:
    return str((asked and asked.guest) or "")


def _in_words(role: Role) -> str:
    return {Role.HOST: _("Host"), Role.COHOST: _("Co-host")}.get(role, "")
