"""How far an endless series is made stays as far when it is changed."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from accounts.models import User
from meetings.models import Series
from meetings.recurrence import weekly
from meetings.services import scheduling
from meetings.services.scheduling import MeetingWish
from meetings.services.series.ahead import first_ahead
from meetings.services.series.booking import SeriesWish, book_series, wish_of
from meetings.services.series.edits import edit_all, edit_following, look_ahead
from meetings.services.series.remake import Exceptions


@pytest.fixture
def series(dana: User, time_machine: time_machine.TimeMachineFixture) -> Series:
    """Every Monday, and from the tenth meeting on an hour later: so made 400 days beyond that."""
    time_machine.move_to(datetime(2026, 3, 2, 8, tzinfo=UTC), tick=False)
    wish = SeriesWish(
        title="Stand-up",
        rule=weekly([0]),
        first_date=date(2026, 3, 9),
        clock=time(9),
        duration=30,
        time_zone="Europe/Berlin",
    )
    series = book_series(dana, wish)
    tenth = series.bookings.all()[9]
    later = replace(wish_of(tenth), clock=time(10))
    return edit_following(tenth, later, by=dana, version=series.version)


def at_eleven(series: Series) -> SeriesWish:
    return replace(wish_of(first_ahead(series)), clock=time(11))


def test_no_meeting_is_lost_by_changing_all(series: Series, dana: User) -> None:
    days = list(series.bookings.values_list("recurrence_date", flat=True))
    outlook = look_ahead(series, at_eleven(series))

    edit_all(series, at_eleven(series), by=dana, version=series.version)

    assert (outlook.meetings, outlook.gone) == (len(days), 0)
    assert list(series.bookings.confirmed().values_list("recurrence_date", flat=True)) == days


def test_meeting_changed_by_itself_is_kept_however_far_it_is(series: Series, dana: User) -> None:
    last = series.bookings.all().reverse()[0]
    moved = MeetingWish(
        title="Farewell",
        starts_at=last.starts_at + timedelta(hours=5),
        duration=30,
        time_zone="Europe/Berlin",
    )
    scheduling.edit(last, moved, by=dana, version=last.version)
    series.refresh_from_db()

    edit_all(series, at_eleven(series), by=dana, version=series.version, exceptions=Exceptions.KEEP)

    last.refresh_from_db()
    assert (last.title, last.is_cancelled) == ("Farewell", False)
