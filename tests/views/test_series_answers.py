"""The page of a series: what guests say to single dates, and what became of dates."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import Answer, BookingChange, Guest, Series
from meetings.recurrence import weekly
from meetings.services import answering, scheduling
from meetings.services.series.booking import wish_of
from meetings.services.series.cancelling import cancel_all
from meetings.services.series.edits import edit_following

from .reading import text_of
from .repeating import make_series, meeting_on, move

DECEMBER_7, DECEMBER_14 = date(2026, 12, 7), date(2026, 12, 14)
YES, NO, MAYBE = Answer.Choice.ACCEPTED, Answer.Choice.DECLINED, Answer.Choice.TENTATIVE


@pytest.fixture
def series(dana: User) -> Series:
    """30 November, 7, 14, 21 and 28 December, at nine."""
    return make_series(dana)


@pytest.fixture
def ana(series: Series) -> Guest:
    return series.guests.create(email="ana@example.org")


def shown(client: Client, series: Series) -> str:
    return text_of(client.get(reverse("series", args=[series.pk])))


def split(series: Series) -> None:
    later = meeting_on(series, DECEMBER_14)
    series.refresh_from_db()
    wish = replace(wish_of(later), clock=time(11))
    edit_following(later, wish, by=series.organizer, version=series.version)


def test_date_and_guest_show_what_was_said_to_that_date(
    as_dana: Client, series: Series, ana: Guest
) -> None:
    booking = meeting_on(series, DECEMBER_7)
    answering.answer(ana, YES)
    at = booking.starts_at + timedelta(hours=2)
    answering.answer(ana, NO, booking=booking, proposed_at=at, comment="Dentist")

    dates, _, guests = shown(as_dana, series).partition("Guests")

    assert "9:30 AM 1 no 1 proposal Mon, 14 December" in dates
    assert "No on Mon, 7 December 2026 “Dentist”" in guests
    assert "Accepted" in guests


def test_answer_to_the_dates_before_a_split_is_shown_with_its_end(
    as_dana: Client, series: Series, ana: Guest
) -> None:
    answering.answer(ana, YES)
    split(series)

    text = shown(as_dana, series)
    assert "Yes until Mon, 7 December 2026" in text
    assert "No answer from Mon, 14 December 2026 on" in text


def test_answer_that_counts_no_more_is_kept_in_sight(
    as_dana: Client, series: Series, ana: Guest
) -> None:
    booking = meeting_on(series, DECEMBER_7)
    answering.answer(ana, NO, booking=booking, comment="Too early")
    moved = move(booking)

    of_series = shown(as_dana, series)
    of_meeting = text_of(as_dana.get(reverse("booking", args=[moved.pk])))

    for text in (of_series, of_meeting):
        assert "Earlier answers No" in text
        assert "“Too early”" in text


def test_history_lists_dates_that_were_changed_or_cancelled_by_themselves(
    as_dana: Client, dana: User, series: Series
) -> None:
    move(meeting_on(series, DECEMBER_7))
    scheduling.cancel(meeting_on(series, DECEMBER_14), by=dana, reason="Snow")

    history = shown(as_dana, series).partition("History")[2]

    assert "Mon, 7 December 2026: Changed" in history
    assert "Mon, 14 December 2026: Cancelled" in history
    assert "Snow" in history


def test_cancelled_series_tells_what_it_was_in_the_end_and_how_many_dates_are_off(
    as_dana: Client, dana: User, series: Series
) -> None:
    split(series)
    scheduling.cancel(meeting_on(series, DECEMBER_14), by=dana)
    asked = text_of(as_dana.get(reverse("series-cancel", args=[series.pk])))
    BookingChange.objects.update(at=F("at") - timedelta(minutes=5))
    series.refresh_from_db()

    cancel_all(series, by=dana, version=series.version)
    text = shown(as_dana, series)

    assert "4 meetings will not take place." in asked
    assert "Cancelled · 4 meetings" in text
    assert text.partition("History")[2].count("Cancelled") == 2
    assert "and 3 more dates that do not take place" in text


def test_cancelled_series_shows_no_stretch_that_was_replaced_before(
    as_dana: Client, dana: User, series: Series, ana: Guest
) -> None:
    split(series)
    dead = series.patterns.last()
    assert dead
    series.patterns.filter(pk=dead.pk).update(cancelled_at=series.created_at - timedelta(hours=1))
    series.bookings.filter(pattern=dead).update(pattern=series.patterns.first())
    answering.answer(ana, MAYBE)
    series.refresh_from_db()

    cancel_all(series, by=dana, version=series.version)
    text = shown(as_dana, series)

    assert "9:00 AM – 9:30 AM" in text
    assert "11:00 AM – 11:30 AM" not in text.partition("Dates")[0]
    assert "Maybe" in text


def test_series_without_an_end_counts_the_meetings_that_are_made_so_far(
    as_dana: Client, dana: User
) -> None:
    assert "10 of 58 meetings so far" in shown(as_dana, make_series(dana, rule=weekly([0])))
    assert "so far" not in shown(as_dana, make_series(dana, count=25, clock=time(15)))
