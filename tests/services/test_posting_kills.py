"""Workers that are killed while they send, and two at once: one Message-ID for each person."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing.process import BaseProcess
from threading import Event

import pytest
from django.utils import timezone
from pytest_django import Settings

from meetings.models import Booking, Guest, OutgoingMail
from meetings.services.mail import notices, posting
from tests.conftest import Share
from tests.forked import fork
from tests.smtp_double import SmtpDouble, smtp_double
from tests.together import seen_by_all

pytestmark = pytest.mark.django_db(transaction=True)
Book = Callable[..., Booking]
Worker = Callable[[str], BaseProcess]

STEPS = ["CONNECT", "MAIL", "RCPT", "DATA", "END", "TAKEN", "QUIT"]


@pytest.fixture
def server(settings: Settings) -> Iterator[SmtpDouble]:
    # The queue loses what it is given: the workers of this file find the rows by themselves.
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    with smtp_double() as double:
        yield double


@pytest.fixture
def worker(server: SmtpDouble) -> Iterator[Worker]:
    """Starts a process of its own that sends what is due, and ends."""
    started: list[BaseProcess] = []

    def start(address: str) -> BaseProcess:
        told = {"DATABASE_URL": address, "EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
        started.append(fork(told, posting.post_due))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.join()


def ended(process: BaseProcess) -> int | None:
    """How it came to its end."""
    process.join(120)
    return process.exitcode


def invite(book: Book, count: int) -> list[str]:
    booking = book("Review")
    emails = [f"guest{number}@example.com" for number in range(count)]
    notices.invited([Guest.objects.create(booking=booking, email=email) for email in emails])
    return emails


def two_minutes_pass() -> None:
    """The dead worker's lease is over, and what was put off is due."""
    long_ago = timezone.now() - timedelta(minutes=2)
    seen_by_all(lambda: OutgoingMail.objects.exclude(lease="").update(leased_until=long_ago))
    seen_by_all(lambda: OutgoingMail.objects.outstanding().update(next_try_at=long_ago))


@pytest.mark.parametrize("step", STEPS)
def test_worker_killed_at_a_step_of_sending_loses_no_mail_and_makes_no_second_one(
    book: Book, share_database: Share, server: SmtpDouble, worker: Worker, step: str
) -> None:
    emails = invite(book, 3)
    address = share_database()
    reached, go_on = Event(), Event()

    def stall(now: str, argument: str) -> str | None:
        if now == step and not go_on.is_set() and (server.taken or step in {"CONNECT", "TAKEN"}):
            reached.set()
            go_on.wait(120)
        return None

    server.answer = stall
    first = worker(address)
    assert reached.wait(120)
    first.kill()
    assert ended(first) == -signal.SIGKILL
    go_on.set()

    two_minutes_pass()
    assert ended(worker(address)) == 0

    each = Counter(server.recipients)
    assert set(each) == set(emails)
    assert len(set(server.taken)) == 3  # one Message-ID for each person
    repeated = [email for email, times in each.items() if times > 1]
    # The one window that nobody can close: the server has all of it, and we do not know its yes.
    assert len(repeated) == (step in {"END", "TAKEN"})
    outcomes = seen_by_all(lambda: set(OutgoingMail.objects.values_list("outcome", flat=True)))
    assert outcomes == {OutgoingMail.Outcome.SENT}


def test_two_workers_at_once_send_each_mail_once(
    book: Book, share_database: Share, server: SmtpDouble, worker: Worker
) -> None:
    emails = invite(book, 20)
    address = share_database()

    both = [worker(address) for _ in range(2)]

    assert [ended(each) for each in both] == [0, 0]
    assert Counter(server.recipients) == Counter(emails)
    assert len(set(server.taken)) == len(emails)
