"""Calling a series off: one meeting of it, from one on, or all."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import Booking, RoomSession, Series
from meetings.services import scheduling
from meetings.services.opening import open_room
from tests.conftest import signed_in

from .doors import state
from .reading import form_with, page, text_of
from .repeating import make_series, meeting_on, move, walls

Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture
DECEMBER_14 = date(2026, 12, 14)


@pytest.fixture
def series(dana: User) -> Series:
    """30 November, 7, 14, 21 and 28 December, at nine."""
    return make_series(dana)


def all_of(series: Series) -> str:
    return reverse("series-cancel", args=[series.pk])


def from_14(series: Series) -> str:
    return reverse("series-cancel-following", args=[meeting_on(series, DECEMBER_14).pk])


def send(client: Client, address: str, asked: Any, reason: str = "") -> Any:
    return client.post(address, form_with(asked, "reason", reason=reason), follow=True)


def test_question_tells_how_many_and_what_stays(as_dana: Client, series: Series) -> None:
    series.guests.create(email="ana@example.org")

    text = text_of(as_dana.get(from_14(series)))

    assert "3 meetings will not take place." in text
    assert "From Mon, 14 December 2026" in text
    assert "to Mon, 28 December 2026" in text
    assert "Earlier meetings stay as they are" in text
    assert "1 guest is notified by mail." in text
    assert walls(series)[2] == "12-14T09:00"


def test_this_and_following_are_cancelled_and_the_earlier_ones_stay(
    as_dana: Client, client: Client, series: Series
) -> None:
    link = series.links.get(purpose="participant").get_absolute_url()

    answer = send(as_dana, from_14(series), as_dana.get(from_14(series)), "No more money")

    assert "“Stand-up” ends earlier now." in text_of(answer)
    assert walls(series) == ["11-30T09:00", "12-07T09:00"]
    assert "Reason: – → No more money" in text_of(answer)
    assert state(client.get(link)) == "too_early"


def test_whole_series_is_cancelled_and_its_links_give_the_reason(
    as_dana: Client, client: Client, series: Series
) -> None:
    link = series.links.get(purpose="participant").get_absolute_url()

    answer = send(as_dana, all_of(series), as_dana.get(all_of(series)), "No more <money>")

    assert "“Stand-up” is cancelled." in text_of(answer)
    assert walls(series) == []
    assert state(client.get(link)) == "cancelled"
    assert "No more &lt;money&gt;" in page(client.get(link))


def test_only_one_meeting_is_cancelled(as_dana: Client, series: Series) -> None:
    address = reverse("booking-cancel", args=[meeting_on(series, DECEMBER_14).pk])
    asked = as_dana.get(address)

    send(as_dana, address, asked)

    assert "The other meetings of the series take place as planned" in text_of(asked)
    assert "This and following" in text_of(asked)
    assert walls(series) == ["11-30T09:00", "12-07T09:00", "12-21T09:00", "12-28T09:00"]


def test_meeting_that_runs_goes_on(dana: User, series: Series, clock: Clock) -> None:
    clock.move_to(datetime(2026, 11, 30, 8, 5, tzinfo=UTC), tick=False)
    as_dana, first = signed_in(dana), series.bookings.all()[0]
    session = open_room(first.room, first)
    asked = as_dana.get(all_of(series))

    send(as_dana, all_of(series), asked)

    assert "A meeting that is running now continues until it ends." in text_of(asked)
    assert "4 meetings will not take place." in text_of(asked)
    session.refresh_from_db()
    assert session.state == RoomSession.State.LIVE
    assert walls(series) == ["11-30T09:00"]


def test_series_that_was_changed_meanwhile_is_asked_about_again(
    as_dana: Client, series: Series
) -> None:
    asked = as_dana.get(all_of(series))
    move(meeting_on(series, DECEMBER_14))

    stale = send(as_dana, all_of(series), asked, "Typed with care")
    again = send(as_dana, all_of(series), stale, "Typed with care")

    assert stale.status_code == 409
    assert "Typed with care" in page(stale)
    assert "“Stand-up” is cancelled." in text_of(again)


@pytest.mark.parametrize("version", ["", "0", "x", "9" * 40])
def test_form_without_its_true_version_cancels_nothing(
    as_dana: Client, series: Series, version: str
) -> None:
    answer = as_dana.post(all_of(series), {"reason": "", "version": version})

    assert answer.status_code in {409, 422}
    assert len(walls(series)) == 5


def test_cancelling_twice_says_that_it_is_done(as_dana: Client, series: Series) -> None:
    asked = as_dana.get(all_of(series))
    send(as_dana, all_of(series), asked)

    again = send(as_dana, all_of(series), asked)

    assert "This series is cancelled already." in text_of(again)
    assert series.changes.filter(kind="cancelled").count() == 1


def test_reason_that_is_too_long_is_said_and_kept(as_dana: Client, series: Series) -> None:
    answer = send(as_dana, all_of(series), as_dana.get(all_of(series)), "x" * 501)

    assert answer.status_code == 422
    assert "x" * 501 in page(answer)
    assert len(walls(series)) == 5


def test_nothing_ahead_is_nothing_to_cancel(as_dana: Client, dana: User) -> None:
    past = make_series(dana, count=1, first_date=date(2026, 11, 16))

    answer = as_dana.get(all_of(past), follow=True)

    assert "All meetings of this series have begun." in text_of(answer)


def test_those_that_were_cancelled_by_themselves_are_not_counted(
    as_dana: Client, dana: User, series: Series
) -> None:
    scheduling.cancel(meeting_on(series, DECEMBER_14), by=dana)

    assert "2 meetings will not take place." in text_of(as_dana.get(from_14(series)))
