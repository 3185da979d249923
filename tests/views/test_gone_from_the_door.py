"""Somebody who closed their page while they waited stands in no list any more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from meetings.models import Admission, Booking, RoomSession
from meetings.models.admission import GONE_AFTER
from meetings.services.opening import open_room
from meetings.signals import doors_changed
from tests.able_provider import able

from .conftest import NOW
from .doors import ask, door_of, look_again, state
from .reading import text_of
from .running import Press, page_of, press

__all__ = ["able", "press"]

Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture
SOON = timedelta(seconds=2)


@pytest.fixture
def session(able: object, book: Book) -> RoomSession:
    """A meeting that runs, in a room whose guests wait."""
    booking = book("Review", at=NOW)
    return open_room(booking.room, booking)


def happening(client: Client, session: RoomSession) -> str:
    return text_of(client.get(page_of(session))).partition("Happening now")[2]


@pytest.fixture
def waits(client: Client, session: RoomSession) -> Any:
    """The page of Zora, who has knocked."""
    ask(client, door_of(session), "Zora")
    return client.get(door_of(session))


def test_closed_page_leaves_the_list_after_a_while(
    as_dana: Client, session: RoomSession, waits: Any, clock: Clock
) -> None:
    at_once = happening(as_dana, session)

    clock.move_to(NOW + GONE_AFTER)

    assert "1 person waits" in at_once
    assert "person waits" not in happening(as_dana, session)
    assert "Zora" not in happening(as_dana, session)


def test_page_that_asks_keeps_its_place(
    as_dana: Client, client: Client, session: RoomSession, waits: Any, clock: Clock
) -> None:
    clock.move_to(NOW + GONE_AFTER - SOON)

    answer = look_again(client, waits, door_of(session))
    clock.move_to(NOW + GONE_AFTER + SOON)

    assert answer.status_code == 204
    assert "1 person waits" in happening(as_dana, session)


def test_that_somebody_waits_is_written_down_seldom(
    client: Client, session: RoomSession, waits: Any, clock: Clock
) -> None:
    written = []
    for second in range(2, 62, 2):
        clock.move_to(NOW + timedelta(seconds=second))
        with CaptureQueriesContext(connection) as queries:
            look_again(client, waits, door_of(session))
        written.append(sum(each["sql"].startswith("UPDATE") for each in queries))

    assert 0 < sum(written) <= 4


def test_stranger_who_looks_is_no_sign_of_who_waits(
    session: RoomSession, waits: Any, clock: Clock
) -> None:
    before = Admission.objects.get().seen_at
    clock.move_to(NOW + GONE_AFTER)

    Client().get(door_of(session))

    assert Admission.objects.get().seen_at == before


def test_who_comes_back_is_in_the_list_again_and_hosts_are_told(
    as_dana: Client,
    client: Client,
    session: RoomSession,
    waits: Any,
    clock: Clock,
    django_capture_on_commit_callbacks: Any,
) -> None:
    clock.move_to(NOW + timedelta(hours=1))
    told: list[object] = []

    def hear(**about: object) -> None:
        told.append(about["session"])

    doors_changed.connect(hear)

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.get(door_of(session))
    doors_changed.disconnect(hear)

    assert state(answer) == "waiting"
    assert told == [session]
    assert "1 person waits" in happening(as_dana, session)


def test_all_are_admitted_who_are_there(
    session: RoomSession, waits: Any, clock: Clock, press: Press
) -> None:
    clock.move_to(NOW + GONE_AFTER)
    ask(Client(), door_of(session), "Bo")

    answer = press(session, "admit", admission="all")

    assert "1 person is let in." in text_of(answer)
    assert dict(Admission.objects.values_list("name", "state")) == {
        "Zora": "waiting",
        "Bo": "admitted",
    }


@pytest.mark.parametrize(
    ("trouble", "status"), [("database is locked", 200), ("disk I/O error", 500)]
)
def test_busy_database_keeps_nobody_from_waiting(
    client: Client, session: RoomSession, waits: Any, clock: Clock, trouble: str, status: int
) -> None:
    def refuse(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE"):
            raise OperationalError(trouble)
        return execute(sql, *rest)

    clock.move_to(NOW + timedelta(minutes=1))
    client.raise_request_exception = False

    with connection.execute_wrapper(refuse):
        answer = client.get(door_of(session))

    assert answer.status_code == status
