"""When the time changes, everybody is asked again; when only words change, nobody is."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import User
from meetings.models import Answer, Booking, Guest, Notice, OutgoingMail
from meetings.services import answering, scheduling
from meetings.services.answering import answer, answer_of, answers_for
from meetings.services.mail.mails import message_for
from meetings.services.series.remake import Exceptions

from .answers import change, change_all, change_following, dates_of, guest_of, weekly_for

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]
NOW = datetime(2026, 11, 23, 8, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock(time_machine: time_machine.TimeMachineFixture) -> time_machine.TimeMachineFixture:
    time_machine.move_to(NOW, tick=False)
    return time_machine


def choices_of(guest: Guest, bookings: list[Booking]) -> list[str]:
    found = [Booking.objects.get(pk=each.pk) for each in bookings]
    said = [answer_of(guest, each) for each in found]
    return [each.choice if each else "" for each in said]


def choice_of(guest: Guest, booking: Booking) -> str:
    return choices_of(guest, [booking])[0]


@pytest.mark.parametrize("changed", [{"starts_at": NOW + timedelta(days=2)}, {"duration": 90}])
def test_another_time_asks_anew_and_keeps_what_was_said(
    book: Book, changed: dict[str, Any]
) -> None:
    booking = book()
    guest = guest_of(booking)
    answer(guest, "accepted")

    change(booking, **changed)

    assert choice_of(guest, booking) == ""
    assert Answer.objects.get().reset_at == NOW
    answer(guest, "declined")
    assert choice_of(guest, booking) == "declined"
    assert Answer.objects.count() == 2


@pytest.mark.parametrize("changed", [{"title": "Other"}, {"time_zone": "Europe/Paris"}])
def test_other_words_ask_nobody(book: Book, changed: dict[str, Any]) -> None:
    booking = book()
    guest = guest_of(booking)
    answer(guest, "accepted")

    change(booking, **changed)

    assert choice_of(guest, booking) == "accepted"
    mail = OutgoingMail.objects.get(notice__kind=Notice.Kind.CHANGED)
    assert "The time has changed" not in str(message_for(mail).body)


def test_a_reply_to_the_time_before_counts_no_more(book: Book) -> None:
    booking = book()
    guest = guest_of(booking)

    change(booking, duration=90)

    with pytest.raises(answering.Outdated):
        answer(guest, "accepted", sequence=0)
    answer(guest, "accepted", sequence=1)
    assert choice_of(guest, booking) == "accepted"


def test_a_date_that_is_moved_is_asked_anew_and_no_other(dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    first, second, third, *_ = dates_of(series)
    answer(guest, "accepted")
    answer(guest, "tentative", booking=second)

    change(second, starts_at=second.starts_at + HOUR)

    assert choices_of(guest, [first, second, third]) == ["accepted", "", "accepted"]
    answer(guest, "declined", booking=second)
    assert choices_of(guest, [first, second, third]) == ["accepted", "declined", "accepted"]


def test_saying_yes_to_all_once_more_counts_for_the_moved_date_too(dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    _, second, *_ = dates_of(series)
    answer(guest, "accepted")
    change(second, starts_at=second.starts_at + HOUR)

    answer(guest, "accepted")

    assert choice_of(guest, second) == "accepted"
    assert Answer.objects.count() == 1


def test_another_time_for_all_asks_anew_for_all(dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    answer(guest, "accepted")
    answer(guest, "declined", booking=dates_of(series)[1])

    change_all(series, clock=time(15))

    assert set(choices_of(guest, dates_of(series))) == {""}


def test_another_time_from_a_date_on_asks_anew_from_there(dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    answer(guest, "accepted")
    answer(guest, "declined", booking=dates_of(series)[4])

    change_following(dates_of(series)[3], clock=time(15))

    assert choices_of(guest, dates_of(series)) == ["accepted"] * 3 + [""] * 3
    assert answers_for([guest], series) == {}
    answer(guest, "declined", pattern=series.patterns.last())
    assert choices_of(guest, dates_of(series)) == ["accepted"] * 3 + ["declined"] * 3
    answer(guest, "tentative")
    assert set(choices_of(guest, dates_of(series))) == {"tentative"}


def test_other_words_from_a_date_on_ask_nobody(dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    answer(guest, "accepted")
    answer(guest, "declined", booking=dates_of(series)[4])

    change_following(dates_of(series)[3], title="Other")

    assert series.patterns.count() == 2
    assert choices_of(guest, dates_of(series)) == ["accepted"] * 4 + ["declined", "accepted"]


def test_a_date_whose_time_stays_keeps_its_own_answer(dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    moved, same = dates_of(series)[3], dates_of(series)[4]
    change(moved, starts_at=moved.starts_at + HOUR)
    answer(guest, "declined", booking=moved)
    answer(guest, "declined", booking=same)

    change_following(dates_of(series)[2], title="Other", exceptions=Exceptions.REPLACE)

    assert choices_of(guest, [moved, same]) == ["", "declined"]


def test_a_moved_date_that_is_kept_keeps_its_answer(dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    moved = dates_of(series)[3]
    change(moved, starts_at=moved.starts_at + HOUR)
    answer(guest, "tentative", booking=moved)

    change_following(dates_of(series)[1], clock=time(15), exceptions=Exceptions.KEEP)

    assert choices_of(guest, dates_of(series)[1:5]) == ["", "", "tentative", ""]


def test_an_answer_to_all_does_not_count_for_a_date_moved_after_a_split(dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    change(dates_of(series)[4], title="By itself")  # so that the first pattern has counted on
    answer(guest, "accepted")
    change_following(dates_of(series)[2], title="Other", exceptions=Exceptions.KEEP)

    last = dates_of(series)[5]
    change(last, starts_at=last.starts_at + HOUR)

    assert choices_of(guest, dates_of(series)[2:]) == ["accepted", "accepted", "accepted", ""]


def test_each_change_of_a_date_is_told_after_the_whole_series_was_reworded(dana: User) -> None:
    series = weekly_for(dana)
    guest_of(series)
    for title in ("One", "Two", "Three"):
        change_all(series, title=title)
    told = OutgoingMail.objects.count()
    booking = dates_of(series)[0]

    change(booking, starts_at=booking.starts_at + HOUR)
    change(booking, starts_at=booking.starts_at + 2 * HOUR)
    scheduling.cancel(booking, by=dana)

    assert OutgoingMail.objects.count() == told + 3
