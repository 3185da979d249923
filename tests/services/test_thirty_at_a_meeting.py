"""Thirty people at a meeting, by a script: what is summed up is what it says, to the second.

Their provider tells it as providers do on bad days: in another order, twice, ten minutes late, one
departure not at all, and nobody answers in the middle.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest
import time_machine
from django.utils import timezone

from meetings.attendance_sums import Gap, PersonSum, Why
from meetings.builtin_room.attendance import tell_ended, tell_joined, tell_left
from meetings.builtin_room.protocol import Why as LeftWhy
from meetings.models import Booking, RoomPeer, RoomSession
from meetings.providers.plugnmeet.identifiers import user_id_of
from meetings.services import reconcile
from meetings.services.attendance import outages
from meetings.services.attendance.attending import Record, attendance_of
from tests.accounts_at_doubles import ALIAS, AtPlugnmeet, hold
from tests.deliveries import plugnmeet_tells
from tests.providers.doubles.plugnmeet.rooms import User

pytestmark = [pytest.mark.django_db, pytest.mark.uncounted]
Clock = time_machine.TimeMachineFixture

HOUR = 3600
BEGAN = datetime.fromisoformat("2026-11-23T08:00:00+00:00")
FORGOTTEN = "g:bot07"  # the departure of whom is lost
Script = dict[str, list[tuple[int, int]]]  # who was there, from which second to which


def script() -> Script:
    """Who comes late, leaves early, drops and comes back a moment later, or stays to the end."""
    random = Random(30)
    people: Script = {}
    for number in range(30):
        moments = sorted(random.sample(range(1, HOUR, 2), 2 * random.randint(1, 2)))
        people[f"g:bot{number:02d}"] = list(zip(moments[::2], moments[1::2], strict=True))
    people[FORGOTTEN] = [(60, 1000)]
    people["g:bot00"] = [(0, 900), (901, 1800), (1801, HOUR)]  # drops twice, for a second
    people["g:bot01"] = [(0, HOUR)]
    return people


def name_of(key: str) -> str:
    return key.removeprefix("g:")


def at(second: float) -> datetime:
    return BEGAN + timedelta(seconds=second)


def began(session: RoomSession) -> RoomSession:
    RoomSession.objects.filter(pk=session.pk).update(live_at=BEGAN)
    session.refresh_from_db()
    return session


def by_script(stays: list[tuple[int, int]]) -> tuple[datetime, datetime, timedelta, int]:
    total = timedelta(seconds=sum(end - begin for begin, end in stays))
    return at(stays[0][0]), at(stays[-1][1]), total, len(stays) - 1


def as_summed(person: PersonSum) -> tuple[datetime | None, datetime | None, timedelta, int]:
    return person.first_in, person.last_out, person.total, person.rejoins


def by_key(record: Record) -> dict[str, PersonSum]:
    return {each.sum.person: each.sum for each in record.came}


@pytest.fixture
def booking(book: Callable[..., Booking], time_machine: Clock) -> Booking:
    time_machine.move_to(BEGAN, tick=False)
    return book("All hands", at=BEGAN, minutes=60)


def test_every_second_at_plugnmeet_is_accounted_for(
    at_plugnmeet: AtPlugnmeet, booking: Booking, time_machine: Clock
) -> None:
    people = script()
    session = began(at_plugnmeet.hold(booking.room, booking))
    told = [event for event in events_of(people) if event[:2] != (1000, FORGOTTEN)]

    time_machine.move_to(at(900), tick=False)
    _tell_in_disorder(at_plugnmeet, session, [each for each in told if each[0] < 300])
    for second in (900, 1200, 1500):  # the worker looks every five minutes
        time_machine.move_to(at(second), tick=False)
        _have_inside(at_plugnmeet, session, people, second)
        reconcile.run()
    _be_silent(time_machine, begin=1950, end=2100)
    time_machine.move_to(at(HOUR), tick=False)
    plugnmeet_tells(at_plugnmeet, session, "session_ended").arrive(session)
    time_machine.move_to(at(HOUR + 600), tick=False)
    _tell_in_disorder(at_plugnmeet, session, [each for each in told if each[0] >= 300])

    record = attendance_of(booking)
    sums = by_key(record)
    forgotten = sums.pop(FORGOTTEN)
    assert record.sums.lasted == timedelta(hours=1)
    assert {key: as_summed(each) for key, each in sums.items()} == {
        key: by_script(stays) for key, stays in people.items() if key != FORGOTTEN
    }
    assert record.sums.gaps == (Gap(at(1950), at(2100), Why.OUTAGE, ALIAS),)
    for key, person in sums.items():
        assert person.certain == seconds_outside(people[key], 1950, 2100)
        assert person.most >= person.total
    assert forgotten.gaps == (Gap(at(900), at(1200), Why.NOTICED, ALIAS),)
    assert forgotten.certain <= timedelta(seconds=1000 - 60) <= forgotten.most


def events_of(people: Script) -> list[tuple[int, str, str]]:
    came = [(begin, key, "participant_joined") for key, all_ in people.items() for begin, _ in all_]
    left = [(end, key, "participant_left") for key, all_ in people.items() for _, end in all_]
    return [*came, *left]


def seconds_outside(stays: list[tuple[int, int]], begin: int, end: int) -> timedelta:
    within = sum(max(0, min(b, end) - max(a, begin)) for a, b in stays)
    return timedelta(seconds=sum(b - a for a, b in stays) - within)


def _tell_in_disorder(
    account: AtPlugnmeet, session: RoomSession, events: list[tuple[int, str, str]]
) -> None:
    """Some of them twice, in any order: as signed deliveries at our address."""
    deliveries = [
        plugnmeet_tells(
            account,
            session,
            kind,
            who=key,
            name=name_of(key),
            ago=(timezone.now() - at(second)).total_seconds() / 60,
        )
        for second, key, kind in events
    ]
    again = [*deliveries, *deliveries[::4]]
    Random(8).shuffle(again)
    for delivery in again:
        assert delivery.arrive(session) == 200


def _have_inside(account: AtPlugnmeet, session: RoomSession, people: Script, second: int) -> None:
    """The provider's own list says who is inside at this second, and since when."""
    room = account.double.rooms[session.provider_room_id]
    room.users = {
        user_id_of(key): User(user_id_of(key), name_of(key), False, False, at(begin).timestamp())
        for key, stays in people.items()
        for begin, end in stays
        if begin <= second < end
    }


def _be_silent(clock: Clock, *, begin: int, end: int) -> None:
    clock.move_to(at(begin), tick=False)
    RoomSession.objects.update(compared_at=None)  # as if nobody had looked for long
    outages.note_silence(ALIAS, "does not answer.")
    clock.move_to(at(end), tick=False)
    outages.note_answer(ALIAS)


def test_every_second_in_the_builtin_room_is_accounted_for(
    booking: Booking, time_machine: Clock, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    people = script()
    session = began(hold(booking.room, booking, alias="builtin"))
    peers: dict[str, RoomPeer] = {}

    for second, key, kind in sorted(
        events_of(people), key=lambda e: (e[0], e[2] != "participant_left")
    ):
        time_machine.move_to(at(second), tick=False)
        with django_capture_on_commit_callbacks(execute=True):
            if kind == "participant_joined":
                peers[key] = _come(session, key, len(peers))
                tell_joined(session, peers[key])
            else:
                _go(session, peers[key], LeftWhy.LEFT)
    with django_capture_on_commit_callbacks(execute=True):
        session.end(RoomSession.EndReason.HOST)
        tell_ended(session)

    record = attendance_of(booking)
    assert {key: as_summed(each) for key, each in by_key(record).items()} == {
        key: by_script(stays) for key, stays in people.items()
    }
    assert record.sums.gaps == ()
    assert all(each.certain == each.total == each.most for each in by_key(record).values())


def test_browser_that_died_was_there_until_it_was_heard_last(
    booking: Booking, time_machine: Clock, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    session = began(hold(booking.room, booking, alias="builtin"))
    with django_capture_on_commit_callbacks(execute=True):
        peer = _come(session, "g:1", 1)
        tell_joined(session, peer)
    time_machine.move_to(at(400), tick=False)
    with django_capture_on_commit_callbacks(execute=True):
        _go(session, peer, LeftWhy.TIMEOUT, left_at=at(360))

    (person,) = by_key(attendance_of(booking)).values()

    assert (person.certain, person.most) == (timedelta(seconds=360), timedelta(seconds=400))
    assert person.gaps == (Gap(at(360), at(400), Why.NOTICED, "builtin"),)


def _come(session: RoomSession, key: str, number: int) -> RoomPeer:
    now = timezone.now()
    return session.peers.create(
        pid=f"{key}-{now:%H%M%S}",
        resume_hash=f"{key}{now}",
        identity=key,
        name=name_of(key),
        role="participant",
        seq=session.peers.count() + 1,
        seen_at=now,
        entered_at=now,
    )


def _go(
    session: RoomSession, peer: RoomPeer, why: LeftWhy, *, left_at: datetime | None = None
) -> None:
    peer.status, peer.left_why = RoomPeer.Status.GONE, why.value
    peer.left_at = left_at or timezone.now()
    peer.save()
    tell_left(session, peer)
