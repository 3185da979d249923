"""When providers were silent: one row a silence, whoever finds it, and over when they answer."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError
from django.utils import timezone

from meetings.models import Outage, Room, RoomSession
from meetings.providers.errors import (
    BadCredentials,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
)
from meetings.services import reconcile
from meetings.services.attendance import outages
from meetings.services.attendance.outages import note_answer, note_silence, watching
from meetings.services.breakers import THRESHOLD, TTL
from tests.accounts_at_doubles import ALIAS, AtPlugnmeet, hold
from tests.conftest import Share
from tests.provider_for_tests import Telling
from tests.providers.doubles import base as faults
from tests.together import seen_by_all, together

pytestmark = pytest.mark.django_db
Clock = time_machine.TimeMachineFixture


@pytest.fixture
def clock(time_machine: Clock) -> Clock:
    time_machine.move_to(timezone.now(), tick=False)
    return time_machine


def call(error: Exception | None = None) -> None:
    """One call to the provider, with what comes of it."""
    try:
        with watching("main"):
            if error:
                raise error
    except ProviderError:
        return


def silence(times: int = THRESHOLD) -> None:
    for _ in range(times):
        call(ProviderUnavailable("does not answer."))


def open_outages() -> list[str]:
    return list(Outage.objects.open().values_list("alias", flat=True))


def test_opening_breaker_is_on_record_and_its_closing_too(clock: Clock) -> None:
    silence(THRESHOLD - 1)
    before = open_outages()
    silence(1)
    began = timezone.now()
    clock.shift(timedelta(seconds=TTL + 1))
    call()

    outage = Outage.objects.get()
    assert before == []
    assert (outage.began_at, outage.ended_at) == (began, timezone.now())
    assert "does not answer" in outage.error


def test_refusal_ends_an_outage_as_they_are_there_to_refuse(clock: Clock) -> None:
    silence()
    clock.shift(timedelta(seconds=TTL + 1))

    call(BadCredentials("knows no such key."))

    assert open_outages() == []


def test_silence_that_lasts_is_one_outage(clock: Clock) -> None:
    for _ in range(3):
        silence()
        clock.shift(timedelta(seconds=TTL + 1))

    assert Outage.objects.count() == 1


def test_provider_that_answers_leaves_no_record(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        call()


@pytest.mark.django_db(transaction=True)
def test_silence_that_many_find_at_once_is_one_row(share_database: Share) -> None:
    share_database()

    answers = together(*[lambda: note_silence("main", "away")] * 8)

    assert answers == [None] * 8
    assert seen_by_all(open_outages) == ["main"]


def test_call_goes_on_though_the_silence_cannot_be_written_down(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: str) -> None:
        raise DatabaseError("read-only")

    monkeypatch.setattr(outages, "note_silence", broken)

    silence()

    assert "not on record" in caplog.text


def test_answer_of_one_that_was_not_silent_changes_nothing() -> None:
    note_silence("spare", "away")

    note_answer("main")

    assert open_outages() == ["spare"]


# Rounds of looking


@pytest.fixture
def session(at_plugnmeet: AtPlugnmeet, room: Room) -> RoomSession:
    return at_plugnmeet.hold(room)


def test_round_that_meets_silence_says_since_when_it_may_have_lasted(
    at_plugnmeet: AtPlugnmeet, session: RoomSession
) -> None:
    reconcile.run()
    session.refresh_from_db()

    with (
        time_machine.travel(timezone.now() + timedelta(minutes=5)),
        at_plugnmeet.double.failing(faults.html_503),
    ):
        reconcile.run()
        reconcile.run()

    outage = Outage.objects.get()
    assert outage.ended_at is None
    assert outage.began_at == session.compared_at  # they answered last before that


def test_next_round_that_is_answered_ends_it(
    at_plugnmeet: AtPlugnmeet, session: RoomSession
) -> None:
    note_silence(ALIAS, "away")

    with at_plugnmeet.double.failing(faults.html_503):
        reconcile.run()
        still = open_outages()
    reconcile.run()

    assert still == [ALIAS]
    assert open_outages() == []


def test_provider_that_nobody_uses_any_more_is_asked_until_it_answers(
    at_plugnmeet: AtPlugnmeet,
) -> None:
    note_silence(ALIAS, "away")

    reconcile.run()

    assert open_outages() == []


def test_second_silence_does_not_begin_within_the_first(
    at_plugnmeet: AtPlugnmeet, session: RoomSession
) -> None:
    reconcile.run()
    note_silence(ALIAS, "away")
    note_answer(ALIAS)

    note_silence(ALIAS, "away again")

    latest, first = Outage.objects.order_by("-pk")
    assert latest.began_at == first.ended_at


def test_refusal_is_no_silence(elsewhere: Telling, room: Room) -> None:
    hold(room)
    elsewhere.trouble["is_live"] = ProviderRefused("will not say.")

    reconcile.run()

    assert open_outages() == []


def test_look_that_keeps_nothing_keeps_no_outage(
    at_plugnmeet: AtPlugnmeet, session: RoomSession
) -> None:
    with at_plugnmeet.double.failing(faults.html_503):
        assert reconcile.compare(ALIAS, keep=False).trouble

    assert open_outages() == []


def test_silent_alias_that_was_taken_away_stops_no_round(session: RoomSession) -> None:
    note_silence("gone", "away")

    reconcile.run()

    assert open_outages() == ["gone"]


def test_adapter_that_fails_at_the_question_stops_no_other(
    at_plugnmeet: AtPlugnmeet, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(at_plugnmeet.provider), "ping", broken)
    note_silence(ALIAS, "away")

    reconcile.run()

    assert "cannot be said" in caplog.text
