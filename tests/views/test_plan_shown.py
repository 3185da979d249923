"""The form says what it would mean, while somebody types and before anything is saved."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from meetings.models import Booking, Room, Series
from tests.conftest import signed_in

from .conftest import Typed
from .reading import Values, error_at, form_with, page, text_of

Book = Callable[..., Booking]
NEW = "/meetings/new/"
TUESDAY_TEN_IN_BERLIN = datetime(2026, 11, 24, 9, tzinfo=UTC)


def shown(client: Client, form: Values, address: str = NEW) -> Any:
    """What the page asks for while somebody types."""
    return client.post(address, {**form, "check": "1"}, headers={"HX-Request": "true"})


def test_taken_time_is_named_with_the_next_free_ones_before_anything_is_sent(
    as_dana: Client, typed: Typed, book: Book
) -> None:
    book("Planning", at=TUESDAY_TEN_IN_BERLIN, minutes=20)

    answer = shown(as_dana, typed(title="", time="10:10", description="x" * 6000))

    assert answer.status_code == 200
    assert "<html" not in page(answer)
    assert "This time is taken. Planning : Tue, 24 November 2026, 10:00 AM" in text_of(answer)
    assert re.findall('data-take-time="(.+?)"', page(answer))[0] == "2026-11-24T10:30"
    assert 'name="may_overlap"' in page(answer)
    assert Booking.objects.count() == 1


def test_free_time_needs_no_word(as_dana: Client, typed: Typed, book: Book) -> None:
    book("Planning", at=TUESDAY_TEN_IN_BERLIN, minutes=20)

    answer = shown(as_dana, typed(time="10:20", may_overlap="on"))

    assert "taken" not in text_of(answer)


def test_time_taken_in_the_chosen_room_is_named_without_the_title(
    as_dana: Client, typed: Typed, book: Book, colin: User, room: Room
) -> None:
    book("Salary talk", at=TUESDAY_TEN_IN_BERLIN, by=colin, room=room)

    answer = shown(as_dana, typed(room=room.pk))

    assert "Another meeting in this room" in text_of(answer)
    assert "Salary talk" not in page(answer)


def test_meeting_that_is_changed_is_not_in_its_own_way(as_dana: Client, book: Book) -> None:
    booking = book("Review", at=TUESDAY_TEN_IN_BERLIN)
    book("Planning", at=TUESDAY_TEN_IN_BERLIN.replace(hour=10))
    address = f"/meetings/{booking.pk}/edit/"
    form = form_with(as_dana.get(address), "title")

    own_time = shown(as_dana, {**form, "time": "10:10"}, address)
    taken = shown(as_dana, {**form, "time": "11:00"}, address)

    assert "taken" not in text_of(own_time)
    assert "This time is taken. Planning" in text_of(taken)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"date": "2026-11-22"}, "This time has passed already."),
        ({"date": "2027-03-28", "time": "02:30"}, "nearest times are 01:59 and 03:00"),
        ({"duration": "0"}, "At least one minute."),
        ({"repeat-how": "custom", "repeat-interval": "0"}, "repeats every 1 to 99 days"),
        ({"repeat-how": "daily", "repeat-ends": "count", "repeat-count": "9999"}, "at most 1,000"),
    ],
)
def test_what_is_wrong_with_the_time_is_said_at_once(
    as_dana: Client, typed: Typed, values: Values, words: str
) -> None:
    assert words in text_of(shown(as_dana, typed(title="", **values)))


def test_what_is_not_typed_yet_is_no_mistake(as_dana: Client, typed: Typed) -> None:
    answer = shown(as_dana, typed(title="", date="", time=""))

    assert answer.status_code == 200
    assert not text_of(answer)


def test_time_that_comes_twice_is_asked_about_while_typing(as_dana: Client, typed: Typed) -> None:
    night = typed(date="2027-10-31", time="02:30")

    asked = shown(as_dana, night)
    answered = shown(as_dana, {**night, "clock": "second", **hidden(asked, "clock_for")})

    assert "Which one is it?" in error_at(asked, "clock")
    assert not error_at(answered, "clock")
    assert "Which of the two?" in text_of(answered)  # it may still be changed


def hidden(answer: Any, name: str) -> Values:
    found = re.search(rf'name="{name}" value="([^"]*)"', page(answer))
    assert found
    return {name: found[1]}


# Series


def test_next_five_dates_and_how_many_in_all_are_shown(as_dana: Client, typed: Typed) -> None:
    weekly = {"repeat-how": "weekly", "repeat-ends": "count", "repeat-count": "7"}

    text = text_of(shown(as_dana, typed(**weekly)))

    assert "Every week on Tuesday, 7 times Tue, 24 November 2026, 10:00 AM – 10:45 AM" in text
    assert re.findall(r"Tue, \d+ \w+ 20\d\d, ", text) == [
        f"Tue, {day}, "
        for day in (
            "24 November 2026",
            "1 December 2026",
            "8 December 2026",
            "15 December 2026",
            "22 December 2026",
        )
    ]
    assert "7 meetings, the last on Tue, 5 January 2027" in text
    assert not Series.objects.exists()


def test_dates_stand_in_the_organizers_zone_and_in_the_readers(
    as_dana: Client, typed: Typed
) -> None:
    answer = shown(as_dana, typed(time_zone="Asia/Tokyo", **{"repeat-how": "daily"}))

    assert "10:00 AM – 10:45 AM 2:00 AM – 2:45 AM in Berlin (UTC+01:00)" in text_of(answer)
    assert "It goes on without an end." in text_of(answer)


def test_date_that_is_not_one_of_the_series_is_said(as_dana: Client, typed: Typed) -> None:
    fridays = {"repeat-how": "custom", "repeat-unit": "WEEKLY", "repeat-weekdays": "4"}

    text = text_of(shown(as_dana, typed(**fridays)))

    assert "The first meeting is on Fri, 27 November 2026" in text


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("2027-03-21", "On Sun, 28 March 2027 the clocks skip 2:30 AM: the meeting begins at 3:30"),
        ("2027-10-24", "On Sun, 31 October 2027 the clocks show 2:30 AM twice"),
    ],
)
def test_dates_on_which_the_clocks_jump_are_pointed_out(
    as_dana: Client, typed: Typed, date: str, words: str
) -> None:
    assert words in text_of(
        shown(as_dana, typed(date=date, time="02:30", **{"repeat-how": "weekly"}))
    )


def test_dates_that_are_taken_are_counted_and_the_first_ones_named(
    as_dana: Client, typed: Typed, book: Book
) -> None:
    for day in (24, 25, 26, 27):
        book(f"No. {day}", at=TUESDAY_TEN_IN_BERLIN.replace(day=day))

    text = text_of(shown(as_dana, typed(**{"repeat-how": "daily"})))

    assert "10:45 AM taken Wed" in text
    assert "4 dates are taken. You decide about each before anything is saved." in text
    assert "No. 26 : Thu, 26 November 2026" in text
    assert "No. 27" not in text
    assert "and 1 more" in text


def test_short_months_are_asked_about_only_when_there_are_any(
    as_dana: Client, typed: Typed
) -> None:
    def is_asked(**values: str) -> bool:
        return "data-no-short-months" not in page(shown(as_dana, typed(**values)))

    assert is_asked(date="2026-12-31", **{"repeat-how": "monthly"})
    assert is_asked(date="2028-02-29", **{"repeat-how": "yearly"})
    assert not is_asked(date="2026-12-28", **{"repeat-how": "monthly"})
    assert not is_asked(date="2026-12-31", **{"repeat-how": "yearly"})


def test_quick_choices_follow_the_date(as_dana: Client, typed: Typed) -> None:
    answer = page(shown(as_dana, typed(date="2026-12-31")))

    assert re.findall(r'data-quick="(?:weekly|monthly_nth)"\s*>(.+?)<', answer) == [
        "Every week on Thursday",
        "Every month on the last Thursday",
    ]


def test_without_javascript_a_button_shows_the_same_and_saves_nothing(
    as_dana: Client, typed: Typed
) -> None:
    sent = typed(**{"repeat-how": "weekly"})

    answer = as_dana.post(NEW, {**sent, "check": "1"})

    assert answer.status_code == 200
    assert "Show the dates" in text_of(as_dana.get(NEW))
    assert "Tue, 22 December 2026" in text_of(answer)
    assert form_with(answer, "title")["repeat-how"] == "weekly"
    assert form_with(answer, "title")["title"] == "Review"
    assert not Booking.objects.exists()


def test_a_series_of_many_costs_as_few_queries_as_a_meeting(
    dana: User, typed: Typed, book: Book
) -> None:
    client = signed_in(dana)
    for day in range(1, 20):
        book(at=TUESDAY_TEN_IN_BERLIN.replace(month=12, day=day))

    def cost(**values: str) -> int:
        form = typed(**values)
        shown(client, form)
        with CaptureQueriesContext(connection) as queries:
            shown(client, form)
        return len(queries)

    assert cost(**{"repeat-how": "daily"}) <= cost(time="05:00") + 1
