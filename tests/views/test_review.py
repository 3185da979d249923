"""Old beside new when the clock is what changes: zones, and hours that come twice."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from meetings.models import Booking

from .reading import error_at, form_with, page, text_of

Book = Callable[..., Booking]
TUESDAY_TEN_IN_BERLIN = datetime(2026, 11, 24, 9, tzinfo=UTC)
TWICE = [datetime(2027, 10, 31, hour, 30, tzinfo=UTC) for hour in (0, 1)]  # 02:30, both times


def address(booking: Booking) -> str:
    return f"/meetings/{booking.pk}/edit/"


def review(client: Client, booking: Booking, **typed: Any) -> Any:
    return client.post(address(booking), form_with(client.get(address(booking)), "title", **typed))


def confirm(client: Client, booking: Booking, shown: Any) -> Any:
    return client.post(address(booking), {**form_with(shown, "title"), "confirm": "1"})


def rows(shown: Any) -> list[tuple[str, str, str]]:
    """What, now and after, as the table says it."""
    found = re.findall(
        r'(?s)<th scope="row">(.*?)</th>.*?<del>(.*?)</del>.*?<ins>(.*?)</ins>', page(shown)
    )
    return [(what, old, new) for what, old, new in found]


def test_start_stands_in_one_row_with_both_zones_when_only_the_zone_changes(
    as_dana: Client, book: Book
) -> None:
    booking = book(at=TUESDAY_TEN_IN_BERLIN)

    shown = review(as_dana, booking, time_zone="Asia/Tokyo")
    confirm(as_dana, booking, shown)

    before = "Tue, 24 November 2026, 10:00 AM Berlin (UTC+01:00)"
    after = "Tue, 24 November 2026, 10:00 AM Tokyo (UTC+09:00)"
    assert rows(shown) == [("Start", before, after)]
    assert f"Start: {before} → {after}" in text_of(as_dana.get(f"/meetings/{booking.pk}/"))
    booking.refresh_from_db()
    assert booking.starts_at == TUESDAY_TEN_IN_BERLIN - timedelta(hours=8)


def test_same_instant_on_another_clock_is_said_as_well(as_dana: Client, book: Book) -> None:
    booking = book(at=TUESDAY_TEN_IN_BERLIN)

    shown = review(as_dana, booking, time_zone="Asia/Tokyo", time="18:00")

    assert rows(shown) == [("Time zone", "Europe/Berlin", "Asia/Tokyo")]


def test_history_tells_an_old_start_on_the_clock_that_it_had(as_dana: Client, book: Book) -> None:
    booking = book(at=TUESDAY_TEN_IN_BERLIN)
    confirm(as_dana, booking, review(as_dana, booking, time_zone="Asia/Tokyo"))

    confirm(as_dana, booking, review(as_dana, booking, time="11:00"))

    history = text_of(as_dana.get(f"/meetings/{booking.pk}/")).partition("History")[2]
    assert "10:00 AM Tokyo (UTC+09:00) → Tue, 24 November 2026, 11:00 AM Tokyo" in history
    assert "10:00 AM Berlin (UTC+01:00) → Tue, 24 November 2026, 10:00 AM Tokyo" in history


@pytest.mark.parametrize("starts_at", TWICE, ids=["first", "second"])
def test_new_title_of_a_meeting_in_an_hour_that_comes_twice_asks_for_no_hour(
    as_dana: Client, book: Book, starts_at: datetime
) -> None:
    booking = book(at=starts_at)

    shown = review(as_dana, booking, title="Night shift")
    saved = confirm(as_dana, booking, shown)

    assert rows(shown) == [("Title", "Review", "Night shift")]
    assert saved.status_code == 302
    booking.refresh_from_db()
    assert (booking.title, booking.starts_at) == ("Night shift", starts_at)


@pytest.mark.parametrize("starts_at", TWICE, ids=["first", "second"])
def test_meeting_moved_into_another_nights_double_hour_is_asked_which(
    as_dana: Client, book: Book, starts_at: datetime
) -> None:
    booking = book(at=starts_at)

    asked = review(as_dana, booking, date="2028-10-29")
    shown = as_dana.post(address(booking), form_with(asked, "title", clock="second"))
    saved = confirm(as_dana, booking, shown)

    assert asked.status_code == 422
    assert "Which one is it?" in error_at(asked, "clock")
    assert saved.status_code == 302
    booking.refresh_from_db()
    assert booking.starts_at == datetime(2028, 10, 29, 1, 30, tzinfo=UTC)
