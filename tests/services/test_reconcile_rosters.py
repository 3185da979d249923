"""People inside whom we do not know of, and people who have gone without our knowing."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from meetings.models import Attendance, Drift, Room, RoomSession
from meetings.services import reconcile
from tests.accounts_at_doubles import ALIAS, Account, hold

pytestmark = pytest.mark.django_db
Outcome = Drift.Outcome


@pytest.fixture(params=["plugnmeet", "videosdk"])
def account(request: pytest.FixtureRequest) -> Account:
    """Where the roster names people."""
    found: Account = request.getfixturevalue(f"at_{request.param}")
    return found


@pytest.fixture
def session(account: Account, room: Room) -> RoomSession:
    """Ana is inside by our rows and at the provider."""
    session = account.hold(room)
    account.come(session.ref, "u:1", "Ana")
    stay(session, "u:1", "Ana")
    return session


def stay(
    session: RoomSession, key: str, name: str, *, joined_at: datetime | None = None
) -> Attendance:
    joined_at = joined_at or timezone.now() - timedelta(minutes=5)
    return session.attendances.create(identity=key, name=name, joined_at=joined_at)


def inside(session: RoomSession) -> list[str]:
    open_stays = session.attendances.filter(left_at=None).order_by("name")
    return list(open_stays.values_list("name", flat=True))


def test_people_whom_both_know_of_are_no_difference(session: RoomSession) -> None:
    assert reconcile.compare(ALIAS).found == ()


def test_an_arrival_that_was_never_told_is_found_and_taken_over(
    account: Account, session: RoomSession
) -> None:
    account.come(session.ref, "u:2", "Ben")

    reconcile.run()
    details = Drift.objects.get().details
    known_after_one_look = inside(session)
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=True):
        reconcile.run()

    assert details == "+1 −0"
    assert known_after_one_look == ["Ana"]
    assert inside(session) == ["Ana", "Ben"]
    assert Drift.objects.get().outcome == Outcome.REPAIRED
    came = session.attendances.get(name="Ben").joined_at
    assert timezone.now() - came > timedelta(minutes=4)  # when they came by the provider's word


def test_a_difference_that_grows_is_told_as_it_is_now(
    account: Account, session: RoomSession
) -> None:
    account.come(session.ref, "u:2", "Ben")
    reconcile.compare(ALIAS)
    account.come(session.ref, "u:3", "Cleo")

    reconcile.compare(ALIAS)

    assert Drift.objects.get().details == "+2 −0"


def test_a_departure_that_was_never_told_is_found_and_dated_when_it_was_seen(
    account: Account, session: RoomSession
) -> None:
    account.come(session.ref, "u:2", "Ben")
    stay(session, "u:2", "Ben")
    account.leave(session.ref, "u:2")
    reconcile.compare(ALIAS)

    before = timezone.now()
    assert reconcile.repair(Drift.objects.get())

    assert inside(session) == ["Ana"]
    left = session.attendances.get(name="Ben").left_at
    assert left is not None
    assert before <= left <= timezone.now()


def test_somebody_who_came_a_moment_ago_is_no_difference(
    account: Account, session: RoomSession
) -> None:
    stay(session, "u:3", "Cleo", joined_at=timezone.now())

    assert reconcile.compare(ALIAS).found == ()


def test_somebody_told_to_have_gone_who_is_inside_is_inside_again(
    account: Account, session: RoomSession
) -> None:
    session.attendances.update(left_at=timezone.now() - timedelta(minutes=2))
    reconcile.compare(ALIAS)

    assert reconcile.repair(Drift.objects.get())

    assert inside(session) == ["Ana"]
    assert session.attendances.count() == 2


def test_a_difference_that_is_gone_at_the_repair_changes_nothing(
    account: Account, session: RoomSession
) -> None:
    account.come(session.ref, "u:2", "Ben")
    reconcile.compare(ALIAS)
    stay(session, "u:2", "Ben")

    assert reconcile.repair(Drift.objects.get())

    assert Drift.objects.get().outcome == Outcome.VANISHED
    assert session.attendances.count() == 2


def test_a_session_that_is_over_meanwhile_takes_nobody_in(
    account: Account, session: RoomSession
) -> None:
    account.come(session.ref, "u:2", "Ben")
    reconcile.compare(ALIAS)
    session.end(RoomSession.EndReason.HOST)

    assert reconcile.repair(Drift.objects.get())

    assert Drift.objects.get().outcome == Outcome.VANISHED
    assert not session.attendances.filter(name="Ben").exists()


def test_a_roster_without_anybody_proves_nothing_at_plugnmeet(
    at_plugnmeet: Account, room: Room
) -> None:
    """It is what the server says when it does not reach LiveKit."""
    session = at_plugnmeet.hold(room)
    at_plugnmeet.come(session.ref, "u:1", "Ana")
    stay(session, "u:1", "Ana")
    at_plugnmeet.double.switch["livekit"] = False

    reconcile.run()
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=True):
        reconcile.run()

    assert inside(session) == ["Ana"]
    assert not Drift.objects.exists()


def test_when_all_have_left_videosdk_nobody_is_inside_and_the_session_goes_on(
    at_videosdk: Account, room: Room
) -> None:
    session = at_videosdk.hold(room)
    stay(session, "u:1", "Ana")
    reconcile.compare(ALIAS)

    assert reconcile.repair(Drift.objects.get())

    session.refresh_from_db()
    assert inside(session) == []
    assert session.is_live


def test_connections_without_names_are_compared_with_nothing(at_xroom: Account, room: Room) -> None:
    session = at_xroom.hold(room)
    at_xroom.come(session.ref, "c0nnection", "")
    stay(session, "u:1", "Ana")

    assert reconcile.compare(ALIAS).found == ()


def test_the_builtin_room_is_compared_as_any_other(room: Room) -> None:
    """Its own stays are written after the fact, so one may be missing."""
    session = hold(room, alias="builtin")
    session.peers.create(
        pid="p1",
        resume_hash="x",
        identity="u:7",
        name="Gesa",
        role="participant",
        seq=1,
        seen_at=timezone.now(),
        entered_at=timezone.now() - timedelta(minutes=3),
    )
    reconcile.compare("builtin")

    assert reconcile.repair(Drift.objects.get())

    assert inside(session) == ["Gesa"]


def test_a_departure_that_was_never_told_says_until_when_they_were_seen(
    account: Account, session: RoomSession
) -> None:
    account.come(session.ref, "u:2", "Ben")
    ben = stay(session, "u:2", "Ben")
    reconcile.run()
    seen = session.attendances.get(pk=ben.pk).left_after
    account.leave(session.ref, "u:2")

    for minutes in (5, 10):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=True):
            reconcile.run()

    ben.refresh_from_db()
    assert seen is not None
    assert ben.left_after == seen
    assert ben.left_at is not None
    assert timezone.now() + timedelta(minutes=9) < ben.left_at


def test_somebody_nobody_has_ever_seen_was_there_when_they_came(
    account: Account, session: RoomSession
) -> None:
    account.come(session.ref, "u:2", "Ben")
    ben = stay(session, "u:2", "Ben")
    account.leave(session.ref, "u:2")
    reconcile.compare(ALIAS)

    assert reconcile.repair(Drift.objects.get())

    ben.refresh_from_db()
    assert ben.left_after == ben.joined_at
