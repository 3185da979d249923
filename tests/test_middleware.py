"""Bad days of the database: waited for, then said; and answers that caches must tell apart."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, connections
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from meetings.middleware import BusyDatabaseMiddleware
from meetings.models import Booking

from .conftest import Share, signed_in
from .together import seen_by_all

sqlite_only = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL waits without being asked"
)


@contextmanager
def writer_of(address: str, *, seconds: float) -> Iterator[None]:
    """Somebody else's program, that holds the write lock of the database for a while."""
    held = threading.Event()
    free = threading.Event()

    def hold() -> None:
        other = sqlite3.connect(address.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        held.set()
        free.wait(seconds)
        other.execute("ROLLBACK")
        other.close()

    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(hold)
        assert held.wait(5)
        try:
            yield
        finally:
            free.set()
        done.result()


@pytest.fixture
def impatient() -> Iterator[None]:
    """SQLite gives up after a fifth of a second."""
    options = connections.settings["default"]["OPTIONS"]
    before = options["timeout"]
    options["timeout"] = 0.2
    yield
    options["timeout"] = before


@sqlite_only
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("impatient")
def test_locked_database_is_waited_for_and_the_meeting_is_saved(
    dana: User, share_database: Share
) -> None:
    client = signed_in(dana)
    client.get(reverse("dashboard"))
    address = share_database()

    with writer_of(address, seconds=0.5):
        begin = time.monotonic()
        answer = seen_by_all(lambda: client.post(reverse("meet-now")))
        waited = time.monotonic() - begin

    assert answer.status_code == 302
    assert waited > 0.3
    assert seen_by_all(Booking.objects.count) == 1


@sqlite_only
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("impatient")
def test_database_that_stays_locked_is_a_pause_and_not_an_error(
    dana: User, share_database: Share
) -> None:
    client = signed_in(dana)
    client.get(reverse("dashboard"))
    address = share_database()

    with writer_of(address, seconds=30):
        answer = seen_by_all(lambda: client.post(reverse("meet-now")))

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "3"
    assert "One moment, please" in answer.content.decode()
    assert seen_by_all(Booking.objects.count) == 0


@sqlite_only
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("impatient")
def test_pages_are_read_while_the_database_is_locked(dana: User, share_database: Share) -> None:
    client = signed_in(dana)
    address = share_database()

    with writer_of(address, seconds=30):
        answer = seen_by_all(lambda: client.get(reverse("dashboard")))

    assert answer.status_code == 200


@pytest.mark.parametrize("error", [OperationalError("no such table: x"), ValueError("locked")])
def test_other_errors_are_not_called_a_pause(error: Exception) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    middleware = BusyDatabaseMiddleware(view)

    assert middleware.process_exception(RequestFactory().get("/"), error) is None
    with pytest.raises(type(error)):
        middleware(RequestFactory().get("/"))


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["home", "dashboard", "account_login"])
def test_caches_tell_parts_from_pages(client: Client, name: str) -> None:
    assert "HX-Request" in client.get(reverse(name)).headers["Vary"]
