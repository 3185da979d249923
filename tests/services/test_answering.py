"""What guests answer, and which of their answers counts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from meetings.models import Answer, Booking, Guest
from meetings.services import answering, scheduling
from meetings.services.answering import answer, answer_of, answers_for
from meetings.services.series import cancelling
from tests.conftest import Share
from tests.together import seen_by_all, together

from .answers import change, dates_of, guest_of, told_of_answers, weekly_for

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]
NOW = datetime(2026, 11, 23, 8, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(time_machine: time_machine.TimeMachineFixture) -> time_machine.TimeMachineFixture:
    time_machine.move_to(NOW, tick=False)
    return time_machine


def choice_of(guest: Guest, booking: Booking) -> str:
    said = answer_of(guest, Booking.objects.get(pk=booking.pk))
    return said.choice if said else ""


def test_an_answer_is_kept_and_the_organizer_is_told(book: Book) -> None:
    booking = book()
    guest = guest_of(booking)

    answer(guest, "accepted", comment="See you there.")

    said = answer_of(guest, booking)
    assert said
    assert (said.choice, said.comment, said.booking) == ("accepted", "See you there.", booking)
    assert told_of_answers() == 1


def test_the_same_answer_again_is_no_news(book: Book, clock: Any) -> None:
    guest = guest_of(book())
    first = answer(guest, "accepted")
    clock.shift(timedelta(minutes=5))

    again = answer(guest, "accepted")

    assert again.pk == first.pk
    assert told_of_answers() == 1


def test_changing_ones_mind_replaces_the_answer_and_is_told(book: Book, clock: Any) -> None:
    booking = book()
    guest = guest_of(booking)
    answer(guest, "accepted")
    clock.shift(timedelta(minutes=5))

    answer(guest, "declined", comment="Ill, sorry.")

    assert choice_of(guest, booking) == "declined"
    assert Answer.objects.count() == 1
    assert told_of_answers() == 2


def test_who_accepts_proposes_no_other_time(book: Book) -> None:
    guest = guest_of(book())

    said = answer(guest, "accepted", proposed_at=NOW + timedelta(days=3))

    assert said.proposed_at is None


def test_nothing_can_be_answered_when_it_is_cancelled_over_or_not_theirs(
    book: Book, dana: User, clock: Any
) -> None:
    booking, other = book(), book("Other", at=NOW + timedelta(days=3))
    guest = guest_of(booking)

    with pytest.raises(answering.NotInvited):
        answer(guest, "accepted", booking=other)
    Guest.objects.update(removed_at=timezone.now())
    with pytest.raises(answering.NotInvited):
        answer(guest, "accepted")
    Guest.objects.update(removed_at=None)
    clock.move_to(booking.ends_at)
    with pytest.raises(answering.Over):
        answer(guest, "accepted")
    scheduling.cancel(booking, by=dana)
    with pytest.raises(answering.Cancelled):
        answer(guest, "accepted")
    assert not Answer.objects.exists()


def test_a_reply_that_was_overtaken_changes_nothing(book: Book, clock: Any) -> None:
    guest = guest_of(book())
    sent = timezone.now()
    clock.shift(timedelta(minutes=5))
    answer(guest, "declined")

    with pytest.raises(answering.Outdated):
        answer(guest, "accepted", at=sent, sequence=0)

    assert Answer.objects.get().choice == "declined"


def test_the_same_reply_read_twice_is_one_answer(book: Book) -> None:
    guest = guest_of(book())
    sent = timezone.now()

    answer(guest, "accepted", at=sent, sequence=0)
    answer(guest, "accepted", at=sent, sequence=0)

    assert Answer.objects.get().answered_at == sent
    assert told_of_answers() == 1


def test_a_clock_that_is_ahead_does_not_silence_later_answers(book: Book, clock: Any) -> None:
    booking = book()
    guest = guest_of(booking)
    answer(guest, "accepted", at=NOW + timedelta(days=300), sequence=0)
    clock.shift(timedelta(minutes=5))

    answer(guest, "declined", at=timezone.now(), sequence=0)

    assert choice_of(guest, booking) == "declined"


# Series


def test_a_date_of_a_series_has_its_own_answer_or_else_the_general_one(dana: User) -> None:
    series = weekly_for(dana)
    first, second, *_ = dates_of(series)
    guest = guest_of(series)

    answer(guest, "accepted")
    answer(guest, "declined", booking=second)

    assert choice_of(guest, first) == "accepted"
    assert choice_of(guest, second) == "declined"
    assert told_of_answers() == 2


def test_dates_that_are_made_later_have_the_general_answer(dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    answer(guest, "tentative")

    pattern = series.patterns.get()

    assert answers_for([guest], series)[guest.pk].pattern == pattern
    assert {choice_of(guest, each) for each in dates_of(series)} == {"tentative"}


def test_a_series_that_is_called_off_or_over_asks_no_more(dana: User, clock: Any) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)

    clock.move_to(datetime(2027, 3, 1, tzinfo=UTC))
    with pytest.raises(answering.Over):
        answer(guest, "accepted")
    clock.move_to(NOW)
    cancelling.cancel_all(series, by=dana, version=series.version)
    with pytest.raises(answering.Cancelled):
        answer(guest, "accepted")


def test_a_date_of_somebody_elses_series_cannot_be_answered(dana: User, colin: User) -> None:
    guest = guest_of(weekly_for(dana))
    theirs = weekly_for(colin)

    with pytest.raises(answering.NotInvited):
        answer(guest, "accepted", booking=dates_of(theirs)[0])
    with pytest.raises(answering.NotInvited):
        answer(guest, "accepted", pattern=theirs.patterns.get())


# Many


def test_answers_of_many_guests_are_one_query(
    book: Book, django_assert_num_queries: Callable[[int], Any]
) -> None:
    booking = book()
    guests = [guest_of(booking, f"guest{number}@example.com") for number in range(5)]
    for guest in guests[:3]:
        answer(guest, "accepted")

    with django_assert_num_queries(1):
        said = answers_for(guests, booking)

    assert said.keys() == {guest.pk for guest in guests[:3]}


def test_a_proposal_that_was_dismissed_leaves_the_answer(book: Book) -> None:
    booking = book()
    guest = guest_of(booking)
    said = answer(guest, "tentative", proposed_at=NOW + timedelta(days=3))

    answering.dismiss(said)

    kept = answer_of(guest, booking)
    assert kept
    assert (kept.choice, kept.proposed_at) == ("tentative", None)


# At the same moment


@pytest.mark.django_db(transaction=True)
def test_answers_at_the_same_moment_are_one_answer(book: Book, share_database: Share) -> None:
    guest = guest_of(book())
    share_database()

    said = together(*[lambda: answer(guest, "accepted")] * 8)

    assert all(isinstance(each, Answer) for each in said), said
    assert seen_by_all(Answer.objects.count) == 1
    assert seen_by_all(told_of_answers) == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_beside_a_change_of_time_counts_for_one_of_the_two(
    book: Book, share_database: Share
) -> None:
    booking = book()
    guest = guest_of(booking)
    share_database()
    later = booking.starts_at + timedelta(hours=2)

    together(
        lambda: change(booking, starts_at=later),
        lambda: answer(guest, "accepted", sequence=0),
    )

    # It came before and was asked anew, or after and was outdated: never does it count.
    assert seen_by_all(Answer.objects.filter(reset_at=None).count) == 0
    assert seen_by_all(lambda: Booking.objects.get().asks_since) == 1
