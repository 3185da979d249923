"""Bad days of the database: waited for, then said; and answers that caches must tell apart."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection, connections
from django.db.transaction import TransactionManagementError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from meetings.middleware import PauseMiddleware
from meetings.models import Booking
from meetings.pauses import pause_for

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

    middleware = PauseMiddleware(view)

    assert middleware.process_exception(RequestFactory().get("/"), error) is None
    with pytest.raises(type(error)):
        middleware(RequestFactory().get("/"))


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["home", "dashboard", "account_login"])
def test_caches_tell_parts_from_pages(client: Client, name: str) -> None:
    assert "HX-Request" in client.get(reverse(name)).headers["Vary"]


# Away and full, as the two databases say it


class Told(Exception):
    """What a driver said."""

    def __init__(self, **codes: object) -> None:
        super().__init__("Something a driver says.")
        self.__dict__.update(codes)


def said(kind: type[Exception] = OperationalError, **codes: object) -> Exception:
    error = kind("Something a driver says.")
    error.__cause__ = Told(**codes)
    return error


PAUSES = [
    (said(sqlstate=None), "away"),
    (said(InterfaceError, sqlstate=None), "away"),
    (said(sqlstate="57P01"), "away"),
    (said(sqlstate="57P03"), "away"),
    (said(sqlstate="53300"), "away"),
    (said(sqlstate="53100"), "full"),
    (said(sqlite_errorname="SQLITE_FULL"), "full"),
    (said(sqlite_errorname="SQLITE_CANTOPEN"), "away"),
    (said(sqlite_errorname="SQLITE_IOERR_WRITE"), "away"),
    (OSError(28, "No space left on device"), "full"),
]


@pytest.mark.parametrize(("error", "pause"), PAUSES)
def test_pause_is_known_by_what_the_driver_says(error: Exception, pause: str) -> None:
    assert pause_for(error) == pause


@pytest.mark.parametrize(
    "error",
    [said(sqlstate="42P01"), said(sqlite_errorname="SQLITE_ERROR"), OSError(2, "No such file")],
)
def test_fault_of_ours_is_no_pause(error: Exception) -> None:
    assert pause_for(error) is None


def test_error_that_a_broken_transaction_ends_with_is_the_pause_that_broke_it() -> None:
    end = TransactionManagementError("An error occurred in the current transaction.")
    end.__context__ = said(sqlstate="57P01")

    assert pause_for(end) == "away"


@pytest.fixture
def gone(share_database: Share) -> Iterator[None]:
    """For other threads, nobody answers where the database was: neither file nor server."""
    share_database()
    options: dict[str, Any] = connections.settings["default"]
    before = dict(options)
    options |= {"NAME": "/nowhere/parley.sqlite3", "HOST": "127.0.0.1", "PORT": "1"}
    yield
    options |= before


PAGES = ["dashboard", "room-list", "admin:index"]


@pytest.fixture
def browser_of_dana(dana: User) -> Client:
    client = signed_in(dana)
    client.raise_request_exception = False
    return client


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["en", "de"])
def test_page_without_its_database_says_so_and_when_to_come_again(
    browser_of_dana: Client, gone: None, name: str, language: str
) -> None:
    url = reverse(name)

    answer = seen_by_all(lambda: browser_of_dana.get(url, headers={"Accept-Language": language}))

    words = {"en": "One moment, please", "de": "Einen Moment bitte"}
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Cache-Control"] == "no-store"
    assert words[language] in answer.text
    assert "data-pause" in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.django_db(transaction=True)
def test_form_that_was_sent_without_a_database_is_not_sent_again_by_itself(
    browser_of_dana: Client, gone: None
) -> None:
    answer = seen_by_all(lambda: browser_of_dana.post(reverse("meet-now")))

    assert answer.status_code == 503
    assert "Go back in a moment and look" in answer.text
    assert "data-pause" not in answer.text


@pytest.mark.django_db(transaction=True)
def test_part_of_a_page_that_asks_without_a_database_gets_no_page(
    browser_of_dana: Client, gone: None
) -> None:
    url = reverse("waiting-now")

    answer = seen_by_all(lambda: browser_of_dana.get(url, headers={"HX-Request": "true"}))

    assert (answer.status_code, answer.text) == (503, "")
    assert answer.headers["Retry-After"] == "5"


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_full_disk_is_said_and_what_was_there_is_still_shown(
    browser_of_dana: Client, share_database: Share
) -> None:
    file = share_database().removeprefix("sqlite:///")

    def meet(pages: int) -> HttpResponse:
        connection.close()
        with connection.cursor() as cursor:  # as full as it is now
            cursor.execute(f"PRAGMA max_page_count={pages}")
        return browser_of_dana.post(reverse("meet-now"))

    with sqlite3.connect(file) as other:
        other.execute("VACUUM")  # free pages would take in all that is saved below
        (now,) = other.execute("PRAGMA page_count").fetchone()
    answers = seen_by_all(lambda: [meet(now) for _ in range(30)])
    page = seen_by_all(lambda: browser_of_dana.get(reverse("dashboard")))

    full = [each for each in answers if each.status_code == 503]
    saved = [each for each in answers if each.status_code == 302]
    assert full
    assert len(full) + len(saved) == len(answers)
    assert "The disk of this site is full" in full[0].text
    assert seen_by_all(Booking.objects.count) == len(saved)
    assert page.status_code == 200
