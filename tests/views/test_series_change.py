"""Changing a series: the form, what it would do, and what is saved."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import Booking, Room, Series
from meetings.services import scheduling
from meetings.services.series.cancelling import cancel_all

from .reading import Values, error_at, form_with, page, text_of
from .repeating import make_series, meeting_on, move, walls

Book = Callable[..., Booking]
DECEMBER_7, DECEMBER_14 = date(2026, 12, 7), date(2026, 12, 14)


@pytest.fixture
def series(dana: User) -> Series:
    """30 November, 7, 14, 21 and 28 December, at nine."""
    return make_series(dana)


def all_of(series: Series) -> str:
    return reverse("series-edit", args=[series.pk])


def from_14(series: Series) -> str:
    return reverse("series-edit-following", args=[meeting_on(series, DECEMBER_14).pk])


def review(client: Client, address: str, **typed: Any) -> Any:
    return client.post(address, form_with(client.get(address), "title", **typed))


def press(client: Client, address: str, shown: Any, **more: Any) -> Any:
    """What the review page sends, with what is chosen on it."""
    return client.post(address, {**form_with(shown, "title"), **more})


def save(client: Client, address: str, **typed: Any) -> Any:
    return press(client, address, review(client, address, **typed), confirm="1")


def test_form_holds_the_series_as_it_goes_on_from_there(as_dana: Client, series: Series) -> None:
    form = form_with(as_dana.get(from_14(series)), "title")

    assert {name: form[name] for name in ("title", "date", "time", "duration")} == {
        "title": "Stand-up",
        "date": "2026-12-14",
        "time": "09:00",
        "duration": "30",
    }
    assert (form["repeat-how"], form["repeat-count"]) == ("weekly", "3")


def test_review_shows_old_beside_new_and_how_many_meetings(as_dana: Client, series: Series) -> None:
    shown = review(as_dana, from_14(series), time="11:00", **{"repeat-count": 2})

    text = text_of(shown)
    assert "Start 9:00 AM 11:00 AM" in text
    assert "Repeats Every week on Monday, 3 times Every week on Monday, 2 times" in text
    assert "2 meetings are changed or added." in text
    assert "1 meeting will no longer take place." in text
    assert walls(series)[2] == "12-14T09:00"


def test_following_meetings_change_and_earlier_ones_stay(as_dana: Client, series: Series) -> None:
    answer = save(as_dana, from_14(series), time="11:00")

    assert answer.headers["Location"] == reverse("series", args=[series.pk])
    assert walls(series) == [
        "11-30T09:00",
        "12-07T09:00",
        "12-14T11:00",
        "12-21T11:00",
        "12-28T11:00",
    ]


def test_all_of_it_changes_its_words_and_keeps_its_meetings(
    as_dana: Client, series: Series
) -> None:
    before = set(series.bookings.values_list("pk", flat=True))

    save(as_dana, all_of(series), title="Daily", description="At nine.")

    assert set(series.bookings.values_list("pk", "title")) == {(pk, "Daily") for pk in before}


def test_other_day_of_the_week_for_all(as_dana: Client, series: Series) -> None:
    save(as_dana, all_of(series), date="2026-12-01")

    assert walls(series)[:2] == ["12-01T09:00", "12-08T09:00"]


def test_without_a_change_there_is_nothing_to_save(as_dana: Client, series: Series) -> None:
    shown = review(as_dana, from_14(series))

    assert "Nothing is different." in text_of(shown)
    assert 'name="confirm"' not in page(shown)


# Meetings that were changed by themselves


@pytest.mark.parametrize(("choice", "wall"), [("keep", "12-21T10:00"), ("replace", "12-21T11:00")])
def test_meeting_changed_by_itself_is_kept_or_replaced_as_it_is_said(
    as_dana: Client, series: Series, choice: str, wall: str
) -> None:
    move(meeting_on(series, date(2026, 12, 21)))
    shown = review(as_dana, from_14(series), time="11:00")

    press(as_dana, from_14(series), shown, exceptions=choice, confirm="1")

    assert "1 meeting was changed or cancelled individually." in text_of(shown)
    assert walls(series)[3] == wall


@pytest.mark.parametrize("choice", ["", "both"])
def test_nothing_is_saved_before_that_is_said(as_dana: Client, series: Series, choice: str) -> None:
    move(meeting_on(series, date(2026, 12, 21)))
    shown = review(as_dana, from_14(series), time="11:00")

    answer = press(as_dana, from_14(series), shown, exceptions=choice, confirm="1")

    assert answer.status_code == 422
    assert "Some of these meetings were changed by themselves." in text_of(answer)
    assert form_with(answer, "title")["time"] == "11:00"
    assert walls(series)[2] == "12-14T09:00"


# Dates that are taken


@pytest.fixture
def taken(book: Book) -> Booking:
    return book("Dentist", at=datetime(2026, 12, 21, 10, tzinfo=UTC))  # eleven in Berlin


def decision(shown: Any, choice: str) -> Values:
    (row,) = shown.context["review"].collisions
    return {row.name: getattr(row, choice)}


def test_taken_date_is_named_and_saved_only_when_it_is_decided(
    as_dana: Client, series: Series, taken: Booking
) -> None:
    shown = review(as_dana, from_14(series), time="11:00")

    answer = press(as_dana, from_14(series), shown, confirm="1")

    assert "Dentist" in text_of(shown)
    assert answer.status_code == 422
    assert "Please decide about each." in text_of(answer)
    assert walls(series)[2] == "12-14T09:00"


@pytest.mark.parametrize(
    ("choice", "expected"), [("skip", ["12-14T11:00", "12-28T11:00"]), ("anyway", None)]
)
def test_taken_date_is_left_out_or_booked_all_the_same(
    as_dana: Client, series: Series, taken: Booking, choice: str, expected: list[str] | None
) -> None:
    shown = review(as_dana, from_14(series), time="11:00")

    press(as_dana, from_14(series), shown, confirm="1", **decision(shown, choice))

    assert walls(series)[2:] == (expected or ["12-14T11:00", "12-21T11:00", "12-28T11:00"])


def test_date_that_was_taken_while_somebody_decided_is_asked_about(
    as_dana: Client, series: Series, taken: Booking, book: Book
) -> None:
    shown = review(as_dana, from_14(series), time="11:00")
    book("Late", at=datetime(2026, 12, 14, 10, tzinfo=UTC))

    answer = press(as_dana, from_14(series), shown, confirm="1", **decision(shown, "skip"))

    assert answer.status_code == 422
    assert "Late" in text_of(answer)


# What cannot be saved


def test_form_from_before_another_change_shows_what_is_saved_now(
    as_dana: Client, series: Series
) -> None:
    shown = review(as_dana, from_14(series), time="11:00")
    save(as_dana, all_of(series), title="Changed elsewhere")

    stale = press(as_dana, from_14(series), shown, confirm="1")
    again = press(as_dana, from_14(series), stale)
    press(as_dana, from_14(series), again, confirm="1")

    assert stale.status_code == 409
    assert "Title Changed elsewhere Stand-up" in text_of(stale)
    assert (walls(series)[2], Series.objects.get().title) == ("12-14T11:00", "Stand-up")


def test_cancelled_series_is_not_changed(as_dana: Client, dana: User, series: Series) -> None:
    shown = review(as_dana, all_of(series), time="11:00")
    cancel_all(series, by=dana, version=series.version)

    answer = as_dana.post(all_of(series), form_with(shown, "title"), follow=True)

    assert "A cancelled series cannot be changed." in text_of(answer)


def test_series_that_is_over_is_not_changed(as_dana: Client, dana: User) -> None:
    past = make_series(dana, first_date=date(2026, 11, 9), count=2)

    answer = as_dana.get(all_of(past), follow=True)

    assert "All meetings of this series have begun." in text_of(answer)


NO_SERIES: list[tuple[Values, str, str]] = [
    ({"date": "2026-12-07"}, "date", "The meeting on Mon, 7 December 2026 stays."),
    ({"date": "2050-12-07"}, "date", "ten years at most"),
    ({"title": "\u200b"}, "title", "Please give the meeting a title."),
    ({"repeat-how": ""}, "repeat-how", "A series repeats."),
    ({"repeat-ends": "count", "repeat-count": "1001"}, "repeat-count", "1,000"),
    ({"repeat-ends": "until", "repeat-until": "2026-12-01"}, "repeat-until", "no meeting"),
]


def test_what_makes_no_series_is_said_at_its_field(as_dana: Client, series: Series) -> None:
    form = as_dana.get(from_14(series))

    for typed, field, words in NO_SERIES:
        answer = as_dana.post(from_14(series), form_with(form, "title", **typed))

        assert answer.status_code == 422
        assert words in error_at(answer, field)
        assert form_with(answer, "title")["title"] == typed.get("title", "Stand-up")


def test_rule_of_which_all_would_have_begun_is_said_at_the_time(
    as_dana: Client, series: Series
) -> None:
    today = {"date": "2026-11-23", "time": "08:00", "repeat-ends": "count", "repeat-count": "1"}

    answer = review(as_dana, all_of(series), **today)

    assert answer.status_code == 422
    assert "all meetings would have begun" in error_at(answer, "time")


def test_room_that_was_given_up_is_refused_at_its_field(
    as_dana: Client, series: Series, room: Room
) -> None:
    shown = review(as_dana, all_of(series), room=room.pk)
    room.archive()

    answer = press(as_dana, all_of(series), shown, confirm="1")

    assert answer.status_code == 422
    assert error_at(answer, "room")


def test_meeting_without_a_series_has_no_following(as_dana: Client, book: Book) -> None:
    alone = book("Alone")

    assert as_dana.get(reverse("series-edit-following", args=[alone.pk])).status_code == 404
    assert as_dana.get(reverse("series-cancel-following", args=[alone.pk])).status_code == 404


# One meeting


def test_one_meeting_changes_and_its_pages_say_that_only_it_does(
    as_dana: Client, series: Series
) -> None:
    booking = meeting_on(series, DECEMBER_7)
    address = reverse("booking-edit", args=[booking.pk])

    form = as_dana.get(address)
    shown = review(as_dana, address, time="10:00")
    press(as_dana, address, shown, confirm="1")

    assert "Only this meeting This and following The whole series" in text_of(form)
    assert "Only this meeting of the series changes." in text_of(shown)
    assert walls(series)[:3] == ["11-30T09:00", "12-07T10:00", "12-14T09:00"]


def test_following_form_after_one_was_cancelled_by_itself_begins_with_it(
    as_dana: Client, dana: User, series: Series
) -> None:
    cancelled = scheduling.cancel(meeting_on(series, DECEMBER_14), by=dana)

    form = form_with(as_dana.get(reverse("series-edit-following", args=[cancelled.pk])), "title")

    assert form["date"] == "2026-12-14"


# While it is typed


def test_dates_are_shown_while_they_are_typed_and_the_series_is_not_in_its_own_way(
    as_dana: Client, series: Series, taken: Booking
) -> None:
    form = form_with(as_dana.get(from_14(series)), "title", time="09:15", check="1")

    answer = as_dana.post(from_14(series), form, headers={"HX-Request": "true"})

    assert "Mon, 14 December 2026, 9:15 AM – 9:45 AM" in text_of(answer)
    assert "3 meetings, the last on Mon, 28 December 2026" in text_of(answer)
    assert "Stand-up" not in text_of(answer)
    assert walls(series)[2] == "12-14T09:00"


def test_half_a_form_shows_no_dates(as_dana: Client, series: Series) -> None:
    form = form_with(as_dana.get(from_14(series)), "title", date="", check="1")

    answer = as_dana.post(from_14(series), form, headers={"HX-Request": "true"})

    assert (answer.status_code, text_of(answer)) == (200, "")


# Who hears of it


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"time": "11:00"}, "1 guest is notified by mail and asked to answer again."),
        ({"title": "Daily"}, "1 guest is notified by mail."),
    ],
)
def test_review_says_what_guests_hear(
    as_dana: Client, series: Series, typed: Values, words: str
) -> None:
    series.guests.create(email="ana@example.org")

    assert words in text_of(review(as_dana, all_of(series), **typed))


def test_room_of_its_own_changes_what_it_does_for_all(as_dana: Client, series: Series) -> None:
    shown = review(as_dana, all_of(series), **{"options-waiting_room": "nobody"})
    press(as_dana, all_of(series), shown, confirm="1")

    assert "guest" not in text_of(shown).partition("What this does")[2]
    assert {each.room.waiting_room for each in series.bookings.all()} == {"nobody"}


def test_reminders_are_changed_and_told_in_words(as_dana: Client, series: Series) -> None:
    save(as_dana, all_of(series), reminders="60")

    text = text_of(as_dana.get(reverse("series", args=[series.pk])))
    assert "Reminders: none → 1 hour before" in text
    assert [each.reminders for each in series.bookings.all()] == [[60]] * 5
