"""A worker that is killed between keeping an answer and marking its mail, and two at once."""

import signal
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from threading import Event
from urllib.parse import quote

import pytest
from django.core.management import call_command
from pytest_django import Settings

from meetings.models import Answer, Booking, Guest, OutgoingMail
from tests.conftest import Share
from tests.forked import fork
from tests.imap_double import PASSWORD, USER, ImapDouble, imap_double
from tests.mails_that_come_back import Said, written_by
from tests.together import seen_by_all

pytestmark = pytest.mark.django_db(transaction=True)
Worker = Callable[[], BaseProcess]


@pytest.fixture
def server(book: Callable[..., Booking], settings: Settings) -> Iterator[ImapDouble]:
    """Has Ana's answer to a meeting, and Ben's."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    booking = book("Review")
    with imap_double() as double:
        for email in ("ana@example.com", "ben@example.com"):
            Guest.objects.create(booking=booking, email=email)
            said = Said(uid=booking.request_key, starts_at=booking.starts_at, email=email)
            double.deliver(written_by("google", said))
        yield double


@pytest.fixture
def worker(server: ImapDouble, share_database: Share) -> Iterator[Worker]:
    """Starts a process of its own that reads what has come back, and ends."""
    started: list[BaseProcess] = []
    address = share_database()

    def start() -> BaseProcess:
        place = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@127.0.0.1:{server.port}"
        told = {"DATABASE_URL": address, "MAILBOX_URL": f"imap://{place}"}
        started.append(fork(told, call_command, "read_mail"))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.join()


def ended(process: BaseProcess) -> int | None:
    """How it came to its end."""
    process.join(120)
    return process.exitcode


def kept() -> tuple[int, int]:
    """Answers, and mails that tell the organizer of one."""
    return seen_by_all(lambda: (Answer.objects.count(), OutgoingMail.objects.count()))


def test_worker_killed_before_the_mark_changes_nothing(server: ImapDouble, worker: Worker) -> None:
    reached, go_on = Event(), Event()

    def stall(command: str) -> str | None:
        if command != "STORE" or go_on.is_set():
            return None
        reached.set()
        go_on.wait(120)
        return ""

    server.answer = stall
    first = worker()
    assert reached.wait(120)
    first.kill()
    assert ended(first) == -signal.SIGKILL
    go_on.set()
    assert kept() == (1, 1)
    assert server.flags == [set(), set()]

    assert ended(worker()) == 0

    assert kept() == (2, 2)
    assert server.flags == [{r"\Seen"}, {r"\Seen"}]


def test_two_workers_at_once_keep_each_answer_once(server: ImapDouble, worker: Worker) -> None:
    both = [worker(), worker()]

    assert [ended(each) for each in both] == [0, 0]
    assert kept() == (2, 2)
    assert server.flags == [{r"\Seen"}, {r"\Seen"}]
