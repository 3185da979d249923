"""What is now and next, and the agenda by local day."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from accounts.models import User
from meetings.models import Booking, Room
from meetings.services import opening, scheduling
from meetings.services.rooms import create_room
from meetings.views import agenda

from .reading import page, text_of

Book = Callable[..., Booking]


def listed(answer: Any) -> list[str]:
    """The titles of the agenda, from top to bottom."""
    agenda = page(answer).partition('id="agenda"')[2]
    return re.findall(r'booking-row__what">\s*<a href="/meetings/\d+/">(.+?)</a>', agenda)


def days(answer: Any) -> list[str]:
    return re.findall(r'<h2 class="day__name">(.+?)</h2>', page(answer))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_first_look_says_what_to_do(as_dana: Client) -> None:
    answer = text_of(as_dana.get("/meetings/"))

    assert "Nothing planned" in answer
    assert "New meeting" in answer


def test_meetings_stand_under_the_day_on_the_readers_own_calendar(
    as_dana: Client, book: Book
) -> None:
    book("Late", at=at("2026-11-23T22:30"))  # 23:30 in Berlin
    book("Later", at=at("2026-11-23T23:30"))  # half past midnight there
    book("Next year", at=at("2027-01-04T09:00"))

    answer = as_dana.get("/meetings/")

    assert days(answer) == [
        "Today · Monday, 23 November 2026",
        "Tomorrow · Tuesday, 24 November 2026",
        "Monday, 4 January 2027",
    ]
    assert listed(answer) == ["Late", "Later", "Next year"]
    assert "Times are in Berlin time." in text_of(answer)


def test_what_runs_now_and_what_comes_next_stand_on_top(as_dana: Client, book: Book) -> None:
    book("Running", at=timezone.now() - timedelta(minutes=10))
    book("Following", at=timezone.now() + timedelta(hours=2))
    book("Much later", at=timezone.now() + timedelta(hours=9))

    top = page(as_dana.get("/meetings/")).partition('id="agenda"')[0]

    assert re.findall(r"<h2>\s*<a href=\"/meetings/\d+/\">(.+?)</a>", top) == [
        "Running",
        "Following",
    ]
    assert "in 2\N{NO-BREAK SPACE}hours" in top


def test_meeting_that_is_held_is_marked_live(as_dana: Client, book: Book) -> None:
    running = book("Running", at=timezone.now())
    assert "Waiting for host" in text_of(as_dana.get("/meetings/"))

    opening.open_room(running.room, running)

    assert "Live" in text_of(as_dana.get("/meetings/"))


def test_each_tab_holds_its_meetings_in_the_order_people_look_for_them(
    as_dana: Client, book: Book, clock: time_machine.TimeMachineFixture
) -> None:
    first, second = (book(f"Past {n}", at=timezone.now() + n * timedelta(hours=1)) for n in (1, 2))
    soon, later = (book(f"Day {n}", at=timezone.now() + n * timedelta(days=1)) for n in (1, 2))
    off = book("Off", at=timezone.now() + timedelta(days=3))
    scheduling.cancel(off, by=off.organizer)
    clock.move_to(second.ends_at, tick=False)

    tabs = {
        show: listed(as_dana.get("/meetings/", {"show": show}))
        for show in ("upcoming", "past", "cancelled")
    }

    assert tabs == {
        "upcoming": [soon.title, later.title],
        "past": [second.title, first.title],
        "cancelled": [off.title],
    }


@pytest.mark.parametrize("title", ["<b>&amp;", "{title} {0} {", "%(title)s %", '"quoted" it\'s'])
def test_title_is_told_as_it_was_typed(as_dana: Client, dana: User, book: Book, title: str) -> None:
    """Also in what buttons are called, and where it looks like a place to be filled in."""
    room = create_room(dana, name=title)
    book(title, room=room)

    agenda = page(as_dana.get("/meetings/")).partition('id="agenda"')[2]

    typed = escape(title)
    assert f">{typed}</a>" in agenda
    assert f'aria-label="Host “{typed}”"' in agenda
    assert f'aria-label="Copy the participants’ link of “{typed}”"' in agenda
    assert f" minutes · {typed}" in agenda


def test_meetings_of_others_are_in_no_list(as_dana: Client, book: Book, colin: User) -> None:
    book("Colin's", by=colin)

    for show in ("upcoming", "past", "cancelled"):
        assert listed(as_dana.get("/meetings/", {"show": show, "q": "Colin"})) == []


# Filters and search


@pytest.fixture
def planned(book: Book, room: Room) -> None:
    book("Budget 100%", at=at("2026-11-24T09:00"), description="Figures for the board")
    book("Snake_case", at=at("2026-11-24T10:00"), room=room)
    book("Æther & Straße", at=at("2026-11-24T11:00"))


SEARCHES = [
    ("budget", ["Budget 100%"]),
    ("BOARD figures", ["Budget 100%"]),
    ("board snake", []),
    ("office", ["Snake_case"]),
    ("%", ["Budget 100%"]),
    ("_", ["Snake_case"]),
    ("& straße", ["Æther & Straße"]),
    ("\\", []),
    ("'; --", []),
    ("   ", ["Budget 100%", "Snake_case", "Æther & Straße"]),
]


@pytest.mark.usefixtures("planned")
def test_search_finds_meetings_that_have_every_word(as_dana: Client) -> None:
    for words, found in SEARCHES:
        answer = as_dana.get("/meetings/", {"q": words})

        assert [title.replace("&amp;", "&") for title in listed(answer)] == found
        assert ("Nothing found" in text_of(answer)) is not bool(found)


@pytest.mark.usefixtures("planned")
def test_room_filter_shows_what_is_planned_there(as_dana: Client, room: Room) -> None:
    assert listed(as_dana.get("/meetings/", {"room": room.pk})) == ["Snake_case"]


NONSENSE = [
    "show=everything",
    "show=%00",
    "q=%00",
    "q=" + "x" * 5000,
    "room=-1",
    "room=x",
    "room=²",
    "room=" + "9" * 60,
    "after=~",
    "after=2026-11-24~1",
    "after=2026-11-24T09:00~1",
    "after=2026-99-24T09:00Z~1",
    "after=2020-01-01T09:00:00Z~%C2%B2",
    "after=2020-01-01T09:00:00Z~" + "9" * 40,
    "after=" + quote("9999-12-31T23:59:59-12:00~x"),
    "after=%00",
]


@pytest.mark.usefixtures("planned")
def test_nonsense_in_the_address_shows_everything(as_dana: Client) -> None:
    for nonsense in NONSENSE:
        answer = as_dana.get(f"/meetings/?{nonsense}")

        assert answer.status_code == 200, nonsense
        assert len(listed(answer)) == 3, nonsense


@pytest.mark.parametrize("far", ["9999-12-31T23:59:59-12:00~1", "0001-01-01T00:00:00+12:00~1"])
@pytest.mark.usefixtures("planned")
def test_place_outside_of_time_is_the_beginning(as_dana: Client, far: str) -> None:
    for show in ("upcoming", "past", "cancelled"):
        assert as_dana.get("/meetings/", {"after": far, "show": show}).status_code == 200


def test_room_number_that_is_no_rooms_finds_nothing(as_dana: Client, book: Book) -> None:
    book()

    for number in ("999", "9" * 18):
        assert listed(as_dana.get("/meetings/", {"room": number})) == []


@pytest.mark.usefixtures("planned")
def test_search_as_one_types_gets_the_agenda_alone(as_dana: Client) -> None:
    headers = {"HX-Request": "true", "HX-Target": "agenda"}

    answer = as_dana.get("/meetings/", {"q": "budget"}, headers=headers)

    assert page(answer).strip().startswith('<section id="agenda"')
    assert listed(answer) == ["Budget 100%"]
    assert "HX-Request" in answer.headers["Vary"]


# Many


@pytest.fixture
def pages_of_five(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Short pages; questions that were prepared for long ones are made anew, before and after."""
    agenda._prepared.cache_clear()
    monkeypatch.setattr(agenda, "PAGE", 5)
    yield
    agenda._prepared.cache_clear()


@pytest.mark.usefixtures("pages_of_five")
@pytest.mark.parametrize("show", ["upcoming", "past", "cancelled"])
def test_many_meetings_are_each_shown_once_page_after_page(
    as_dana: Client,
    book: Book,
    clock: time_machine.TimeMachineFixture,
    show: str,
) -> None:
    start = timezone.now() + timedelta(hours=1)
    for number in range(12):  # four at a time, so that pages break between equal starts
        book(f"No. {number}", at=start + number // 4 * timedelta(hours=1), may_overlap=True)
    if show == "past":
        clock.move_to(start + timedelta(days=2), tick=False)
    if show == "cancelled":
        for booking in Booking.objects.all():
            scheduling.cancel(booking, by=booking.organizer)

    seen, address = [], f"?show={show}"
    while address:
        answer = as_dana.get(f"/meetings/{address}")
        seen.append(listed(answer))
        more = re.search(r'class="button more-rows"\s+href="(.+?)"', page(answer))
        address = more[1].replace("&amp;", "&") if more else ""

    assert [len(titles) for titles in seen] == [5, 5, 2]
    assert sorted(chain(*seen)) == sorted(f"No. {number}" for number in range(12))


def test_what_runs_comes_first_also_ahead_of_its_time_and_after_it(
    as_dana: Client, book: Book
) -> None:
    past = book("Over time", at=timezone.now() - timedelta(hours=3))
    now = book("Should run", at=timezone.now())
    early = book("Early", at=timezone.now() + timedelta(hours=2))
    book("Next", at=timezone.now() + timedelta(hours=1))
    for booking in (early, past):
        opening.open_room(booking.room, booking)

    top = page(as_dana.get("/meetings/")).partition('id="agenda"')[0]

    cards = re.findall(r"<h2>\s*<a href=\"/meetings/\d+/\">(.+?)</a>", top)
    assert cards == [past.title, early.title, now.title, "Next"]
    assert top.count("Live</span>") == 2
