"""The page of a series: how it repeats, its dates, its links, and what was changed about it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import Booking, Series
from meetings.recurrence import daily, weekly
from meetings.services import scheduling
from meetings.services.series.booking import wish_of
from meetings.services.series.cancelling import cancel_all, cancel_following
from meetings.services.series.edits import edit_following
from meetings.services.series.wish import Decision
from tests.conftest import signed_in

from .reading import page, text_of
from .repeating import make_series, meeting_on, move
from .test_queries import cost

Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture
DECEMBER_7, DECEMBER_14 = date(2026, 12, 7), date(2026, 12, 14)


@pytest.fixture
def series(dana: User) -> Series:
    """30 November, 7, 14, 21 and 28 December."""
    return make_series(dana)


def address(series: Series) -> str:
    return reverse("series", args=[series.pk])


def shown(client: Client, series: Series, **asked: Any) -> str:
    return text_of(client.get(address(series), asked))


def test_page_says_how_it_repeats_and_when_it_is_next(as_dana: Client, series: Series) -> None:
    text = shown(as_dana, series)

    assert "Every week on Monday, 5 times" in text
    assert "9:00 AM – 9:30 AM Berlin (UTC+01:00)" in text
    assert "Next Mon, 30 November 2026, 9:00 AM – 9:30 AM" in text
    assert all(link.token in page(as_dana.get(address(series))) for link in series.links.all())


def test_reader_elsewhere_sees_their_own_time_and_the_organizers(
    as_dana: Client, dana: User, series: Series
) -> None:
    dana.time_zone = "America/New_York"
    dana.save()

    text = shown(as_dana, series)

    assert "Mon, 30 November 2026, 3:00 AM – 3:30 AM New York (UTC−05:00)" in text
    assert "9:00 AM – 9:30 AM in Berlin (UTC+01:00)" in text


def test_each_date_leads_to_its_meeting_and_says_what_is_particular(
    as_dana: Client, dana: User, series: Series
) -> None:
    move(meeting_on(series, DECEMBER_7))
    scheduling.cancel(meeting_on(series, DECEMBER_14), by=dana)

    answer = as_dana.get(address(series))

    marks = {str(row.booking.recurrence_date): row.marks for row in answer.context["dates"].rows}
    assert [mark.text for mark in marks["2026-12-07"]] == ["Moved"]
    assert "Cancelled" in text_of(answer)
    for booking in series.bookings.all():
        assert reverse("booking", args=[booking.pk]) in page(answer)


def test_dates_say_where_the_clock_shifts(as_dana: Client, dana: User) -> None:
    series = make_series(
        dana, rule=replace(daily(), count=2), first_date=date(2027, 3, 27), clock=time(2, 30)
    )

    assert "Clocks skip 2:30 AM: begins at 3:30 AM" in shown(as_dana, series)


def test_dates_beside_another_meeting_say_so(as_dana: Client, dana: User, book: Book) -> None:
    book("Dentist", at=datetime(2026, 12, 7, 8, tzinfo=UTC))
    series = make_series(dana, decisions={DECEMBER_7: Decision.ANYWAY})

    rows = as_dana.get(address(series)).context["dates"].rows

    assert [[mark.text for mark in row.marks] for row in rows][:3] == [
        [],
        ["Beside another meeting"],
        [],
    ]


def test_more_dates_come_ten_at_a_time(as_dana: Client, dana: User) -> None:
    series = make_series(dana, count=25)

    first = as_dana.get(address(series))
    more = as_dana.get(
        address(series),
        {"page": "2"},
        headers={"HX-Request": "true", "HX-Target": "more-dates"},
    )

    assert (len(first.context["dates"].rows), "10 of 25 meetings" in text_of(first)) == (10, True)
    assert text_of(more).count("Mon, ") == 10
    assert "History" not in text_of(more)


@pytest.mark.parametrize("page_number", ["0", "-1", "x", "9" * 30])
def test_page_of_dates_that_makes_no_sense_is_one_that_there_is(
    as_dana: Client, series: Series, page_number: str
) -> None:
    assert "Stand-up" in shown(as_dana, series, page=page_number, show="nonsense")


def test_split_is_told_with_its_date_and_who_did_it_and_the_former_rule(
    as_dana: Client, dana: User, series: Series
) -> None:
    later = meeting_on(series, DECEMBER_14)
    wish = replace(wish_of(later), clock=time(11), rule=replace(weekly([0, 2]), count=4))
    edit_following(later, wish, by=dana, version=series.version)

    text = shown(as_dana, series)

    assert "from Mon, 14 December 2026 on: Every week on Monday and Wednesday" in text
    assert "Changed from Mon, 14 December 2026 on" in text
    assert "Start: 9:00 AM → 11:00 AM" in text
    assert "Repeats: Every week on Monday, 3 times → Every week on Monday and Wednesday" in text
    assert "· Dana" in text


def test_after_the_split_the_page_tells_how_it_was_before(
    dana: User, series: Series, clock: Clock
) -> None:
    later = meeting_on(series, DECEMBER_14)
    wish = replace(wish_of(later), clock=time(11))
    edit_following(later, wish, by=dana, version=series.version)
    clock.move_to(datetime(2026, 12, 15, 9, tzinfo=UTC), tick=False)
    as_dana = signed_in(dana)

    text = shown(as_dana, series)

    assert "until Mon, 7 December 2026: Every week on Monday, 9:00 AM – 9:30 AM" in text
    assert "Mon, 7 December 2026 9:00 AM – 9:30 AM" in shown(as_dana, series, show="past")


def test_cancelled_series_says_why_and_can_be_removed_from_lists(
    as_dana: Client, dana: User, client: Client, series: Series
) -> None:
    cancel_all(series, by=dana, version=series.version, reason="No more money")
    link = series.links.get(purpose="participant").get_absolute_url()

    before = shown(as_dana, series)
    answer = as_dana.post(reverse("series-delete", args=[series.pk]), follow=True)

    assert "This series is cancelled. No more money" in before
    assert "is removed" in text_of(answer)
    assert as_dana.get(address(series)).status_code == 404
    assert "Stand-up" not in text_of(as_dana.get("/meetings/?show=cancelled"))
    assert "No more money" in text_of(client.get(link))


def test_series_with_meetings_ahead_is_not_removed(as_dana: Client, series: Series) -> None:
    answer = as_dana.post(reverse("series-delete", args=[series.pk]), follow=True)

    assert "Cancel the series first" in text_of(answer)
    assert as_dana.get(address(series)).status_code == 200


def test_series_that_was_ended_early_tells_before_which_date(
    as_dana: Client, dana: User, series: Series
) -> None:
    cancel_following(meeting_on(series, DECEMBER_14), by=dana, version=series.version)

    assert "Ended before Mon, 14 December 2026 · 3 meetings" in shown(as_dana, series)


def test_dates_left_out_are_named(as_dana: Client, dana: User) -> None:
    series = make_series(dana, left_out=frozenset({DECEMBER_7}))

    assert "Left out Mon, 7 December 2026" in shown(as_dana, series)


def test_series_of_100_meetings_costs_as_much_as_one_of_5(as_dana: Client, dana: User) -> None:
    short, long = make_series(dana), make_series(dana, count=100, clock=time(14))

    assert cost(as_dana, address(long)) == cost(as_dana, address(short))


# A meeting of it


def test_meeting_tells_its_series_and_what_can_be_changed(as_dana: Client, series: Series) -> None:
    booking = move(meeting_on(series, DECEMBER_7))

    answer = as_dana.get(reverse("booking", args=[booking.pk]))

    assert "Every week on Monday, 5 times" in text_of(answer)
    assert "Moved" in text_of(answer)
    for name in (
        "booking-edit",
        "series-edit-following",
        "booking-cancel",
        "series-cancel-following",
    ):
        assert reverse(name, args=[booking.pk]) in page(answer)
    for name in ("series", "series-edit", "series-cancel"):
        assert reverse(name, args=[series.pk]) in page(answer)


def test_lists_mark_what_repeats(as_dana: Client, dana: User, book: Book) -> None:
    book("Alone", at=datetime(2026, 11, 25, 9, tzinfo=UTC))
    before = text_of(as_dana.get("/meetings/"))
    make_series(dana, count=1)

    text = text_of(as_dana.get("/meetings/"))

    assert "Repeats" not in before
    assert "Stand-up Repeats" in text
