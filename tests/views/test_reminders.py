"""Choosing when people are reminded, and seeing it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from meetings.models import Booking

from .conftest import Typed
from .reading import error_at, form_with, text_of

NEW = "/meetings/new/"


def send(client: Client, address: str, **typed: Any) -> Any:
    """The form as it stands, with this typed; lists are several boxes ticked."""
    form = form_with(client.get(address), "title")
    return client.post(address, {**form, **typed}, follow=True)


def test_new_meeting_has_a_reminder_an_hour_before_unless_somebody_says_otherwise(
    as_dana: Client, typed: Typed
) -> None:
    answer = send(as_dana, NEW, **typed())

    assert Booking.objects.get().reminders == [60]
    assert "Reminders 1 hour before" in text_of(answer)


def test_chosen_reminders_stand_on_the_meetings_page(as_dana: Client, typed: Typed) -> None:
    answer = as_dana.post(NEW, {**typed(), "reminders": [10080, 10, 1440]}, follow=True)

    booking = Booking.objects.get()
    assert booking.reminders == [10, 1440, 10080]
    assert "10 minutes before, 1 day before, 1 week before" in text_of(answer)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ([5, 10, 15, 30], "Please choose three at most."),
        ([7], "Select a valid choice. 7 is not one of the available choices."),
        (["\x00"], "Select a valid choice."),
    ],
)
def test_too_many_and_unknown_reminders_are_refused(
    as_dana: Client, typed: Typed, chosen: list[Any], said: str
) -> None:
    answer = as_dana.post(NEW, {**typed(), "reminders": chosen})

    assert said in error_at(answer, "reminders")
    assert not Booking.objects.exists()


def test_change_shows_old_and_new_reminders_and_keeps_the_others(
    as_dana: Client, book: Callable[..., Booking]
) -> None:
    booking = book("Review", reminders=(60, 1440))
    address = f"/meetings/{booking.pk}/edit/"

    shown = send(as_dana, address, reminders=[60, 10])

    assert "1 hour before, 1 day before" in text_of(shown)
    assert "10 minutes before, 1 hour before" in text_of(shown)
    page = form_with(shown, "title")
    as_dana.post(address, {**page, "reminders": [10, 60], "confirm": "1"})
    booking.refresh_from_db()
    assert booking.reminders == [10, 60]
    assert "Reminders: 1 hour before, 1 day before" in text_of(
        as_dana.get(f"/meetings/{booking.pk}/")
    ).replace(" :", ":")
