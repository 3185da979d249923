"""Several server processes need Redis, and the operator learns that they have none."""

from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from meetings.builtin_room import control, processes
from meetings.builtin_room.processes import NOTE_LASTS, Register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_notes() -> None:
    cache.delete(processes.NOTES)


def test_two_processes_that_live_at_once_are_told_of_in_log_and_admin(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with time_machine.travel(0, tick=False) as clock:
        first, second = Register("one:1"), Register("one:2")
        for _ in range(3):
            clock.shift(10)
            first.note()
            second.note()
        client.force_login(User.objects.create_superuser("ida@example.org"))
        page = client.get("/admin/").text
        layer = control.checks()[0]

    assert "REDIS_URL is empty" in page
    assert not layer.passed
    assert len(caplog.records) == 2, "each process says so once"


def test_process_that_took_the_place_of_another_is_no_second_one() -> None:
    with time_machine.travel(0, tick=False) as clock:
        before = Register("one:1")
        clock.shift(5)
        before.note()
        clock.shift(1)
        after = Register("one:2")
        clock.shift(10)
        after.note()

        assert not processes.are_too_many()


def test_process_that_ended_is_forgotten() -> None:
    with time_machine.travel(0, tick=False) as clock:
        stays, ends = Register("one:1"), Register("one:2")
        clock.shift(10)
        ends.note()
        stays.note()
        together = processes.are_too_many()
        clock.shift(NOTE_LASTS)
        stays.note()

        assert together
        assert not processes.are_too_many()


def test_with_redis_there_may_be_many(settings: Any) -> None:
    settings.REDIS_URL = "redis://redis.example.org"
    with time_machine.travel(0, tick=False) as clock:
        both = Register("one:1"), Register("one:2")
        clock.shift(10)
        for each in both:
            each.note()

        assert not processes.are_too_many()
