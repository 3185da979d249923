"""How long each person was at a meeting, and what of it nobody can know.

Pure functions over plain values. Stays that overlap, as of somebody with two devices, count once.
What is certain and the most that it can have been lie on either side of what was counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from meetings.providers.base import Role
from meetings.spans import Span, cut, lasting, union, without

RANKS = ("", Role.PARTICIPANT, Role.COHOST, Role.HOST)


def best_role(roles: Iterable[str]) -> str:
    """The one of these that may do the most."""
    return max(roles, key=RANKS.index, default="")


class Why(StrEnum):
    """What a gap comes from."""

    OUTAGE = "outage"  # the provider did not answer us
    UNTOLD = "untold"  # it told nothing of who came and went
    PARTLY = "partly"  # it tells us nothing by itself: we know what we saw when we looked
    NOTICED = "noticed"  # that somebody had left was seen later
    UNHEARD = "unheard"  # nobody told when somebody came


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """A time of which something is not known, and why."""

    begin: datetime
    end: datetime
    why: Why
    place: str = ""

    @property
    def span(self) -> Span:
        return self.begin, self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    joined_at: datetime
    left_at: datetime | None = None  # None: still there
    left_after: datetime | None = None  # the departure was only noticed: there until then
    arrival_is_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One person at one run of a meeting."""

    person: str  # the same one is the same person, on whatever device, in every run
    name: str = ""
    role: str = ""  # by their link, or as the provider told
    given_role: str = ""  # by a host, while it ran
    stays: tuple[Stay, ...] = ()
    let_in_at: datetime | None = None  # by a click at our door, which the provider knows nothing of


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A meeting at one provider; one that moved, or was opened again, has several."""

    place: str
    began_at: datetime
    ended_at: datetime | None = None  # None: it goes on
    is_moved: bool = False  # people came along from the run before
    is_partly_told: bool = False
    outages: tuple[Span, ...] = ()
    visits: tuple[Visit, ...] = ()

    @property
    def is_told(self) -> bool:
        """Whether anything was told of people; who was let in may be somebody who came or not."""
        return any(visit.stays for visit in self.visits) or not self.visits


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSum:
    """One person at the whole meeting."""

    person: str
    name: str
    role: str  # the best that they had
    first_in: datetime | None  # None: let in, and never seen inside
    last_out: datetime | None  # None: still inside, or not known
    is_inside: bool = False
    is_made_by_host: bool = False  # the role: by their link they were less
    is_only_let_in: bool = False  # all that is known is that our door let them in
    total: timedelta = timedelta()
    certain: timedelta = timedelta()
    most: timedelta = timedelta()
    rejoins: int = 0
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    people: tuple[PersonSum, ...] = ()  # who came first comes first
    gaps: tuple[Gap, ...] = ()  # that concern everybody
    began_at: datetime | None = None
    ended_at: datetime | None = None  # None: it goes on, or was never held
    lasted: timedelta = timedelta()


@dataclass(slots=True)
class _Person:
    """What is gathered of one person, run by run."""

    visits: list[Visit] = field(default_factory=list)
    counted: list[Span] = field(default_factory=list)
    unsure: list[Span] = field(default_factory=list)
    possible: list[Span] = field(default_factory=list)
    let_in: list[datetime] = field(default_factory=list)  # where nothing else is known
    gaps: set[Gap] = field(default_factory=set)
    is_inside: bool = False


def sums_of(runs: Iterable[Run], *, now: datetime) -> Sums:
    """Everybody's time at a meeting that was held in these runs, until now if it goes on."""
    runs = sorted(runs, key=lambda run: run.began_at)
    people: dict[str, _Person] = {}
    for run in runs:
        for visit in run.visits:
            _gather(people.setdefault(visit.person, _Person()), visit, run, now)
    moves = [before.ended_at for before, run in pairwise(runs) if run.is_moved and before.ended_at]
    sums = (_sum(key, person, moves) for key, person in people.items())
    spans = [_span(run, now) for run in runs]
    return Sums(
        people=tuple(sorted(sums, key=_by_arrival)),
        gaps=tuple(sorted({gap for run in runs for gap in _gaps(run, now)})),
        began_at=min((begin for begin, _ in spans), default=None),
        ended_at=_end(runs),
        lasted=lasting(spans),
    )


def _span(run: Run, now: datetime) -> Span:
    return run.began_at, max(run.began_at, run.ended_at or now)


def _end(runs: list[Run]) -> datetime | None:
    ends = [run.ended_at for run in runs if run.ended_at]
    return max(ends) if ends and len(ends) == len(runs) else None


def _by_arrival(person: PersonSum) -> tuple[bool, float, str, str]:
    first = person.first_in
    return first is None, first.timestamp() if first else 0.0, person.name, person.person


def _gaps(run: Run, now: datetime) -> list[Gap]:
    """What is not known of anybody in this run."""
    span = _span(run, now)
    gaps = [
        Gap(*part, Why.OUTAGE, run.place)
        for part in union(filter(None, (cut(outage, span) for outage in run.outages)))
        if part[0] < part[1]
    ]
    if not run.is_told:
        gaps.append(Gap(*span, Why.UNTOLD, run.place))
    elif run.is_partly_told:
        gaps.append(Gap(*span, Why.PARTLY, run.place))
    return gaps


def _gather(person: _Person, visit: Visit, run: Run, now: datetime) -> None:
    span = _span(run, now)
    person.visits.append(visit)
    for stay in visit.stays:
        _count(person, stay, run, span)
    if visit.let_in_at and not run.is_told and (let_in := cut((visit.let_in_at, span[1]), span)):
        person.let_in.append(let_in[0])
        person.possible.append(let_in)
    outages = [gap.span for gap in _gaps(run, now) if gap.why is Why.OUTAGE]
    person.unsure += outages
    person.possible += outages


def _count(person: _Person, stay: Stay, run: Run, span: Span) -> None:
    person.is_inside |= stay.left_at is None and run.ended_at is None
    counted = cut((stay.joined_at, stay.left_at or span[1]), span)
    if counted is None:
        return
    person.counted.append(counted)
    if stay.left_after and stay.left_at:
        unseen = cut((stay.left_after, stay.left_at), span)
        if unseen and unseen[0] < unseen[1]:
            person.unsure.append(unseen)
            person.gaps.add(Gap(*unseen, Why.NOTICED, run.place))
    if not stay.arrival_is_known:
        person.possible.append((span[0], counted[0]))
        person.gaps.add(Gap(span[0], counted[0], Why.UNHEARD, run.place))


def _sum(key: str, person: _Person, moves: list[datetime]) -> PersonSum:
    seen = union(person.counted)
    named = max(person.visits, key=_latest)
    own = best_role(visit.role for visit in person.visits)
    role = best_role([own, *(visit.given_role for visit in person.visits)])
    return PersonSum(
        person=key,
        name=named.name,
        role=role,
        first_in=seen[0][0] if seen else min(person.let_in, default=None),
        last_out=max(end for _, end in seen) if seen and not person.is_inside else None,
        is_inside=person.is_inside,
        is_made_by_host=role != own,
        is_only_let_in=not seen,
        total=lasting(seen),
        certain=lasting(without(seen, person.unsure)),
        most=lasting([*seen, *person.possible]),
        # Who came along when the meeting moved did not come back
        rejoins=sum(before[1] not in moves for before, _ in pairwise(seen)),
        gaps=tuple(sorted(person.gaps)),
    )


def _latest(visit: Visit) -> tuple[bool, float, str, str]:
    """By what name they are known: the last one, if they gave any."""
    moments = [stay.joined_at for stay in visit.stays]
    moments += [visit.let_in_at] if visit.let_in_at else []
    last = max((moment.timestamp() for moment in moments), default=0.0)
    return bool(visit.name), last, visit.name, visit.role
