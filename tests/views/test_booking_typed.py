"""What is typed into the form of a meeting: a word at the field that is wrong, and nothing lost."""

from itertools import zip_longest
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from meetings.models import Booking
from meetings.services import rooms

from .conftest import Typed
from .reading import error_at, form_with, page, text_of

NEW = "/meetings/new/"

BAD = {
    "title": {
        "": "required",
        " \t ": "required",
        "\u200b\u202e": "Please give the meeting a title",
        "x" * 10_000: "at most 200 characters",
        "Re\0view": "Null characters are not allowed",
    },
    "description": {
        "x" * 5001: "at most 5000 characters",
        "\0": "Null characters are not allowed",
    },
    "date": {
        "": "required",
        "tomorrow": "Enter a valid date",
        "2026-02-30": "Enter a valid date",
        "2026-11-24\0": "Enter a valid date",
    },
    "time": {"": "required", "25:00": "Enter a valid time"},
    "duration": {
        "": "required",
        "0": "At least one minute",
        "-5": "At least one minute",
        "1441": "At most 24 hours",
        str(10**30): "At most 24 hours",
        "9" * 5000: "whole number",
        "an hour": "whole number",
        "1e3": "whole number",
    },
    "time_zone": {
        "": "required",
        "Mars/Olympus": "not one of the available choices",
        "../../etc/passwd": "not one of the available choices",
    },
    "room": {
        "9" * 30: "not one of the available choices",
        "kitchen": "not one of the available choices",
        "\0": "Null characters are not allowed",
    },
}
# Eight forms have them all: the first holds the first bad value of each field, and so on.
BAD_FORMS = [
    {field: (value, words) for field, (value, words) in zip(BAD, found, strict=True) if words}
    for found in zip_longest(*(each.items() for each in BAD.values()), fillvalue=("", ""))
]
BAD_DATES = [{"date": ("0001-01-01", "has passed")}, {"date": ("9999-12-31", "too far ahead")}]


@pytest.mark.parametrize("bad", BAD_FORMS + BAD_DATES)
def test_bad_value_is_named_at_its_field_and_nothing_typed_is_lost(
    as_dana: Client, typed: Typed, bad: dict[str, tuple[str, str]]
) -> None:
    values = {field: value for field, (value, _) in bad.items()}
    sent = typed(**{"description": "Bring the numbers.", **values})

    answer = as_dana.post(NEW, sent)

    assert answer.status_code == 422
    for field, (_, words) in bad.items():
        assert words in (error_at(answer, field) or error_at(answer, "time"))
    assert "Nothing is lost" in text_of(answer)
    again = form_with(answer, "title")
    kept = sent.keys() - bad.keys() - {"csrfmiddlewaretoken"}
    assert {name: again[name] for name in kept} == {name: sent[name] for name in kept}
    assert not Booking.objects.exists()


def test_everything_that_is_missing_is_asked_for_at_once(as_dana: Client) -> None:
    answer = as_dana.post(NEW, {"description": ""})

    assert answer.status_code == 422
    for field in ("title", "date", "time", "duration", "time_zone"):
        assert "required" in error_at(answer, field)


@pytest.mark.parametrize(
    ("date", "time", "zone"),
    [("9999-12-31", "23:30", "America/New_York"), ("0001-01-01", "00:10", "Asia/Tokyo")],
)
def test_time_beyond_all_calendars_is_out_of_reach(
    as_dana: Client, typed: Typed, date: str, time: str, zone: str
) -> None:
    answer = as_dana.post(NEW, typed(date=date, time=time, time_zone=zone))

    assert answer.status_code == 422
    assert error_at(answer, "date") == "This date is out of reach."


def test_bytes_that_are_not_utf8_are_named_at_their_field(as_dana: Client, typed: Typed) -> None:
    body = urlencode(typed(title="Caf$")).replace("Caf%24", "Caf%E9%FF")

    answer = as_dana.post(NEW, body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 422
    assert "did not arrive" in error_at(answer, "title")
    assert form_with(answer, "title")["date"] == "2026-11-24"


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Re\nview", "Re view"),
        ("  a \r\n\t b ", "a b"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("מִפגָשׁ 🤝🏽 présentation", "מִפגָשׁ 🤝🏽 présentation"),
    ],
)
def test_title_is_one_line_in_any_language_and_never_markup(
    as_dana: Client, typed: Typed, title: str, kept: str
) -> None:
    answer = as_dana.post(NEW, typed(title=title), follow=True)

    assert Booking.objects.get().title == kept
    assert "<script>alert" not in page(answer)


def test_time_of_this_minute_is_fine_and_one_of_the_past_is_refused(
    as_dana: Client, typed: Typed
) -> None:
    a_moment_ago = typed(date="2026-11-23", time="09:16")
    earlier = typed(date="2026-11-23", time="09:10")
    over = typed(date="2026-11-23", time="09:16", duration=2, guests="ana@example.com")

    assert as_dana.post(NEW, a_moment_ago).status_code == 302
    for each in (earlier, over):
        refused = as_dana.post(NEW, each)

        assert error_at(refused, "time") == "This time has passed already."


def test_rooms_of_others_and_rooms_given_up_are_no_choice(
    as_dana: Client, typed: Typed, colin: User, dana: User
) -> None:
    theirs = rooms.create_room(colin, name="Colin's room")
    gone = rooms.create_room(dana, name="Attic")
    gone.archive()

    for room in (theirs, gone):
        answer = as_dana.post(NEW, typed(room=room.pk))

        assert answer.status_code == 422
        assert "not one of the available choices" in error_at(answer, "room")
        assert room.name not in text_of(answer)


def test_provider_that_is_not_set_up_is_no_choice(
    as_dana: Client, typed: Typed, settings: Settings
) -> None:
    settings.MEETING_PROVIDERS = {
        "main": {"BACKEND": "builtin"},
        "spare": {"BACKEND": "builtin"},
    }

    refused = as_dana.post(NEW, typed(**{"options-provider_alias": "elsewhere"}))
    taken = as_dana.post(NEW, typed(**{"options-provider_alias": "spare"}))

    assert "not one of the available choices" in error_at(refused, "options-provider_alias")
    assert taken.status_code == 302
    assert Booking.objects.get().room.provider_alias == "spare"
