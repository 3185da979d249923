"""Comparing at large: who is asked, how much, and when."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from huey.contrib.djhuey import HUEY
from pytest_django import Settings

from meetings import tasks
from meetings.models import Booking, Drift, Room, RoomSession
from meetings.providers.errors import RoomNotFound, UnexpectedReply
from meetings.services import reconcile
from meetings.services.reconcile import sight
from tests.accounts_at_doubles import ALIAS, hold
from tests.provider_for_tests import Telling

from .comparing import Lists, Tells, many, use

__all__ = ["many"]

pytestmark = pytest.mark.django_db
Kind, Outcome = Drift.Kind, Drift.Outcome


# Who is asked


def test_an_idle_site_asks_nobody_anything(elsewhere: Telling, room: Room) -> None:
    hold(room)
    long_ago = timezone.now() - timedelta(hours=25)
    RoomSession.objects.update(state="ended", ended_at=long_ago, created_at=long_ago)
    elsewhere.asked.clear()

    reconcile.run()

    assert reconcile.aliases_in_use() == []
    assert elsewhere.asked == []


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "live"},
        {"state": "opening"},
        {"state": "ended", "ended_at": "an hour ago"},
        {"alias": "modest", "detours": [{"alias": ALIAS, "error": "x", "at": "x"}]},
    ],
)
def test_what_may_be_ours_makes_an_account_one_in_use(
    elsewhere: Telling, room: Room, fields: dict[str, Any]
) -> None:
    session = hold(room)
    an_hour_ago = timezone.now() - timedelta(hours=1)
    given = fields | ({"ended_at": an_hour_ago} if "ended_at" in fields else {})
    RoomSession.objects.filter(pk=session.pk).update(created_at=an_hour_ago, **given)

    assert ALIAS in reconcile.aliases_in_use()


def test_sessions_are_asked_for_some_at_a_time_and_each_in_its_turn(
    elsewhere: Telling, many: Callable[[int], list[RoomSession]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sight, "MOST_ASKED", 4)
    sessions = many(10)
    elsewhere.live = {session.key for session in sessions}
    asked = []

    for __ in range(3):
        elsewhere.asked.clear()
        reconcile.compare(ALIAS)
        asked.append(elsewhere.asked.count("is_live"))

    assert asked == [4, 4, 4]
    assert not RoomSession.objects.filter(compared_at=None).exists()


def test_a_difference_stays_on_record_while_its_turn_has_not_come(
    elsewhere: Telling, many: Callable[[int], list[RoomSession]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sight, "MOST_ASKED", 2)
    sessions = many(4)
    elsewhere.live = {session.key for session in sessions[2:]}

    reconcile.compare(ALIAS)
    reconcile.compare(ALIAS)  # the other two

    assert Drift.objects.open().count() == 2


def test_a_list_is_asked_for_once_however_many_sessions_there_are(
    settings: Settings, elsewhere: Telling, many: Callable[[int], list[RoomSession]]
) -> None:
    use(settings, Lists)
    many(200)

    found = reconcile.compare(ALIAS).found

    assert elsewhere.asked == ["live_rooms"]
    assert len(found) == 200


def test_a_list_without_end_is_no_list(
    settings: Settings, elsewhere: Telling, many: Callable[[int], list[RoomSession]]
) -> None:
    use(settings, Lists)
    many(2)
    elsewhere.trouble["live_rooms"] = UnexpectedReply("its list does not end.")

    comparison = reconcile.compare(ALIAS)

    assert comparison.trouble == ""
    assert len(comparison.found) == 2
    assert elsewhere.asked.count("is_live") == 2


def test_rosters_are_asked_for_some_at_a_time(
    settings: Settings,
    elsewhere: Telling,
    many: Callable[[int], list[RoomSession]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(settings, Tells)
    monkeypatch.setattr(sight, "MOST_ASKED", 3)
    sessions = many(5)
    elsewhere.live = {session.key for session in sessions}

    reconcile.compare(ALIAS)
    reconcile.compare(ALIAS)

    assert elsewhere.asked.count("roster") == 6
    assert Drift.objects.open().filter(kind=Kind.ROSTER).count() == 5


def test_a_slow_provider_is_asked_no_more_after_a_minute(
    elsewhere: Telling, many: Callable[[int], list[RoomSession]], monkeypatch: pytest.MonkeyPatch
) -> None:
    many(5)
    clock = [0.0]
    monkeypatch.setattr(sight, "monotonic", lambda: clock[0])
    elsewhere.pause["is_live"] = lambda: clock.append(clock.pop() + 31)

    reconcile.compare(ALIAS)

    assert elsewhere.asked.count("is_live") == 2


def test_a_room_seen_closed_after_its_end_is_not_asked_for_again(
    elsewhere: Telling, room: Room
) -> None:
    session = hold(room)
    elsewhere.live.clear()
    ended_at = timezone.now() - timedelta(minutes=20)
    RoomSession.objects.filter(pk=session.pk).update(state="ended", ended_at=ended_at)
    elsewhere.asked.clear()

    reconcile.compare(ALIAS)
    reconcile.compare(ALIAS)

    assert elsewhere.asked.count("is_live") == 1


def test_a_room_seen_open_after_its_end_is_asked_for_until_it_is_closed(
    elsewhere: Telling, room: Room
) -> None:
    session = hold(room)
    ended_at = timezone.now() - timedelta(minutes=20)
    RoomSession.objects.filter(pk=session.pk).update(state="ended", ended_at=ended_at)

    reconcile.compare(ALIAS)
    elsewhere.live.clear()
    reconcile.compare(ALIAS)

    assert Drift.objects.get().outcome == Outcome.VANISHED


def test_one_that_can_tell_nothing_is_asked_nothing(
    settings: Settings, elsewhere: Telling, room: Room
) -> None:
    hold(room, alias="modest")
    elsewhere.asked.clear()

    comparison = reconcile.compare("modest")

    assert (comparison.found, comparison.trouble) == ((), "")
    assert elsewhere.asked == []


def test_a_room_that_they_do_not_know_is_not_open(elsewhere: Telling, room: Room) -> None:
    hold(room)
    elsewhere.trouble["is_live"] = RoomNotFound("no such room.")

    assert [each.kind for each in reconcile.compare(ALIAS).found] == [Kind.SESSION_GONE]


def test_nobody_is_inside_a_room_that_they_do_not_know(
    settings: Settings, elsewhere: Telling, room: Room
) -> None:
    use(settings, Tells)
    hold(room)
    elsewhere.trouble["roster"] = RoomNotFound("no such room.")

    assert reconcile.compare(ALIAS).found == ()


def test_only_looking_keeps_nothing(elsewhere: Telling, room: Room) -> None:
    hold(room)
    elsewhere.live.clear()

    found = reconcile.compare(ALIAS, keep=False).found

    assert [each.kind for each in found] == [Kind.SESSION_GONE]
    assert not Drift.objects.exists()
    assert RoomSession.objects.get().compared_at is None


# The timer


def test_worker_compares_every_five_minutes() -> None:
    day = timezone.now().replace(hour=0, minute=0)
    minutes = [(day + timedelta(minutes=n)).replace(tzinfo=None) for n in range(60)]
    due = [task.name for at in minutes for task in HUEY.read_periodic(at)]

    assert due.count("compare_with_providers") == 12
    assert due.count("forget_differences") == 1


def test_the_timer_repairs_some_at_a_time(
    settings: Settings,
    elsewhere: Telling,
    many: Callable[[int], list[RoomSession]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(settings, Lists)
    many(5)
    tasks.compare_with_providers.call_local()
    monkeypatch.setattr(sight, "MOST_ASKED", 3)

    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=True):
        tasks.compare_with_providers.call_local()

    assert Drift.objects.open().count() == 2


def test_differences_settled_long_ago_are_forgotten_and_open_ones_kept(
    elsewhere: Telling, many: Callable[[int], list[RoomSession]]
) -> None:
    many(2)
    reconcile.compare(ALIAS)
    first = Drift.objects.order_by("pk").first()
    assert first
    first.settle(Outcome.VANISHED)
    tasks.forget_differences.call_local()
    kept_for_now = Drift.objects.count()

    with time_machine.travel(timezone.now() + timedelta(days=31)):
        tasks.forget_differences.call_local()

    assert kept_for_now == 2
    assert [drift.is_open for drift in Drift.objects.all()] == [True]


def test_a_difference_reads_as_its_kind(elsewhere: Telling, room: Room) -> None:
    hold(room)
    elsewhere.live.clear()
    reconcile.compare(ALIAS)

    assert str(Drift.objects.get()) == "main: Our session is live, its room is not open"


def test_meetings_of_the_builtin_room_agree_with_themselves(
    book: Callable[..., Booking], room: Room
) -> None:
    hold(room, alias="builtin")

    assert reconcile.aliases_in_use() == ["builtin"]
    assert reconcile.compare("builtin").found == ()
