"""Changing all of a series that was split before: what its pages say about later stretches."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import Series
from meetings.services.series.booking import wish_of
from meetings.services.series.edits import edit_following

from .reading import form_with, text_of
from .repeating import make_series, meeting_on, walls


@pytest.fixture
def series(dana: User) -> Series:
    """30 November, 7 December at nine; 14, 21 and 28 December at eleven."""
    series = make_series(dana)
    later = meeting_on(series, date(2026, 12, 14))
    wish = replace(wish_of(later), clock=time(11))
    edit_following(later, wish, by=dana, version=series.version)
    return series


def review(client: Client, series: Series, **typed: Any) -> Any:
    address = reverse("series-edit", args=[series.pk])
    return client.post(address, form_with(client.get(address), "title", **typed))


def save(client: Client, series: Series, shown: Any, **more: str) -> Any:
    address = reverse("series-edit", args=[series.pk])
    return client.post(address, {**form_with(shown, "title"), "confirm": "1", **more})


def test_form_and_review_name_the_later_stretch_and_what_becomes_of_it(
    as_dana: Client, series: Series
) -> None:
    form = as_dana.get(reverse("series-edit", args=[series.pk]))
    duration = review(as_dana, series, duration=45)
    clock = review(as_dana, series, time="10:00")

    stretch = "From Mon, 14 December 2026 on: Every week on Monday, 11:00 AM"
    assert stretch in text_of(form)
    assert f"{stretch} How long: 30 minutes → 45 minutes" in text_of(duration)
    assert f"{stretch} Start: 11:00 AM → 10:00 AM" in text_of(clock)


def test_other_duration_leaves_the_later_clock(as_dana: Client, series: Series) -> None:
    save(as_dana, series, review(as_dana, series, duration=45))

    assert [each[6:] for each in walls(series)] == ["09:00", "09:00", "11:00", "11:00", "11:00"]
    assert {each.duration for each in series.bookings.all()} == {45}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("keep", ["12-01T09:00", "12-08T09:00", "12-14T11:00", "12-21T11:00", "12-28T11:00"]),
        ("replace", ["12-01T09:00", "12-08T09:00", "12-15T09:00", "12-22T09:00", "12-29T09:00"]),
    ],
)
def test_other_rule_is_saved_only_when_it_is_said_what_becomes_of_later_meetings(
    as_dana: Client, series: Series, choice: str, expected: list[str]
) -> None:
    before = walls(series)
    tuesdays = {"date": "2026-12-01"}
    shown = review(as_dana, series, **tuesdays)

    unsaid = save(as_dana, series, shown)
    untouched = walls(series)
    save(as_dana, series, shown, later=choice)

    assert (unsaid.status_code, untouched) == (422, before)
    assert "Please decide about that." in text_of(unsaid)
    assert walls(series) == expected


def test_history_says_that_later_meetings_were_replaced(as_dana: Client, series: Series) -> None:
    shown = review(as_dana, series, date="2026-12-01")
    save(as_dana, series, shown, later="replace")

    text = text_of(as_dana.get(reverse("series", args=[series.pk])))

    stretch = "From Mon, 14 December 2026 on: Every week on Monday, 11:00 AM"
    assert f"Later: {stretch} → Like the meetings before" in text
