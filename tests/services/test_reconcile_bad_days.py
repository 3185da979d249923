"""Comparing on a bad day: one that is down, broken or gone, and many who look at once."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from meetings.models import Drift, Room, RoomSession
from meetings.providers.base import RoomRef
from meetings.providers.errors import ProviderUnavailable
from meetings.services import reconcile
from tests import provider_for_tests
from tests.accounts_at_doubles import ALIAS, AtPlugnmeet, hold
from tests.conftest import Share
from tests.provider_for_tests import Telling, telling
from tests.together import seen_by_all, together

from .comparing import Tells, many, use

__all__ = ["many"]

pytestmark = pytest.mark.django_db
Kind, Outcome = Drift.Kind, Drift.Outcome


class Broken(provider_for_tests.Provider):
    """One whose adapter has a fault."""

    def is_live(self, ref: RoomRef) -> bool:
        raise KeyError("h0st-k3y")


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
