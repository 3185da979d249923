"""Comparing at large: who is asked, how much, and what a bad day does."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.db import connection
from django.utils import timezone
from huey.contrib.djhuey import HUEY
from pytest_django import Settings

from meetings import tasks
from meetings.models import Booking, Drift, Room, RoomSession
from meetings.providers.base import Features, Peer, RoomRef
from meetings.providers.errors import ProviderUnavailable, RoomNotFound, UnexpectedReply
from meetings.services import reconcile
from meetings.services.reconcile import sight
from tests import provider_for_tests
from tests.accounts_at_doubles import ALIAS, AtPlugnmeet, hold
from tests.conftest import Share
from tests.provider_for_tests import Telling, telling
from tests.together import seen_by_all, together

pytestmark = pytest.mark.django_db
Kind, Outcome = Drift.Kind, Drift.Outcome


class Lists(provider_for_tests.Provider):
    """One that lists its open rooms."""

    features = Features(ending=True, live_status=True, listing=True)

    def live_rooms(self) -> tuple[RoomRef, ...]:
        telling.hear("live_rooms")
        return tuple(RoomRef(room_id=key) for key in telling.live)


class Tells(provider_for_tests.Provider):
    """One that tells who is inside."""

    features = Features(live_status=True, roster=True)

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        telling.hear("roster")
        return (Peer(key="u:1", name="Ana"),)


class Broken(provider_for_tests.Provider):
    """One whose adapter has a fault."""

    def is_live(self, ref: RoomRef) -> bool:
        raise KeyError("h0st-k3y")


@pytest.fixture
def many(dana: Any) -> Callable[[int], list[RoomSession]]:
    """So many sessions, live for five minutes."""

    def make(count: int) -> list[RoomSession]:
        live_at = timezone.now() - timedelta(minutes=5)
        rooms = [Room(owner=dana, name=f"Room {n}", provider_alias=ALIAS) for n in range(count)]
        values = {"alias": ALIAS, "state": "live", "live_at": live_at, "waiting_room": "guests"}
        made = Room.objects.bulk_create(rooms)
        return RoomSession.objects.bulk_create([RoomSession(room=room, **values) for room in made])

    return make


def use(settings: Settings, kind: type) -> None:
    settings.MEETING_PROVIDERS = {ALIAS: {"BACKEND": f"{__name__}.{kind.__name__}"}}


# Who is asked


def test_an_idle_site_asks_nobody_anything(elsewhere: Telling, room: Room) -> None:
    session = hold(room)
    long_ago = timezone.now() - timedelta(hours=25)
    RoomSession.objects.update(state="ended", ended_at=long_ago, created_at=long_ago)
    elsewhere.asked.clear()

    reconcile.run()

    assert reconcile.aliases_in_use() == []
    assert elsewhere.asked == []
    assert session.pk


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


# Bad days


def test_one_that_is_down_stops_nobody_else(
    settings: Settings, at_plugnmeet: AtPlugnmeet, room: Room, dana: Any, caplog: Any
) -> None:
    settings.MEETING_PROVIDERS = {
        "broken": {"BACKEND": f"{__name__}.Broken"},
        "down": {"BACKEND": "tests.provider_for_tests.Provider"},
        **settings.MEETING_PROVIDERS,
    }
    telling.trouble["is_live"] = ProviderUnavailable("does not answer.", provider="Elsewhere")
    for alias in ("broken", "down"):
        hold(Room.objects.create(owner=dana, name=alias), alias=alias)
    session = at_plugnmeet.hold(room)
    at_plugnmeet.close(session.ref)

    with caplog.at_level(logging.WARNING):
        reconcile.run()
    telling.forget()

    assert Drift.objects.get().session == session
    assert "down could not be compared: Elsewhere: does not answer." in caplog.text
    assert "broken could not be compared: KeyError" in caplog.text


def test_an_adapter_with_a_fault_leaves_the_difference_open(
    settings: Settings, elsewhere: Telling, room: Room
) -> None:
    session = hold(room)
    elsewhere.live.clear()
    reconcile.compare(ALIAS)
    settings.MEETING_PROVIDERS = {ALIAS: {"BACKEND": f"{__name__}.Broken"}}

    assert not reconcile.repair(Drift.objects.get())

    session.refresh_from_db()
    assert session.is_live
    assert Drift.objects.get().error == "KeyError"


def test_a_room_that_cannot_be_closed_is_said_and_stays_on_record(
    settings: Settings, elsewhere: Telling, room: Room
) -> None:
    session = hold(room)
    over = timezone.now() - timedelta(minutes=5)
    RoomSession.objects.filter(pk=session.pk).update(state="ended", ended_at=over)
    use(settings, Tells)
    reconcile.compare(ALIAS)

    assert not reconcile.repair(Drift.objects.get())

    assert "cannot close a room" in Drift.objects.get().error


@pytest.mark.parametrize("state", ["live", "ended"])
def test_a_provider_taken_away_before_the_repair_changes_nothing(
    settings: Settings, elsewhere: Telling, room: Room, state: str
) -> None:
    session = hold(room)
    if state == "live":
        elsewhere.live.clear()
    over = None if state == "live" else timezone.now() - timedelta(minutes=5)
    RoomSession.objects.filter(pk=session.pk).update(state=state, ended_at=over)
    reconcile.compare(ALIAS)
    drift = Drift.objects.get()
    settings.MEETING_PROVIDERS = {"spare": {"BACKEND": "builtin"}}

    assert not reconcile.repair(drift)

    session.refresh_from_db()
    assert session.state == state
    assert drift.error


def test_a_settled_difference_is_not_repaired_again(elsewhere: Telling, room: Room) -> None:
    hold(room)
    elsewhere.live.clear()
    reconcile.compare(ALIAS)
    drift = Drift.objects.get()
    drift.settle(Outcome.VANISHED)
    elsewhere.asked.clear()

    assert reconcile.repair(drift)

    assert elsewhere.asked == []
    assert drift.outcome == Outcome.VANISHED


def test_no_transaction_is_open_while_a_provider_is_asked(
    transactional_db: None, elsewhere: Telling, room: Room
) -> None:
    session = hold(room)
    over = timezone.now() - timedelta(minutes=5)
    RoomSession.objects.filter(pk=session.pk).update(state="ended", ended_at=over)
    in_transaction: list[bool] = []
    for method in ("is_live", "end_room"):
        elsewhere.pause[method] = lambda: in_transaction.append(connection.in_atomic_block)

    reconcile.compare(ALIAS)
    reconcile.repair(Drift.objects.get())

    assert in_transaction == [False, False, False]


def test_ten_who_look_at_once_make_one_row_and_ten_who_repair_make_one_stay(
    settings: Settings, elsewhere: Telling, room: Room, share_database: Share
) -> None:
    use(settings, Tells)
    session = hold(room)
    share_database()

    looked = together(*[lambda: reconcile.compare(ALIAS)] * 10)
    (drift,) = seen_by_all(lambda: list(Drift.objects.all()))
    repaired = together(*[lambda: reconcile.repair(Drift.objects.get(pk=drift.pk))] * 10)

    assert [each.trouble for each in looked if isinstance(each, reconcile.Comparison)] == [""] * 10
    assert repaired == [True] * 10
    assert seen_by_all(session.attendances.count) == 1
    assert seen_by_all(lambda: Drift.objects.get().outcome) == Outcome.REPAIRED


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


def test_a_host_key_that_nobody_can_read_any_more_stops_nothing(
    settings: Settings, elsewhere: Telling, many: Callable[[int], list[RoomSession]], room: Room
) -> None:
    session = hold(room)
    (ended,) = many(1)
    over = timezone.now() - timedelta(minutes=5)
    RoomSession.objects.filter(pk=ended.pk).update(state="ended", ended_at=over)
    RoomSession.objects.update(host_key="h0st-k3y", passcode="passc0de")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    elsewhere.live = {ended.key}

    comparison = reconcile.compare(ALIAS)
    repaired = [reconcile.repair(drift) for drift in Drift.objects.order_by("kind")]

    assert comparison.trouble == ""
    assert [each.session for each in comparison.found] == [session, ended]
    assert repaired == [False, True]  # asking about the first needs its key
    assert elsewhere.live == set()
