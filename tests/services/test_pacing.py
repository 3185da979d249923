"""The worker's calls keep below an account's limit, over all processes; people's wait for none."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from meetings.models import ProviderCalls, ProviderTurn
from meetings.providers import pace
from meetings.providers.errors import NoTurn
from meetings.providers.time_limit import time_limit
from meetings.services import breakers, pacing
from tests.conftest import Share
from tests.together import seen_by_all, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def gate() -> Iterator[None]:
    pacing.start()
    yield
    pacing.save_counts()
    pace.put_gate(None)


def test_workers_of_all_processes_share_the_limit(share_database: Share) -> None:
    share_database()
    went: list[float] = []

    def worker() -> None:
        with pace.in_background():
            for _ in range(4):
                pace.before_call("main", 50)
                went.append(time.monotonic())
        connections.close_all()

    together(*[worker] * 4)

    went.sort()
    assert len(went) == 16
    # Four fifths of fifty a second; a late thread may be followed closely by one in time.
    assert went[-1] - went[0] >= 15 / 40 - 0.05


def test_clock_that_is_ahead_keeps_no_other_worker_from_its_turn(
    database_travels: pytest.MonkeyPatch,
) -> None:
    database_travels.undo()  # the database keeps its own time
    with time_machine.travel(timezone.now() + timedelta(seconds=90)):
        pacing.take_turns("main", 50)

    pacing.take_turns("main", 50, most=1)  # `NoTurn` otherwise


def test_clock_that_was_put_back_keeps_nobody_waiting_for_hours() -> None:
    ProviderTurn.objects.create(alias="main", free_at=time.time() + 7200)

    pacing.take_turns("main", 50, most=1)

    assert ProviderTurn.objects.get().free_at < time.time() + 1


def test_people_who_click_wait_for_nothing_and_the_worker_yields() -> None:
    ProviderTurn.objects.create(alias="main", free_at=time.time() + 30)
    began = time.monotonic()

    for _ in range(20):
        pace.before_call("main", 5)
    took = time.monotonic() - began
    pacing.save_counts()

    assert took < 0.5
    ProviderTurn.objects.update(free_at=0)
    for _ in range(20):
        pace.before_call("main", 5)
    pacing.save_counts()
    ahead = ProviderTurn.objects.get().free_at - time.time()
    assert 1 < ahead <= pacing.YIELDS  # four seconds' worth, less their reserve


def test_turn_that_is_too_far_off_is_not_taken_and_says_nothing_of_the_provider() -> None:
    free_at = time.time() + 30
    ProviderTurn.objects.create(alias="main", free_at=free_at)

    for _ in range(breakers.THRESHOLD):
        with (
            pytest.raises(NoTurn),
            breakers.watching("main"),
            pace.in_background(),
            time_limit(5),
        ):
            pace.before_call("main", 5)

    assert ProviderTurn.objects.get().free_at == free_at
    assert breakers.state_of("main") == breakers.CLOSED


def test_turns_that_were_paid_for_are_used_before_others_are_taken() -> None:
    with pace.in_background(), pace.paid("main", 2):
        pace.before_call("main", 5)
        pace.before_call("main", 5)
        assert not ProviderTurn.objects.exists()
        pace.before_call("main", 5)

    assert ProviderTurn.objects.get().alias == "main"


def test_calls_are_counted_for_people_and_worker_apart() -> None:
    for _ in range(3):
        pace.before_call("main", None)
    with pace.in_background():
        pace.before_call("main", None)

    assert pacing.used("main") == {"minute": 4, "hour": 4}
    rows = ProviderCalls.objects.values_list("alias", "by_people", "by_worker")
    assert [sum(each[n] for each in rows) for n in (1, 2)] == [3, 1]


def test_counts_of_many_at_once_are_added_up(share_database: Share) -> None:
    share_database()

    def clicks() -> None:
        for _ in range(5):
            pace.before_call("main", None)
            pacing.save_counts()

    errors = [each for each in together(*[clicks] * 6) if each]

    assert errors == []
    assert seen_by_all(lambda: pacing.used("main"))["hour"] == 30
