"""Before one meeting is changed or called off, its pages say what its guests hear."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import Booking
from tests.inviting import invite

from .reading import form_with, page, text_of
from .repeating import make_series, meeting_on

Book = Callable[..., Booking]
ANEW = "1 guest is notified by mail and asked to answer again."


def review(client: Client, booking: Booking, **typed: Any) -> str:
    address = reverse("booking-edit", args=[booking.pk])
    return text_of(client.post(address, form_with(client.get(address), "title", **typed)))


@pytest.fixture
def booking(book: Book) -> Booking:
    booking = book("Review")
    invite(booking, "ana@example.com")
    return booking


def test_review_says_that_guests_get_mail_and_are_asked_anew_after_a_move(
    as_dana: Client, booking: Booking
) -> None:
    assert ANEW in review(as_dana, booking, duration=50)
    assert "1 guest is notified by mail." in review(as_dana, booking, title="Other")
    assert "notified" not in review(as_dana, booking, reminders="60")


def test_review_of_one_date_of_a_series_says_so_too(as_dana: Client, dana: User) -> None:
    series = make_series(dana)
    invite(series, "ana@example.com")

    assert ANEW in review(as_dana, meeting_on(series, date(2026, 12, 7)), time="10:00")


def test_question_before_a_meeting_is_cancelled_says_who_hears_of_it(
    as_dana: Client, booking: Booking
) -> None:
    text = text_of(as_dana.get(reverse("booking-cancel", args=[booking.pk])))

    assert "1 guest is notified by mail." in text


def test_guest_is_removed_only_after_a_question(as_dana: Client, booking: Booking) -> None:
    shown = as_dana.get(reverse("booking", args=[booking.pk]))

    question = "Remove ana@example.com? They are notified by mail"
    assert question in text_of(shown)
    assert page(shown).index('class="guest__remove"') < page(shown).index("/remove/")
