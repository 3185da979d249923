"""Whom not to wait for: known from what came of the last calls."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from meetings.providers.errors import (
    BadCredentials,
    Conflict,
    HostKeyLost,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    UnexpectedReply,
)
from meetings.services import breakers
from meetings.services.breakers import THRESHOLD, TTL, is_open, state_of, watching

Clock = time_machine.TimeMachineFixture


@pytest.fixture
def clock(time_machine: Clock) -> Clock:
    time_machine.move_to(timezone.now(), tick=False)
    return time_machine


def call(alias: str = "main", error: Exception | None = None) -> None:
    """One call to the provider, with what comes of it."""
    try:
        with watching(alias):
            if error:
                raise error
    except ProviderError:
        return


def silence(alias: str = "main", times: int = THRESHOLD) -> None:
    for _ in range(times):
        call(alias, ProviderUnavailable("does not answer."))


def test_provider_that_nobody_has_asked_yet_is_gone_to() -> None:
    assert state_of("main") == "closed"


@pytest.mark.parametrize("error", [ProviderUnavailable("silent"), OutcomeUnknown("answer lost")])
def test_provider_that_was_silent_several_times_is_not_waited_for(error: ProviderError) -> None:
    for _ in range(THRESHOLD - 1):
        call(error=error)
    before = state_of("main")

    call(error=error)

    assert (before, state_of("main")) == ("closed", "open")
    assert is_open("main")


def test_one_silence_between_answers_may_be_chance() -> None:
    for _ in range(10):
        silence(times=THRESHOLD - 1)
        call()

    assert state_of("main") == "closed"


@pytest.mark.parametrize(
    "error",
    [
        ProviderRefused("no"),
        BadCredentials("wrong key"),
        Conflict("is in use"),
        UnexpectedReply("a page"),
        HostKeyLost("its key is lost"),
    ],
)
def test_provider_that_says_no_is_there(error: ProviderError) -> None:
    for _ in range(10):
        call(error=error)

    assert state_of("main") == "closed"


def test_error_of_our_own_is_no_silence_and_is_not_swallowed() -> None:
    for _ in range(10):
        with pytest.raises(KeyError), watching("main"):
            raise KeyError("ours")

    assert state_of("main") == "closed"


def test_each_provider_is_counted_by_itself() -> None:
    silence("main")

    assert (state_of("main"), state_of("spare")) == ("open", "closed")


def test_after_a_while_it_is_tried_again_and_an_answer_makes_all_well(clock: Clock) -> None:
    silence()
    clock.shift(timedelta(seconds=TTL - 1))
    before = state_of("main")
    clock.shift(timedelta(seconds=2))
    due = state_of("main")

    call()

    assert (before, due, state_of("main")) == ("open", "half-open", "closed")


def test_silence_at_that_try_begins_the_waiting_anew_at_once(clock: Clock) -> None:
    silence()
    clock.shift(timedelta(seconds=TTL + 1))

    silence(times=1)

    assert state_of("main") == "open"
    clock.shift(timedelta(seconds=TTL - 1))
    assert state_of("main") == "open"


def test_while_that_try_is_on_it_is_neither_open_nor_closed(clock: Clock) -> None:
    silence()
    clock.shift(timedelta(seconds=TTL + 1))

    with watching("main"):
        meanwhile = state_of("main")

    assert meanwhile == "half-open"


def test_who_has_nobody_else_to_ask_is_not_refused_and_its_answer_counts() -> None:
    silence()

    call()

    assert state_of("main") == "closed"


def test_nobody_waits_for_anothers_call() -> None:
    inside = threading.Barrier(3, timeout=5)

    def ask() -> None:
        with watching("main"):
            inside.wait()  # broken, if one were kept out until the other has finished

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for each in threads:
        each.start()
    inside.wait()
    for each in threads:
        each.join()

    assert state_of("main") == "closed"


def test_many_silences_at_once_are_counted_without_a_fault() -> None:
    faults: list[Exception] = []

    def ask() -> None:
        try:
            for _ in range(50):
                silence(times=1)
                call()
        except Exception as error:  # noqa: BLE001  (the test judges it)
            faults.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert faults == []
    call()
    assert state_of("main") == "closed"


def test_what_is_known_can_be_forgotten() -> None:
    silence()

    breakers.forget()

    assert state_of("main") == "closed"
