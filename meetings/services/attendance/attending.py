"""Who was at a meeting, how long, and what cannot be known of it: from rows, by few queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from meetings.attendance_sums import PersonSum, Run, Stay, Sums, Visit, best_role, sums_of
from meetings.models import Admission, Answer, Attendance, Booking, Guest, Outage, RoomSession
from meetings.models.session import RoomSessionQuerySet
from meetings.services.answering import answers_for
from meetings.spans import Span

from .given_roles import Person, given_roles

LET_IN = {Admission.State.ADMITTED, Admission.State.REMOVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """One person who came, and as whom they were invited."""

    sum: PersonSum
    guest: Guest | None = None
    answer: Answer | None = None

    @property
    def name(self) -> str:
        """As invited; else as they called themselves, if they did."""
        guest = self.guest
        return (guest.name or self.sum.name or guest.email) if guest else self.sum.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Somebody who was invited and did not come."""

    guest: Guest
    answer: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Who was there, and who was not."""

    title: str
    sums: Sums
    came: tuple[Attendee, ...] = ()
    missing: tuple[Missing, ...] = ()
    is_live: bool = False
    made_at: datetime


def attendance_of(what: Booking | RoomSession) -> Record:
    """Of a meeting in all its sessions; of a room used without one, in the session that is meant.

    A date of a series is a meeting of its own; who is invited to the series is invited to it.
    """
    now, booking = timezone.now(), what if isinstance(what, Booking) else None
    sessions = list(_sessions(what))
    guests = list((booking.series or booking).guests.all()) if booking else []
    answers = answers_for(guests, booking) if guests else {}
    asked = _admissions(sessions)
    known = _known(asked, guests)
    sums = sums_of(_runs(sessions, asked, known, now), now=now)
    by_key = {key_of(guest): guest for guest in known.values()}
    came = tuple(_attendee(person, by_key, answers) for person in sums.people)
    here = {each.guest.pk for each in came if each.guest}
    absent = (g for g in guests if g.removed_at is None and g.pk not in here)
    return Record(
        title=booking.title if booking else _room_name(what),
        sums=sums,
        came=came,
        missing=tuple(Missing(guest=guest, answer=answers.get(guest.pk)) for guest in absent),
        is_live=any(session.is_live for session in sessions),
        made_at=now,
    )


def _room_name(what: Booking | RoomSession) -> str:
    return what.room.name


def _sessions(what: Booking | RoomSession) -> RoomSessionQuerySet:
    """The runs of it, the first one first."""
    held = RoomSession.objects.without_secrets().held().order_by("live_at", "pk")
    if isinstance(what, Booking):
        return held.filter(booking=what)
    return held.filter(pk__in=_moved_together(what))


def _moved_together(session: RoomSession) -> set[int]:
    """It, and where it was before and after it moved."""
    moved = RoomSession.objects.filter(room=session.room_id, moved_from__isnull=False)
    before = dict(moved.values_list("pk", "moved_from"))
    after = {earlier: later for later, earlier in before.items()}
    found = {session.pk}
    for steps in (before, after):
        step = steps.get(session.pk)
        while step and step not in found:
            found.add(step)
            step = steps.get(step)
    return found


def _admissions(sessions: list[RoomSession]) -> list[Admission]:
    asked = Admission.objects.filter(session__in=sessions).select_related("link__guest", "user")
    return list(asked)


def _known(asked: Iterable[Admission], guests: list[Guest]) -> dict[str, Guest]:
    """Identity → who is invited by that name: by their own link, or by their account's address."""
    by_address = {guest.email.lower(): guest for guest in guests}
    known = {}
    for each in asked:
        by_account = by_address.get(each.user.email.lower()) if each.user else None
        if guest := each.guest or by_account:
            known[each.identity] = guest
    return known


def key_of(guest: Guest) -> str:
    return f"guest:{guest.pk}"


def _runs(
    sessions: list[RoomSession],
    asked: list[Admission],
    known: dict[str, Guest],
    now: datetime,
) -> list[Run]:
    stays: dict[int, dict[str, list[Attendance]]] = {each.pk: {} for each in sessions}
    for stay in Attendance.objects.filter(session__in=sessions):
        stays[stay.session_id].setdefault(stay.identity, []).append(stay)
    let_in: dict[int, dict[str, Admission]] = {each.pk: {} for each in sessions}
    for each in asked:
        let_in[each.session_id][each.identity] = each
    outages, given = _outages(sessions, now), given_roles(list(stays))
    return [
        Run(
            place=session.alias,
            began_at=session.live_at or session.created_at,
            ended_at=session.ended_at,
            is_moved=session.moved_from_id is not None,
            is_partly_told="webhooks" in session.differences,
            outages=outages.get(session.alias, ()),
            visits=tuple(_visits(session.pk, stays[session.pk], let_in[session.pk], known, given)),
        )
        for session in sessions
    ]


def _visits(
    session: int,
    stays: dict[str, list[Attendance]],
    asked: dict[str, Admission],
    known: dict[str, Guest],
    given: dict[Person, str],
) -> Iterable[Visit]:
    came = {identity for identity, each in asked.items() if _let_in_at(each)}
    for identity in stays.keys() | came:
        admission, theirs = asked.get(identity), stays.get(identity, [])
        guest = known.get(identity)
        latest = theirs[-1] if theirs else admission
        assert latest is not None  # noqa: S101  (they came, or were let in)
        given_role = given.get((session, identity), "")
        yield Visit(
            person=key_of(guest) if guest else identity,
            name=latest.name or (admission.name if admission else ""),
            role=_own_role(admission, theirs, given_role),
            given_role=given_role,
            stays=tuple(map(_stay, theirs)),
            let_in_at=_let_in_at(admission) if admission else None,
        )


def _own_role(admission: Admission | None, stays: list[Attendance], given: str) -> str:
    """What they were without a host's doing; those who come back come as what they were made."""
    told = [stay.role for stay in stays if admission is None or stay.role != given]
    return best_role([*told, admission.role] if admission else told)


def _let_in_at(asked: Admission) -> datetime | None:
    """When our door let them in; None for those who only may come along."""
    if asked.comes_along or asked.state not in LET_IN:
        return None
    return asked.decided_at or asked.asked_at


def _stay(row: Attendance) -> Stay:
    return Stay(
        joined_at=row.joined_at,
        left_at=row.left_at,
        left_after=row.left_after if row.left_at else None,
        arrival_is_known=row.arrival_is_known,
    )


def _outages(sessions: list[RoomSession], now: datetime) -> dict[str, tuple[Span, ...]]:
    """Alias → when it was silent while one of these sessions went on."""
    if not sessions:
        return {}
    begin = min(each.live_at or each.created_at for each in sessions)
    end = max(each.ended_at or now for each in sessions)
    rows = Outage.objects.within(begin, end).filter(alias__in={each.alias for each in sessions})
    found: dict[str, tuple[Span, ...]] = {}
    for row in rows:
        found[row.alias] = (*found.get(row.alias, ()), (row.began_at, row.ended_at or now))
    return found


def _attendee(person: PersonSum, by_key: dict[str, Guest], answers: dict[int, Answer]) -> Attendee:
    guest = by_key.get(person.person)
    return Attendee(sum=person, guest=guest, answer=answers.get(guest.pk) if guest else None)
