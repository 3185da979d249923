"""What is told is applied once: twenty times at once, after a kill, on a busy database."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meetings.models import Attendance, RoomSession, WebhookDelivery
from meetings.providers.base import ProviderEvent
from meetings.services.deliveries import deliveries
from tests.conftest import Share
from tests.deliveries import ANA
from tests.together import seen_by_all, together

from .hearing import Tells, outcomes, session, stays, tells

__all__ = ["session", "tells"]

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_delivery_that_comes_twenty_times_at_once_is_applied_once(
    session: RoomSession, tells: Tells, share_database: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tells("participant_joined", who=ANA)
    applied: list[str] = []
    real = deliveries.apply_event

    def apply_event(alias: str, event: ProviderEvent, **more: Any) -> object:
        applied.append(event.event_id)
        return real(alias, event, **more)

    monkeypatch.setattr(deliveries, "apply_event", apply_event)
    share_database()

    answers = together(*[lambda: told.arrive(session)] * 20)

    assert answers == [200] * 20
    assert len(applied) == 1
    assert seen_by_all(stays) == [(ANA, None)]
    assert seen_by_all(outcomes) == ["applied"]


def test_delivery_that_a_worker_is_at_is_let_be(session: RoomSession, tells: Tells) -> None:
    tells("participant_joined", who=ANA).arrive(session)
    WebhookDelivery.objects.get().owe(outcome="received")
    mine, theirs = WebhookDelivery.objects.get(), WebhookDelivery.objects.get()
    assert theirs.take()

    deliveries.apply(mine)

    assert outcomes() == ["received"]


class Killed(BaseException):
    """The process is gone."""


def test_delivery_kept_by_a_process_that_died_is_applied_by_the_worker(
    session: RoomSession, tells: Tells, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise Killed

    told = tells("participant_joined", who=ANA)
    with monkeypatch.context() as during:
        during.setattr(deliveries, "apply_event", die)
        with pytest.raises(Killed):
            told.arrive(session)
    assert outcomes() == ["received"]

    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        deliveries.apply_due()
        deliveries.apply_due()

    assert outcomes() == ["applied"]
    assert stays() == [(ANA, None)]


def test_repetition_applies_what_its_first_telling_could_not(
    session: RoomSession, tells: Tells, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tells("participant_joined", who=ANA)
    with monkeypatch.context() as during:
        during.setattr(deliveries, "apply", lambda delivery: None)
        told.arrive(session)

    told.arrive(session)

    assert outcomes() == ["applied"]


def test_delivery_that_cannot_be_applied_is_given_up_and_says_so(
    session: RoomSession,
    tells: Tells,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise DatabaseError("disk full")

    with monkeypatch.context() as during:
        during.setattr(deliveries, "apply_event", break_down)
        assert tells("participant_joined", who=ANA).arrive(session) == 200
        assert outcomes() == ["received"]
        for hours in range(1, 8):
            with time_machine.travel(timezone.now() + timedelta(hours=hours)):
                deliveries.apply_due()

    assert outcomes() == ["failed"]
    assert not WebhookDelivery.objects.outstanding().exists()
    assert "was not applied" in caplog.text


def test_delivery_that_a_busy_database_cannot_apply_is_answered_and_applied_later(
    session: RoomSession, tells: Tells, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_busy(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as during:
        during.setattr(deliveries, "apply_event", be_busy)
        assert tells("participant_joined", who=ANA).arrive(session) == 200
    assert outcomes() == ["received"]
    assert stays() == []

    deliveries.apply_due()

    assert outcomes() == ["applied"]
    assert stays() == [(ANA, None)]


def test_deliveries_are_forgotten_after_a_month(session: RoomSession, tells: Tells) -> None:
    tells("participant_joined", who=ANA).arrive(session)

    with time_machine.travel(timezone.now() + timedelta(days=29)):
        deliveries.forget_old()
        assert WebhookDelivery.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        deliveries.forget_old()

    assert not WebhookDelivery.objects.exists()
    assert Attendance.objects.exists()


def test_what_is_told_again_is_looked_up_and_nothing_else(
    session: RoomSession, tells: Tells
) -> None:
    told = tells("participant_joined", who=ANA)
    told.arrive(session)

    with CaptureQueriesContext(connection) as queries:
        assert told.arrive(session) == 200

    (only,) = [each["sql"] for each in queries]
    assert only.startswith("SELECT")
    assert 'FROM "meetings_webhookdelivery"' in only
