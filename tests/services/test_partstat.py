"""A guest's own calendar shows what they have answered, for each date of a series."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import User
from meetings.models import Booking
from meetings.services.answering import answer
from tests.calendar_reader import read

from .answers import change, change_all, dates_of, guest_of, weekly_for
from .mailing import calendar_of, posted, text_of

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]


def statuses() -> list[str]:
    """Of each event of the one mail that is due, in its order."""
    (message,) = posted()
    return [
        status for each in read(calendar_of(message)).events for status in each.attendees.values()
    ]


def test_an_answer_stands_in_later_files_until_the_time_changes(book: Book) -> None:
    booking = book()
    guest = guest_of(booking)
    answer(guest, "accepted")
    posted()

    change(booking, title="Other")
    assert statuses() == ["ACCEPTED"]

    change(booking, duration=90)
    assert statuses() == ["NEEDS-ACTION"]


def test_a_moved_date_of_a_series_is_asked_by_itself(dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    answer(guest, "accepted")
    posted()
    first, second, *_ = dates_of(series)

    change(first, starts_at=first.starts_at + timedelta(hours=1))
    assert statuses() == ["NEEDS-ACTION"]
    change(second, starts_at=second.starts_at + timedelta(hours=1))
    assert statuses() == ["NEEDS-ACTION"]

    answer(guest, "tentative", booking=second)
    posted()
    change_all(series, title="Other")
    assert statuses() == ["ACCEPTED", "NEEDS-ACTION", "TENTATIVE"]


def test_the_buttons_of_a_mail_about_one_date_answer_that_date(dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    moved = dates_of(series)[1]

    change(moved, starts_at=moved.starts_at + timedelta(hours=1))

    (message,) = posted()
    url = reverse("answer-meeting", args=[guest.link.token, moved.pk])
    assert f"{url}?choice=declined" in text_of(message)
