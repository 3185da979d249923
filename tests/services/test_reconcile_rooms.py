"""Sessions and rooms that disagree, at the doubles of the real providers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from meetings.models import Booking, Drift, Room, RoomSession
from meetings.models.session import detour
from meetings.services import reconcile
from meetings.services.specs import spec_of
from tests.accounts_at_doubles import ALIAS, Account
from tests.provider_for_tests import Telling
from tests.providers.doubles.base import html_503

pytestmark = pytest.mark.django_db
Kind, Outcome = Drift.Kind, Drift.Outcome


@pytest.fixture(params=["plugnmeet", "videosdk", "xroom"])
def account(request: pytest.FixtureRequest) -> Account:
    found: Account = request.getfixturevalue(f"at_{request.param}")
    return found


@pytest.fixture(params=["plugnmeet", "xroom"])
def closing_account(request: pytest.FixtureRequest) -> Account:
    """Where a room that is not open has come to its end."""
    found: Account = request.getfixturevalue(f"at_{request.param}")
    return found


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=True)


def over(session: RoomSession, *, minutes: float = 5, state: str = "ended") -> RoomSession:
    """Our session is over since then; nobody told the provider."""
    at = timezone.now() - timedelta(minutes=minutes)
    RoomSession.objects.filter(pk=session.pk).update(state=state, ended_at=at, end_reason="host")
    session.refresh_from_db()
    return session


def drifts() -> list[tuple[str, str, str]]:
    rows = Drift.objects.order_by("pk")
    return [(row.kind, row.room_id, row.outcome) for row in rows]


# A room that was closed behind our back


def test_a_session_whose_room_was_closed_there_is_found_once_however_often_we_look(
    closing_account: Account, room: Room
) -> None:
    session = closing_account.hold(room)
    closing_account.close(session.ref)

    first, second = reconcile.compare(ALIAS), reconcile.compare(ALIAS)

    assert (
        [each.kind for each in first.found]
        == [Kind.SESSION_GONE]
        == [each.kind for each in second.found]
    )
    drift = Drift.objects.get()
    assert (drift.kind, drift.room_id, drift.session) == (
        Kind.SESSION_GONE,
        session.ref.room_id,
        session,
    )
    assert drift.seen_at > drift.found_at
    session.refresh_from_db()
    assert session.is_live


def test_the_timer_ends_a_session_only_when_its_room_was_missing_twice(
    closing_account: Account, room: Room
) -> None:
    session = closing_account.hold(room)
    closing_account.close(session.ref)

    reconcile.run()
    session.refresh_from_db()
    was_live_after_one_look = session.is_live
    with later(5):
        reconcile.run()

    session.refresh_from_db()
    assert was_live_after_one_look
    assert (session.state, session.end_reason) == ("ended", "provider")
    assert drifts() == [(Kind.SESSION_GONE, session.ref.room_id, Outcome.REPAIRED)]


def test_two_looks_at_the_same_moment_are_one(at_xroom: Account, room: Room) -> None:
    session = at_xroom.hold(room)
    at_xroom.close(session.ref)

    reconcile.run()
    reconcile.run()

    session.refresh_from_db()
    assert session.is_live


def test_a_room_that_is_open_again_is_a_difference_gone_by_itself(
    closing_account: Account, room: Room
) -> None:
    session = closing_account.hold(room)
    closing_account.close(session.ref)
    reconcile.compare(ALIAS)
    closing_account.provider.init_room(session.ref, spec_of(session))

    reconcile.compare(ALIAS)

    assert drifts() == [(Kind.SESSION_GONE, session.ref.room_id, Outcome.VANISHED)]


def test_a_room_that_is_open_again_at_the_moment_of_repair_stays_open(
    closing_account: Account, room: Room
) -> None:
    session = closing_account.hold(room)
    closing_account.close(session.ref)
    reconcile.compare(ALIAS)
    closing_account.provider.init_room(session.ref, spec_of(session))

    assert reconcile.repair(Drift.objects.get())

    session.refresh_from_db()
    assert session.is_live
    assert drifts()[0][2] == Outcome.VANISHED


def test_a_session_that_has_just_been_opened_is_no_difference(
    at_xroom: Account, room: Room
) -> None:
    session = at_xroom.hold(room)
    RoomSession.objects.update(live_at=timezone.now())
    at_xroom.close(session.ref)

    assert reconcile.compare(ALIAS).found == ()


def test_a_session_ended_meanwhile_needs_no_repair(at_xroom: Account, room: Room) -> None:
    session = at_xroom.hold(room)
    at_xroom.close(session.ref)
    reconcile.compare(ALIAS)
    session.end(RoomSession.EndReason.HOST)

    assert reconcile.repair(Drift.objects.get())

    assert drifts()[0][2] == Outcome.VANISHED
    session.refresh_from_db()
    assert session.end_reason == "host"


def test_an_empty_room_at_videosdk_is_not_a_room_that_is_gone(
    at_videosdk: Account, room: Room
) -> None:
    session = at_videosdk.hold(room)

    reconcile.run()
    with later(5):
        reconcile.run()

    session.refresh_from_db()
    assert session.is_live
    assert drifts() == []


# A room that is still open there


def test_a_room_left_open_is_closed_at_the_second_look(account: Account, room: Room) -> None:
    session = account.hold(room)
    account.come(session.ref, "u:1", "Ana")
    over(session)

    reconcile.run()
    was_open_after_one_look = account.is_open(session.ref)
    with later(5):
        reconcile.run()

    assert was_open_after_one_look
    assert not account.is_open(session.ref)
    assert drifts() == [(Kind.SESSION_LEFT, session.ref.room_id, Outcome.REPAIRED)]


def test_a_strangers_room_is_neither_told_nor_touched(account: Account, room: Room) -> None:
    stranger = account.open_for_a_stranger()
    session = account.hold(room)
    account.come(session.ref, "u:1", "Ana")
    over(session)
    since = len(account.asked())

    reconcile.run()
    with later(5):
        reconcile.run()

    assert account.is_open(stranger)
    assert not account.is_open(session.ref)
    assert account.named(stranger.room_id, since) == []
    assert not Drift.objects.filter(room_id=stranger.room_id).exists()


def test_a_room_that_closes_by_itself_is_not_closed_again(account: Account, room: Room) -> None:
    session = account.hold(room)
    account.come(session.ref, "u:1", "Ana")
    over(session)
    reconcile.compare(ALIAS)
    account.close(session.ref)

    reconcile.repair(Drift.objects.get())

    assert drifts() == [(Kind.SESSION_LEFT, session.ref.room_id, Outcome.VANISHED)]


@pytest.mark.parametrize("minutes", [0.5, 25 * 60])
def test_a_session_that_is_over_this_moment_or_for_more_than_a_day_is_let_be(
    at_xroom: Account, room: Room, minutes: float
) -> None:
    session = at_xroom.hold(room)
    at_xroom.come(session.ref, "u:1", "Ana")
    over(session, minutes=minutes)

    assert reconcile.compare(ALIAS).found == ()


def test_a_room_that_a_later_session_uses_stays_open(at_xroom: Account, room: Room) -> None:
    earlier = over(at_xroom.hold(room))
    current = RoomSession.objects.create(
        room=room, alias=ALIAS, waiting_room="guests", provider_room_id=earlier.provider_room_id
    )
    RoomSession.objects.filter(pk=current.pk).update(state="live", live_at=timezone.now())

    assert reconcile.compare(ALIAS).found == ()


def test_a_room_taken_into_use_again_is_not_closed_by_a_repair(
    at_xroom: Account, room: Room
) -> None:
    earlier = over(at_xroom.hold(room))
    reconcile.compare(ALIAS)
    current = RoomSession.objects.create(
        room=room, alias=ALIAS, waiting_room="guests", provider_room_id=earlier.provider_room_id
    )
    RoomSession.objects.filter(pk=current.pk).update(state="live", live_at=timezone.now())

    assert reconcile.repair(Drift.objects.get())

    assert at_xroom.is_open(earlier.ref)
    assert drifts()[0][2] == Outcome.VANISHED


def test_a_room_taken_into_use_while_we_ask_about_it_is_not_closed(
    elsewhere: Telling, room: Room
) -> None:
    session = over(RoomSession.objects.create(room=room, alias=ALIAS, waiting_room="nobody"))
    elsewhere.live.add(session.key)
    reconcile.compare(ALIAS)
    elsewhere.pause["is_live"] = lambda: RoomSession.objects.create(
        room=room, alias=ALIAS, waiting_room="nobody", provider_room_id=session.key, state="live"
    )

    reconcile.repair(Drift.objects.get())

    assert elsewhere.live == {session.key}
    assert drifts() == [(Kind.SESSION_LEFT, session.key, Outcome.VANISHED)]


def test_what_a_lost_answer_left_behind_is_closed(closing_account: Account, room: Room) -> None:
    """The opening failed here, and the room stands there: only our key is known of it."""
    session = closing_account.hold(room)
    there = session.ref
    over(session, state="failed")
    RoomSession.objects.update(provider_room_id="", host_key="")

    reconcile.run()
    with later(5):
        reconcile.run()

    assert not closing_account.is_open(there)
    assert [row[2] for row in drifts()] == [Outcome.REPAIRED]


def test_a_room_half_opened_before_a_failover_is_closed_and_the_session_goes_on(
    closing_account: Account, room: Room
) -> None:
    session = closing_account.hold(room)
    there = session.ref
    before = timezone.now() - timedelta(minutes=5)
    RoomSession.objects.update(
        alias="spare",
        provider_room_id="elsewhere",
        detours=[detour(ALIAS, "does not answer.")],
        created_at=before,
    )

    reconcile.run()
    with later(5):
        reconcile.run()

    session.refresh_from_db()
    assert session.is_live
    assert not closing_account.is_open(there)
    assert Drift.objects.get().session == session


def test_what_was_half_opened_by_the_name_of_a_reservation_is_closed_too(
    at_xroom: Account, book: Callable[..., Booking]
) -> None:
    booking = book()
    session = at_xroom.hold(booking.room, booking)
    there = session.ref
    booking.reservations.update(state="held", provider_room_id=there.room_id)
    before = timezone.now() - timedelta(minutes=5)
    RoomSession.objects.update(
        alias="spare",
        key="0" * 32,
        provider_room_id="elsewhere",
        detours=[detour(ALIAS, "does not answer.")],
        created_at=before,
    )

    assert [each.room_id for each in reconcile.compare(ALIAS).found] == [there.room_id]


def test_a_detour_of_another_provider_is_not_looked_for(at_xroom: Account, room: Room) -> None:
    session = at_xroom.hold(room)
    before = timezone.now() - timedelta(minutes=5)
    RoomSession.objects.filter(pk=session.pk).update(
        alias="spare", detours=[detour("third", "does not answer.")], created_at=before
    )

    assert reconcile.compare(ALIAS).found == ()
    assert reconcile.aliases_in_use() == []


# Bad days


def test_a_provider_that_is_down_is_said_and_settles_nothing(
    closing_account: Account, room: Room
) -> None:
    session = closing_account.hold(room)
    closing_account.close(session.ref)
    reconcile.compare(ALIAS)

    with closing_account.double.failing(html_503):
        comparison = reconcile.compare(ALIAS)

    assert "HTTP 503" in comparison.trouble
    assert comparison.found == ()
    assert Drift.objects.open().count() == 1


def test_a_provider_that_is_down_at_the_repair_leaves_the_difference_open_with_the_reason(
    account: Account, room: Room
) -> None:
    session = account.hold(room)
    account.come(session.ref, "u:1", "Ana")
    over(session)
    reconcile.compare(ALIAS)

    with account.double.failing(html_503):
        repaired = reconcile.repair(Drift.objects.get())

    drift = Drift.objects.get()
    assert not repaired
    assert drift.is_open
    assert "503" in drift.error
    assert "<" not in drift.error


def test_whether_a_room_is_open_may_be_impossible_to_say(
    closing_account: Account, room: Room
) -> None:
    session = closing_account.hold(room)
    closing_account.close(session.ref)
    reconcile.compare(ALIAS)

    with closing_account.double.failing(html_503):
        repaired = reconcile.repair(Drift.objects.get())

    session.refresh_from_db()
    assert not repaired
    assert session.is_live
    assert "cannot be said" in Drift.objects.get().error


def test_a_provider_that_was_taken_away_is_said(room: Room, elsewhere: Telling) -> None:
    comparison = reconcile.compare("gone")

    assert "not set up" in comparison.trouble
