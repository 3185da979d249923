"""Reminders: at the chosen time, to each person once, late rather than never."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from meetings.models import Answer, Booking, Guest, OutgoingMail, Pattern
from meetings.services import scheduling
from meetings.services.mail import posting
from meetings.services.mail.reminding import remind_due
from meetings.services.series.booking import book_series

from .reminding import due_in, invite, reminders, told, weekly_wish

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
START = NOW + timedelta(days=3)
DAY, HOUR, TEN = 1440, 60, 10
DANA, ANA, BEN = "dana@example.org", "ana@example.com", "ben@example.com"


@pytest.fixture(autouse=True)
def clock(time_machine: Clock) -> Clock:
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def review(book: Book) -> Booking:
    """In three days; a reminder a day and one an hour before."""
    return book("Review", at=START, reminders=(HOUR, DAY))


def change(booking: Booking, **changed: Any) -> Booking:
    booking.refresh_from_db()
    names = ("title", "starts_at", "duration", "time_zone")
    usual: dict[str, Any] = {name: getattr(booking, name) for name in names}
    usual["reminders"] = tuple(booking.reminders)
    wish = scheduling.MeetingWish(**{**usual, **changed})
    return scheduling.edit(booking, wish, by=booking.organizer, version=booking.version)


def tick(clock: Clock, at: datetime) -> list[tuple[str, int]]:
    """Let the minute's task run then, twice; whom it has told."""
    before = len(told())
    clock.move_to(at, tick=False)
    remind_due()
    remind_due()
    return told()[before:]


def test_organizer_and_guests_are_reminded_once_at_each_time(review: Booking, clock: Clock) -> None:
    invite(review, ANA)

    assert tick(clock, START - timedelta(days=1, seconds=1)) == []
    assert tick(clock, START - timedelta(days=1)) == [(DANA, DAY), (ANA, DAY)]
    assert tick(clock, START - timedelta(hours=1)) == [(DANA, HOUR), (ANA, HOUR)]
    assert tick(clock, START) == []
    assert due_in(review) is None


def test_meeting_without_reminders_reminds_nobody(book: Book, clock: Clock) -> None:
    book(at=START)

    assert tick(clock, START - timedelta(minutes=1)) == []


def test_after_an_outage_it_is_sent_late_until_the_meeting_begins(book: Book, clock: Clock) -> None:
    late, begun = (book(at=START + timedelta(hours=n), reminders=(HOUR,)) for n in (1, 0))

    assert tick(clock, START + timedelta(minutes=10)) == [(DANA, HOUR)]

    assert reminders().get().notice.booking == late
    assert reminders().get().send_before == late.starts_at
    assert (due_in(late), due_in(begun)) == (None, None)


def test_of_several_missed_in_a_long_outage_only_the_latest_is_sent(
    review: Booking, clock: Clock
) -> None:
    assert tick(clock, START - timedelta(minutes=50)) == [(DANA, HOUR)]


def test_meeting_booked_later_than_a_reminder_gets_the_ones_that_are_left(
    book: Book, clock: Clock
) -> None:
    clock.move_to(START - timedelta(hours=2), tick=False)
    booking = book(at=START, reminders=(DAY, HOUR))

    assert due_in(booking) == timedelta(hours=1)


def test_day_is_24_hours_also_when_the_clocks_change(book: Book, clock: Clock) -> None:
    nine = datetime(2026, 3, 29, 7, tzinfo=UTC)  # in Berlin, hours after the clocks went forward
    booking = book(at=nine, reminders=(DAY,), time_zone="Europe/Berlin")

    assert booking.wall == "2026-03-29T09:00"
    assert tick(clock, nine - timedelta(hours=24, seconds=1)) == []
    assert tick(clock, nine - timedelta(hours=24)) == [(DANA, DAY)]


# Changes


def test_moved_meeting_is_reminded_of_anew(review: Booking, clock: Clock) -> None:
    tick(clock, START - timedelta(days=1))
    later = START + timedelta(days=2)

    change(review, starts_at=later)

    assert tick(clock, START - timedelta(hours=1)) == []
    assert tick(clock, later - timedelta(days=1)) == [(DANA, DAY)]
    assert tick(clock, later - timedelta(hours=1)) == [(DANA, HOUR)]


def test_other_words_neither_lose_a_reminder_nor_repeat_it(review: Booking, clock: Clock) -> None:
    clock.move_to(START - timedelta(days=1) + timedelta(seconds=30), tick=False)
    change(review, title="Due, and not sent yet")
    assert tick(clock, START - timedelta(days=1) + timedelta(seconds=60)) == [(DANA, DAY)]

    change(review, title="Sent")

    assert tick(clock, START - timedelta(hours=20)) == []
    assert due_in(review) == timedelta(hours=1)


def test_other_reminders_count_from_then_on(review: Booking, clock: Clock) -> None:
    change(review, reminders=(TEN,))
    assert due_in(review) == timedelta(minutes=10)

    change(review, reminders=())
    assert due_in(review) is None


def test_row_that_somebody_wrote_back_reminds_nobody_twice(review: Booking, clock: Clock) -> None:
    due = START - timedelta(days=1)
    tick(clock, due)
    Booking.objects.update(remind_at=due, sequence=5)

    assert tick(clock, due + timedelta(minutes=1)) == []


def test_cancelled_meeting_is_not_reminded_of(review: Booking, clock: Clock) -> None:
    scheduling.cancel(review, by=review.organizer)

    assert due_in(review) is None
    Booking.objects.update(remind_at=START - timedelta(days=1))
    assert tick(clock, START - timedelta(days=1)) == []
    assert due_in(review) is None


@pytest.mark.parametrize("happens", ["moved", "cancelled"])
def test_reminder_still_in_the_outbox_is_dropped_when_it_is_not_true_any_more(
    review: Booking, clock: Clock, happens: str
) -> None:
    tick(clock, START - timedelta(days=1))
    if happens == "moved":
        change(review, starts_at=START + timedelta(hours=1))
    else:
        scheduling.cancel(review, by=review.organizer)

    posting.post_due()

    assert reminders().get().outcome == OutgoingMail.Outcome.DROPPED


# People


def test_guest_who_comes_late_gets_the_reminders_that_are_left(
    review: Booking, clock: Clock
) -> None:
    tick(clock, START - timedelta(days=1))

    invite(review, ANA)

    assert tick(clock, START - timedelta(hours=23)) == []
    assert tick(clock, START - timedelta(hours=1)) == [(DANA, HOUR), (ANA, HOUR)]


def test_who_has_declined_or_was_removed_is_left_alone(review: Booking, clock: Clock) -> None:
    ana, ben, mei, omar = invite(review, ANA, BEN, "mei@example.com", "omar@example.com")
    answer(ana, "declined", review)
    answer(ben, "tentative", review)
    answer(mei, "declined", review, reset_at=NOW)  # asked again since
    Guest.objects.filter(pk=omar.pk).update(removed_at=NOW)

    found = tick(clock, START - timedelta(days=1))

    assert [email for email, _ in found] == [DANA, BEN, "mei@example.com"]


def answer(guest: Guest, choice: str, place: Booking | Pattern, **more: Any) -> None:
    where = {"booking": place} if isinstance(place, Booking) else {"pattern": place}
    Answer.objects.create(guest=guest, choice=choice, answered_at=NOW, **where, **more)


def test_answer_to_one_date_counts_before_the_one_to_the_whole_series(
    dana: User, clock: Clock
) -> None:
    series = book_series(dana, weekly_wish(reminders=(HOUR,)))
    first, second, third = series.bookings.all()
    invite(first, ANA, BEN, "mei@example.com", "omar@example.com")
    ana, ben, mei, _ = series.guests.all()
    (pattern,) = series.patterns.all()
    for guest in (ana, ben, mei):
        answer(guest, "declined", pattern)
    answer(ana, "accepted", first)
    answer(ben, "tentative", second)
    Booking.objects.filter(pk=third.pk).update(asks_since=2)  # moved: answers before count no more

    found = {
        each: [email for email, _ in tick(clock, each.starts_at - timedelta(hours=1))][1:]
        for each in (first, second, third)
    }

    omar = "omar@example.com"
    assert found == {
        first: [ANA, omar],
        second: [BEN, omar],
        third: [ANA, BEN, "mei@example.com", omar],
    }


def test_organizer_who_was_switched_off_is_not_written_to(
    review: Booking, clock: Clock, dana: User
) -> None:
    invite(review, ANA)
    dana.is_active = False
    dana.save()

    assert tick(clock, START - timedelta(days=1)) == [(ANA, DAY)]


# Many


def test_meeting_that_cannot_be_told_of_keeps_no_other_from_its_turn(
    book: Book, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = (book(at=START + timedelta(hours=n), reminders=(HOUR,)) for n in (0, 1))
    Booking.objects.filter(pk=bad.pk).update(time_zone="Atlantis/Capital")

    tick(clock, START - timedelta(minutes=5))

    assert told() == []
    assert f"meeting {bad.pk}" in caplog.text
    assert tick(clock, START) == [(DANA, HOUR)]
    assert reminders().get().notice.booking == good


def test_fifteen_meetings_cost_as_many_queries_as_two(book: Book, clock: Clock) -> None:
    def cost(count: int, at: datetime) -> int:
        for number in range(count):
            booking = book(f"No. {number}", at=at, reminders=(HOUR,), may_overlap=True)
            invite(booking, ANA, BEN)
        clock.move_to(at - timedelta(hours=1), tick=False)
        with CaptureQueriesContext(connection) as queries:
            remind_due()
        return len(queries)

    assert cost(2, START) == cost(15, START + timedelta(hours=2))
    assert len(told()) == 51
