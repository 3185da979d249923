"""The worker beside the web server: it reserves what is planned, also after it was killed."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.providers.doubles.base import Call, Reply
from tests.providers.doubles.xroom import Double
from tests.providers.doubles.xroom.faults import on

from .conftest import Parley, Start

pytestmark = pytest.mark.usefixtures("prepared")

BOOK = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from meetings.services import scheduling
dana, _ = User.objects.get_or_create(email="dana@example.org", name="Dana")
scheduling.book(dana, scheduling.MeetingWish(
    title="Review", starts_at=timezone.now() + timedelta(days=%d), duration=30, time_zone="UTC"))
"""
AFTER_THE_LEASE = """
from datetime import timedelta
from django.utils import timezone
from meetings.models import Reservation
from meetings.services import reservations
late = Reservation.objects.exclude(state="held")
late.update(leased_until=timezone.now() - timedelta(seconds=1))
reservations.sweep()
print("States:", *Reservation.objects.values_list("state", flat=True))
"""


@pytest.fixture
def double() -> Iterator[Double]:
    with Double() as double:
        yield double


@pytest.fixture
def account(double: Double) -> dict[str, str]:
    """The settings of a Parley that holds its meetings at the double."""
    return {
        "MEETING_PROVIDERS": "main=xroom",
        "MEETING_MAIN_URL": double.url,
        "MEETING_MAIN_DOMAIN": "meet.example.org",
        "MEETING_MAIN_AUTH_ID": double.auth_id,
        "MEETING_MAIN_API_SECRET": double.api_secret,
    }


def run(start: Start, *arguments: str, **values: str) -> str:
    """What a command says that comes to its end."""
    command = start(*arguments, **values)
    assert command.ends() == 0, command.said
    return command.said


def written(double: Double) -> list[str]:
    """What was changed there; the minute's ticks only ask, and come whenever they come."""
    asked = ["booking/get", "booking/list"]
    return [name for name in double.methods() if name.startswith("booking/") and name not in asked]


def until(happened: Callable[[], Any]) -> bool:
    deadline = time.monotonic() + 30
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(happened())


def rows(data: Path, table: str) -> int:
    """What the queue's own file holds."""
    with closing(sqlite3.connect(data / "tasks.sqlite3")) as queue:
        return int(queue.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_worker_reserves_what_was_planned_also_after_it_was_killed(
    start: Start, double: Double, account: dict[str, str], tmp_path: Path
) -> None:
    worker = start("run_huey", **account)

    run(start, "shell", "-c", BOOK % 1, **account)

    assert until(lambda: "booking/get" in double.methods())
    assert written(double) == ["booking/add"]
    assert until(lambda: rows(tmp_path, "task") == 0)
    assert until(lambda: rows(tmp_path, "kv") == 0)  # the queue grows with no task
    killed_after_the_provider_said_yes_it_leaves_one(start, double, account, worker)


def killed_after_the_provider_said_yes_it_leaves_one(
    start: Start, double: Double, account: dict[str, str], worker: Parley
) -> None:
    said_yes, over = Event(), Event()

    def hold_back(_: Any, __: Call, reply: Reply) -> Reply:
        said_yes.set()
        over.wait(30)
        return reply

    with double.failing(on("booking/add", hold_back)):
        run(start, "shell", "-c", BOOK % 2, **account)
        assert said_yes.wait(30)
        os.kill(worker.process.pid, signal.SIGKILL)
        over.set()
        said = run(start, "shell", "-c", AFTER_THE_LEASE, **account)

    assert "States: held held" in said
    assert len(double.bookings) == 2
    assert written(double) == ["booking/add", "booking/add", "booking/update"]
    assert worker.process.wait(5) == -signal.SIGKILL
