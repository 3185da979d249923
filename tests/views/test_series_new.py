"""Planning a series through the form."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import Booking, Room, Series
from meetings.services import scheduling

from .conftest import Typed
from .reading import Values, error_at, form_with, page, text_of

Book = Callable[..., Booking]
NEW = "/meetings/new/"
TUESDAY_TEN_IN_BERLIN = datetime(2026, 11, 24, 9, tzinfo=UTC)
THREE_WEEKS = {"repeat-how": "weekly", "repeat-ends": "count", "repeat-count": "3"}


def starts() -> list[str]:
    return [each.wall for each in Booking.objects.filter(series__isnull=False)]


def test_series_is_saved_with_its_meetings_and_shown(as_dana: Client, typed: Typed) -> None:
    answer = as_dana.post(NEW, typed(**THREE_WEEKS), follow=True)

    series = Series.objects.get()
    assert answer.redirect_chain == [(reverse("series", args=[series.pk]), 302)]
    assert "“Review” is planned." in text_of(answer)
    assert starts() == ["2026-11-24T10:00", "2026-12-01T10:00", "2026-12-08T10:00"]
    assert {each.duration for each in series.bookings.all()} == {45}


def test_several_weekdays_arrive_as_they_were_ticked(as_dana: Client, typed: Typed) -> None:
    sent = typed(
        **{
            "repeat-how": "custom",
            "repeat-unit": "WEEKLY",
            "repeat-interval": "2",
            "repeat-ends": "until",
            "repeat-until": "2026-12-10",
        }
    )

    as_dana.post(NEW, {**sent, "repeat-weekdays": ["3", "1"]})

    assert starts() == [
        "2026-11-24T10:00",
        "2026-11-26T10:00",
        "2026-12-08T10:00",
        "2026-12-10T10:00",
    ]


def test_series_has_the_place_and_the_options_that_were_chosen(
    as_dana: Client, typed: Typed, room: Room
) -> None:
    as_dana.post(NEW, typed(**THREE_WEEKS, **{"options-waiting_room": "everyone"}))
    as_dana.post(NEW, typed(title="There", time="15:00", room=room.pk, **THREE_WEEKS))

    own, there = (each.patterns.get().room for each in Series.objects.order_by("pk"))
    assert (own.is_permanent, own.waiting_room) == (False, "everyone")
    assert there == room


def test_first_date_may_be_later_than_the_one_in_the_form(as_dana: Client, typed: Typed) -> None:
    monthly = {"repeat-how": "custom", "repeat-unit": "MONTHLY", "repeat-month_day": "31"}

    as_dana.post(NEW, typed(**monthly, **{"repeat-ends": "count", "repeat-count": "2"}))

    assert starts() == ["2026-12-31T10:00", "2027-01-31T10:00"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("how", "fortnightly", "not one of the available choices"),
        ("count", "10000", "at most 1,000 meetings"),
        ("count", "", "how many times"),
        ("count", "\0", "whole number"),
        ("count", "9" * 5000, "whole number"),
    ],
)
def test_fault_in_the_rule_is_said_at_its_field_and_nothing_is_lost(
    as_dana: Client, typed: Typed, field: str, value: str, words: str
) -> None:
    sent = typed(title="Reihe 🤝", **{**THREE_WEEKS, f"repeat-{field}": value})

    answer = as_dana.post(NEW, sent)

    assert answer.status_code == 422
    assert words in error_at(answer, f"repeat-{field}")
    assert "Nothing is lost" in text_of(answer)
    again = form_with(answer, "title")
    assert (again["title"], again["repeat-ends"]) == ("Reihe 🤝", "count")
    assert not Booking.objects.exists()


def test_both_forms_say_what_is_missing_at_once(as_dana: Client, typed: Typed) -> None:
    answer = as_dana.post(NEW, typed(title="", **{**THREE_WEEKS, "repeat-count": ""}))

    assert "required" in error_at(answer, "title")
    assert "how many times" in error_at(answer, "repeat-count")


def test_series_that_begins_in_an_hour_the_clocks_skip_is_refused(
    as_dana: Client, typed: Typed
) -> None:
    answer = as_dana.post(NEW, typed(date="2027-03-28", time="02:30", **THREE_WEEKS))

    assert error_at(answer, "time").endswith("The nearest times are 01:59 and 03:00.")
    assert not Series.objects.exists()


def test_series_that_begins_in_an_hour_that_comes_twice_takes_the_first(
    as_dana: Client, typed: Typed
) -> None:
    as_dana.post(NEW, typed(date="2027-10-31", time="02:30", **THREE_WEEKS))

    first = Booking.objects.order_by("starts_at")[0]
    assert first.starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_form_sent_twice_is_one_series(as_dana: Client, typed: Typed) -> None:
    sent = typed(**THREE_WEEKS)

    answers = [as_dana.post(NEW, sent), as_dana.post(NEW, sent)]

    series = Series.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {f"/series/{series.pk}/"}
    assert Booking.objects.count() == 3


def test_room_that_was_given_up_meanwhile_is_said_at_the_place(
    as_dana: Client, typed: Typed, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = typed(room=room.pk, **THREE_WEEKS)
    lock = scheduling.lock

    def lock_too_late(organizer: User, wanted: Room | None) -> None:
        room.archive()
        lock(organizer, wanted)

    monkeypatch.setattr("meetings.services.series.booking.lock", lock_too_late)
    answer = as_dana.post(NEW, sent)

    assert "was given up" in error_at(answer, "room")


# Dates that are taken


@pytest.fixture
def taken(book: Book) -> list[Booking]:
    """Two of the three Tuesdays."""
    days = (datetime(2026, 12, day, 9, tzinfo=UTC) for day in (1, 8))
    return [book(f"Planning {each.day}", at=each) for each in days]


def decided(asked: Any, **choices: str) -> Values:
    """The page that asks, with a choice for some days: `decided(asked, d1="skip")`."""
    offered = dict(re.findall(r'name="(decide-[\d-]+)"\s+value="(skip:[^"]*)"', page(asked)))
    offered |= {
        f"{name}:anyway": value
        for name, value in re.findall(
            r'name="(decide-[\d-]+)"\s+value="(anyway:[^"]*)"', page(asked)
        )
    }
    values = {}
    for day, choice in choices.items():
        name = f"decide-2026-12-{int(day[1:]):02}"
        values[name] = offered[name if choice == "skip" else f"{name}:anyway"]
    return form_with(asked, "decided", **values)


@pytest.mark.usefixtures("taken")
def test_each_taken_date_is_listed_and_nothing_is_chosen_beforehand(
    as_dana: Client, typed: Typed
) -> None:
    asked = as_dana.post(NEW, typed(**THREE_WEEKS))

    assert asked.status_code == 422
    assert "2 dates are taken." in text_of(asked)
    assert "Planning 1 : Tue, 1 December 2026, 10:00 AM" in text_of(asked)
    assert "Planning 8 : Tue, 8 December 2026, 10:00 AM" in text_of(asked)
    assert " checked" not in page(asked)
    assert not Series.objects.exists()


@pytest.mark.usefixtures("taken")
def test_dates_are_left_out_or_booked_anyway_as_decided(as_dana: Client, typed: Typed) -> None:
    asked = as_dana.post(NEW, typed(**THREE_WEEKS))

    answer = as_dana.post(NEW, decided(asked, d1="skip", d8="anyway"), follow=True)

    series = Series.objects.get()
    assert starts() == ["2026-11-24T10:00", "2026-12-08T10:00"]
    assert [each.may_overlap for each in series.bookings.all()] == [False, True]
    assert series.patterns.get().left_out == ["2026-12-01"]
    assert series.changes.get().values == {
        "left_out": [[], ["2026-12-01"]],
        "may_overlap": [[], ["2026-12-08"]],
    }
    assert "Dates left out: – → Tue, 1 December 2026" in text_of(answer)


@pytest.mark.usefixtures("taken")
def test_date_without_a_decision_is_asked_about_again_and_the_others_stay(
    as_dana: Client, typed: Typed
) -> None:
    asked = as_dana.post(NEW, typed(**THREE_WEEKS))

    again = as_dana.post(NEW, decided(asked, d8="anyway"))

    assert text_of(again).count("Please decide about this date.") == 1
    assert len(re.findall(r"\schecked", page(again))) == 1
    assert not Series.objects.exists()


@pytest.mark.usefixtures("taken")
def test_the_same_for_all_is_a_press_and_still_nothing_is_saved(
    as_dana: Client, typed: Typed
) -> None:
    asked = as_dana.post(NEW, typed(**THREE_WEEKS))

    all_out = as_dana.post(NEW, {**decided(asked), "for_all": "skip"})
    answer = as_dana.post(NEW, form_with(all_out, "decided"))

    assert all_out.status_code == 422
    assert len(re.findall(r"\schecked", page(all_out))) == 2
    assert answer.status_code == 302
    assert starts() == ["2026-11-24T10:00"]


@pytest.mark.usefixtures("taken")
def test_way_back_to_the_form_keeps_all_that_was_typed_and_decided(
    as_dana: Client, typed: Typed
) -> None:
    sent = typed(description="Bring the numbers.", **THREE_WEEKS)
    asked = as_dana.post(NEW, sent)

    back = as_dana.post(NEW, {**decided(asked, d1="skip"), "back": "1"})
    again = as_dana.post(NEW, form_with(back, "title"))

    form = form_with(back, "title")
    kept = sent.keys() - {"csrfmiddlewaretoken"}
    assert {name: form[name] for name in kept} == {name: sent[name] for name in kept}
    assert len(re.findall(r"\schecked", page(again))) == 1
    assert not Series.objects.exists()


def test_decision_about_one_time_is_not_taken_for_another(
    as_dana: Client, typed: Typed, taken: list[Booking], book: Book
) -> None:
    asked = as_dana.post(NEW, typed(**THREE_WEEKS))
    book("Other", at=taken[0].starts_at.replace(hour=14))
    decisions = decided(asked, d1="anyway", d8="skip")

    again = as_dana.post(NEW, {**decisions, "time": "15:00"})

    assert "1 date is taken." in text_of(again)
    assert " checked" not in page(again)
    assert not Series.objects.exists()


def test_meeting_that_came_between_is_asked_about(
    as_dana: Client, typed: Typed, taken: list[Booking], book: Book
) -> None:
    asked = as_dana.post(NEW, typed(**THREE_WEEKS))
    decisions = decided(asked, d1="anyway", d8="skip")
    book("On top", at=taken[0].starts_at, may_overlap=True)
    book("Elsewhere", at=TUESDAY_TEN_IN_BERLIN)

    again = as_dana.post(NEW, decisions)

    assert text_of(again).count("Please decide about this date.") == 2
    assert len(re.findall(r"\schecked", page(again))) == 1
    assert not Series.objects.exists()


def test_date_that_was_left_out_stays_so_when_it_has_become_free(
    as_dana: Client, typed: Typed, taken: list[Booking], dana: User
) -> None:
    asked = as_dana.post(NEW, typed(**THREE_WEEKS))
    scheduling.cancel(taken[0], by=dana)

    as_dana.post(NEW, decided(asked, d1="skip", d8="skip"))

    assert starts() == ["2026-11-24T10:00"]


def test_series_of_which_nothing_would_be_left_is_none(
    as_dana: Client, typed: Typed, book: Book
) -> None:
    book(at=TUESDAY_TEN_IN_BERLIN)
    asked = as_dana.post(NEW, typed(**{**THREE_WEEKS, "repeat-count": "1"}))
    all_out = as_dana.post(NEW, {**decided(asked), "for_all": "skip"})

    answer = as_dana.post(NEW, form_with(all_out, "decided"))

    assert "No meeting would be left." in text_of(answer)
    assert not Series.objects.exists()


@pytest.mark.usefixtures("taken")
def test_decided_form_sent_twice_is_one_series(as_dana: Client, typed: Typed) -> None:
    asked = as_dana.post(NEW, typed(**THREE_WEEKS))
    decisions = decided(asked, d1="anyway", d8="skip")

    answers = [as_dana.post(NEW, decisions), as_dana.post(NEW, decisions)]

    assert Series.objects.count() == 1
    assert [answer.status_code for answer in answers] == [302, 302]


@pytest.mark.usefixtures("taken")
def test_nonsense_in_place_of_a_decision_decides_nothing(as_dana: Client, typed: Typed) -> None:
    asked = as_dana.post(NEW, typed(**THREE_WEEKS))
    nonsense = {
        "decide-2026-12-01": "anyway",
        "decide-2026-12-08": "perhaps:::",
        "decide-": "skip:",
        "decide-tomorrow": "\0",
        "decide-9999-12-31": "skip::",
        "for_all": "maybe",
    }

    answer = as_dana.post(NEW, {**form_with(asked, "decided"), **nonsense})

    assert answer.status_code == 422
    assert not Series.objects.exists()


def test_meeting_of_somebody_else_takes_the_room_without_its_title(
    as_dana: Client, typed: Typed, book: Book, colin: User, room: Room
) -> None:
    book("Salary talk", at=TUESDAY_TEN_IN_BERLIN, by=colin, room=room)

    asked = as_dana.post(NEW, typed(room=room.pk, **THREE_WEEKS))

    assert "Another meeting in this room" in text_of(asked)
    assert "Salary talk" not in page(asked)


def test_a_thousand_decisions_arrive(as_dana: Client, typed: Typed) -> None:
    decisions = {f"decide-{number}": "skip:" for number in range(1000)}

    assert as_dana.post(NEW, {**typed(**THREE_WEEKS), **decisions}).status_code == 302


def test_single_meeting_beside_another_is_remembered_as_such(
    as_dana: Client, typed: Typed, book: Book
) -> None:
    book(at=TUESDAY_TEN_IN_BERLIN)

    answer = as_dana.post(NEW, typed(may_overlap="on"), follow=True)
    alone = as_dana.post(NEW, typed(title="Alone", time="15:00"), follow=True)

    assert "May overlap other meetings: no → yes" in text_of(answer)
    assert "May take place beside other meetings" in text_of(answer)
    assert "overlap" not in text_of(alone).lower()
