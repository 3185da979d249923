"""The time proof of a series: every meeting on everybody's clock."""

from datetime import date, time
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import Series
from meetings.services import scheduling
from tests.conftest import signed_in

from .reading import page, text_of
from .repeating import make_series, meeting_on
from .test_queries import cost


@pytest.fixture
def series(dana: User) -> Series:
    """Mondays at three in Berlin over all changes of clocks in spring 2027: 1 March to 5 April."""
    series = make_series(dana, count=6, first_date=date(2027, 3, 1), clock=time(15))
    for name, zone in (
        ("Ana", "America/New_York"),
        ("Priya", "Asia/Kolkata"),
        ("Lars", "Europe/Berlin"),
        ("Nobody Knows", ""),
        ("Odd", "Mars/Olympus"),
    ):
        series.guests.create(email=f"{name[:3].lower()}@example.org", name=name, time_zone=zone)
    return series


def address(series: Series) -> str:
    return reverse("series-times", args=[series.pk])


def rows(answer: Any) -> dict[str, list[str]]:
    return {
        row.booking.wall[5:10]: [cell.start for cell in row.cells] for row in answer.context["rows"]
    }


def test_each_meeting_is_told_in_all_zones_over_changes_of_clocks(
    as_dana: Client, series: Series
) -> None:
    answer = as_dana.get(address(series))

    assert [column.names for column in answer.context["columns"]] == ["Dana, Lars", "Ana", "Priya"]
    assert rows(answer)["03-08"][1] == "9:00 AM"
    assert rows(answer)["03-15"][1] == "10:00 AM"
    assert rows(answer)["03-29"][1:] == ["9:00 AM", "6:30 PM"]
    assert text_of(answer).count("Clocks go forward by 1:00") == 2
    assert "Time zone not known yet: Nobody Knows, Odd." in text_of(answer)


def test_those_for_whom_it_is_night_are_named(as_dana: Client, dana: User) -> None:
    series = make_series(dana, count=1, clock=time(9))
    series.guests.create(email="ana@x.org", name="Ana", time_zone="America/Los_Angeles")
    series.guests.create(email="kim@x.org", name="Kim", time_zone="Pacific/Auckland")

    text = text_of(as_dana.get(address(series)))

    assert "12:00 AM – 12:30 AM Early for Ana" in text
    assert "9:00 PM – 9:30 PM Late for Kim" in text


def test_other_day_there_is_named(as_dana: Client, dana: User) -> None:
    series = make_series(dana, count=1, clock=time(8))
    series.guests.create(email="ana@x.org", name="Ana", time_zone="America/Los_Angeles")

    assert "11:00 PM – 11:30 PM Sunday" in text_of(as_dana.get(address(series)))


def test_zones_can_be_added_and_nonsense_is_passed_over(as_dana: Client, dana: User) -> None:
    series = make_series(dana)

    answer = as_dana.get(
        address(series), {"zone": ["Asia/Tokyo", "x", "\x00", "../etc", "Asia/Tokyo"]}
    )

    assert [column.zone for column in answer.context["columns"]] == [
        "Berlin",
        "Tokyo",
    ]
    assert 'name="zone" value="Asia/Tokyo"' in " ".join(page(answer).split())


def test_twelve_meetings_stand_on_a_page(as_dana: Client, dana: User) -> None:
    series = make_series(dana, count=30)

    first = as_dana.get(address(series), {"zone": "Asia/Tokyo"})
    last = as_dana.get(address(series), {"zone": "Asia/Tokyo", "page": "3"})

    assert (len(rows(first)), len(rows(last))) == (12, 6)
    assert "?page=2&amp;zone=Asia%2FTokyo" in page(first)


def test_change_of_clocks_before_the_first_on_the_page_is_told(
    as_dana: Client, dana: User, series: Series, time_machine: time_machine.TimeMachineFixture
) -> None:
    time_machine.move_to("2027-03-09T12:00Z", tick=False)

    text = text_of(signed_in(dana).get(address(series)))

    assert text.index("Mon, 15 March 2027") < text.index("Clocks go forward by 1:00")
    assert text.index("Clocks go forward by 1:00") < text.index("Mon, 22 March 2027")


def test_cancelled_meetings_are_no_part_of_it(as_dana: Client, dana: User, series: Series) -> None:
    scheduling.cancel(meeting_on(series, date(2027, 3, 8)), by=dana)

    assert "03-08" not in rows(as_dana.get(address(series)))


def test_series_that_is_over_says_so(as_dana: Client, dana: User) -> None:
    series = make_series(dana, count=1, first_date=date(2026, 11, 16))

    assert "No meeting of this series is coming up." in text_of(as_dana.get(address(series)))


def test_many_guests_and_meetings_cost_as_much_as_few(
    as_dana: Client, dana: User, series: Series
) -> None:
    many = make_series(dana, count=100, clock=time(11))
    for number in range(60):
        many.guests.create(email=f"g{number}@x.org", name=f"G{number}", time_zone="Asia/Tokyo")

    assert cost(as_dana, address(many)) == cost(as_dana, address(series))
    assert "G0, G1, G2, G3 and 56 more" in text_of(as_dana.get(address(many)))
