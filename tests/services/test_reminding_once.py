"""Reminders from two workers at once, and from one that is killed at any step: one for each."""

import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.models import Booking
from meetings.services import scheduling
from meetings.services.mail.reminding import remind_due
from tests.conftest import Share
from tests.forked import fork
from tests.together import seen_by_all, together

from .reminding import invite, remind_and_die, told

pytestmark = pytest.mark.django_db(transaction=True)
Book = Callable[..., Booking]


def due_now(book: Book, count: int) -> Counter[tuple[str, int]]:
    """Meetings whose reminder is due this minute; whom to tell of them."""
    wanted: Counter[tuple[str, int]] = Counter()
    soon = timezone.now() + timedelta(minutes=30)
    for number in range(count):
        booking = book(f"No. {number}", at=soon, reminders=(10,), may_overlap=True)
        emails = [f"ana{number}@example.com", f"ben{number}@example.com"]
        invite(booking, *emails)
        wanted.update((email, 10) for email in (*emails, booking.organizer.email))
    starts_at = timezone.now() + timedelta(minutes=9)
    due = starts_at - timedelta(minutes=10)
    ends_at = starts_at + timedelta(minutes=30)
    Booking.objects.update(starts_at=starts_at, ends_at=ends_at, remind_at=due)
    return wanted


def test_workers_at_the_same_moment_remind_each_person_once(
    book: Book, share_database: Share
) -> None:
    wanted = due_now(book, 8)
    share_database()

    answers = together(*[remind_due] * 4)

    assert answers == [None] * 4
    assert Counter(seen_by_all(told)) == wanted


def test_meeting_cancelled_at_that_moment_is_reminded_of_once_or_not_at_all(
    book: Book, share_database: Share
) -> None:
    wanted = due_now(book, 4)
    bookings = list(Booking.objects.all())
    share_database()

    def cancel(booking: Booking) -> None:
        scheduling.cancel(booking, by=booking.organizer)

    answers = together(
        remind_due, *[lambda each=each: cancel(each) for each in bookings], remind_due
    )

    assert answers == [None] * 6
    assert not Counter(seen_by_all(told)) - wanted
    assert seen_by_all(lambda: Booking.objects.exclude(remind_at=None).count()) == 0


@pytest.mark.parametrize("step", ["claimed", "written", "saved"])
def test_worker_killed_at_a_step_reminds_nobody_twice_and_forgets_nobody(
    book: Book, share_database: Share, step: str
) -> None:
    wanted = due_now(book, 2)
    worker = fork({"DATABASE_URL": share_database()}, remind_and_die, step)
    worker.join(120)
    assert worker.exitcode == -signal.SIGKILL
    assert bool(seen_by_all(told)) == (step == "saved")

    seen_by_all(remind_due)

    assert Counter(seen_by_all(told)) == wanted
