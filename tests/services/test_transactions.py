"""Going again when the database was busy for a moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from unittest.mock import Mock

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from accounts.models import User
from config.queue_kind import QueueAway
from meetings.services import pacing, transactions
from meetings.services.transactions import TRIES, in_turn, is_busy, saving, when_certain
from tests.together import together


class Busy:
    """Something to save, on a database that is busy the first few times."""

    def __init__(self, times: int, error: Exception) -> None:
        self.left = times
        self.error = error
        self.tries = 0

    def save(self) -> str:
        self.tries += 1
        if self.tries <= self.left:
            raise self.error
        return "saved"


LOCKED = OperationalError("database is locked")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "message",
    [
        "database is locked",
        "database table is locked",
        "deadlock detected",
        "could not serialize access due to concurrent update",
    ],
)
def test_busy_database_is_asked_again(message: str) -> None:
    busy = Busy(TRIES - 1, OperationalError(message))

    assert saving(busy.save)() == "saved"
    assert busy.tries == TRIES


@pytest.mark.django_db(transaction=True)
def test_database_that_stays_busy_is_not_asked_for_ever() -> None:
    busy = Busy(99, LOCKED)

    with pytest.raises(OperationalError, match="locked"):
        saving(busy.save)()
    assert busy.tries == TRIES


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError("no such table"), IntegrityError("twice")])
def test_what_would_fail_again_is_tried_once(error: Exception) -> None:
    busy = Busy(99, error)

    with pytest.raises(type(error)):
        saving(busy.save)()
    assert busy.tries == 1


@pytest.mark.django_db
def test_inside_another_transaction_it_is_tried_once() -> None:
    busy = Busy(1, LOCKED)

    with pytest.raises(OperationalError):
        saving(busy.save)()
    assert busy.tries == 1


def test_lost_connection_is_not_called_busy() -> None:
    assert not is_busy(OperationalError("server closed the connection unexpectedly"))


@pytest.mark.django_db(transaction=True)
def test_writers_of_one_process_take_turns_where_only_one_can_write() -> None:
    inside, most = [], []

    def write() -> None:
        with in_turn():
            inside.append(1)
            most.append(len(inside))
            Event().wait(0.02)
            inside.pop()

    together(*[write] * 5)

    assert len(most) == 5
    assert connection.vendor != "sqlite" or max(most) == 1


@pytest.mark.django_db(transaction=True)
def test_who_writes_already_waits_for_nobodys_turn() -> None:
    taken, done = Event(), Event()

    def hold() -> None:
        with in_turn():
            taken.set()
            done.wait(10)

    with ThreadPoolExecutor(1) as thread:
        held = thread.submit(hold)
        assert taken.wait(10)
        with transaction.atomic(), in_turn():
            done.set()
        held.result(10)

    assert done.is_set()


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_started_afterwards_costs_the_change_nothing(
    dana: User, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*about: object) -> None:
        raise QueueAway("ConnectionError")

    with transaction.atomic():
        User.objects.filter(pk=dana.pk).update(name="Dana Weber")
        when_certain(away, dana.pk)

    dana.refresh_from_db()
    assert dana.name == "Dana Weber"
    assert "Error calling" in caplog.text


@pytest.mark.parametrize(
    ("options", "in_transaction", "closed"),
    [({"pool": {"max_size": 16}}, False, 1), ({"pool": {"max_size": 16}}, True, 0), ({}, False, 0)],
)
def test_call_to_a_provider_keeps_no_connection_of_a_pool(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, object], in_transaction: bool, closed: int
) -> None:
    ours = Mock(settings_dict={"OPTIONS": options}, in_atomic_block=in_transaction)
    monkeypatch.setattr(transactions, "connection", ours)
    monkeypatch.setattr(pacing, "_count", lambda *told, by_worker: None)

    pacing.pass_gate("main", None)

    assert ours.close.call_count == closed
