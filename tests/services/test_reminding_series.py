"""Reminders of series: they follow every way in which a meeting comes about or moves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from accounts.models import User
from meetings.models import Booking, Series
from meetings.recurrence import weekly
from meetings.services import zone_changes
from meetings.services.mail.reminding import remind_due
from meetings.services.series import horizon
from meetings.services.series.booking import book_series, wish_of
from meetings.services.series.cancelling import cancel_all
from meetings.services.series.edits import edit_all, edit_following
from meetings.services.series.remake import Exceptions

from .reminding import due_in, told, weekly_wish

pytestmark = pytest.mark.django_db
Clock = time_machine.TimeMachineFixture
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock(time_machine: Clock) -> Clock:
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def series(dana: User) -> Series:
    """9, 16, 23 March; an hour before."""
    return book_series(dana, weekly_wish(reminders=(60,)))


def due_of(series: Series) -> list[timedelta | None]:
    return [due_in(booking) for booking in series.bookings.all()]


def latest(series: Series) -> Series:
    return Series.objects.get(pk=series.pk)


def test_each_meeting_of_a_series_is_reminded_of(series: Series, clock: Clock) -> None:
    assert due_of(series) == [HOUR] * 3

    for booking in series.bookings.all():
        clock.move_to(booking.starts_at - HOUR, tick=False)
        remind_due()

    assert [email for email, _ in told()] == ["dana@example.org"] * 3
    assert due_of(series) == [None] * 3


def test_other_reminders_for_all_are_written_into_the_meetings(series: Series) -> None:
    wish = replace(wish_of(series.bookings.all()[0]), reminders=(1440,))

    edit_all(series, wish, by=series.organizer, version=series.version)

    assert due_of(series) == [DAY] * 3


def test_meetings_that_are_made_anew_are_reminded_of_at_their_new_time(series: Series) -> None:
    second = series.bookings.all()[1]
    wish = replace(wish_of(second), clock=time(14), reminders=(60, 1440))

    edit_following(second, wish, by=series.organizer, version=series.version)

    assert due_of(series) == [HOUR, DAY, DAY]


def test_cancelled_meeting_that_comes_back_is_reminded_of_again(series: Series) -> None:
    first, second, _third = series.bookings.all()
    wish = wish_of(first)
    edit_all(
        series,
        replace(wish, rule=replace(weekly([0]), interval=2, count=2)),
        by=series.organizer,
        version=series.version,
    )
    assert not series.bookings.filter(pk=second.pk, remind_at__isnull=False).exists()

    edit_all(
        latest(series),
        wish,
        by=series.organizer,
        version=latest(series).version,
        exceptions=Exceptions.REPLACE,
    )

    shown = series.bookings.filter(deleted_at=None)
    assert [due_in(booking) for booking in shown] == [HOUR] * 3


def test_series_that_was_called_off_reminds_nobody(series: Series) -> None:
    cancel_all(series, by=series.organizer, version=series.version)

    assert not Booking.objects.exclude(remind_at=None).exists()


def test_endless_series_goes_on_reminding(dana: User, clock: Clock) -> None:
    book_series(dana, weekly_wish(rule=weekly([0]), reminders=(60,)))
    clock.shift(timedelta(days=14))

    horizon.fill()

    last = Booking.objects.last()
    assert last
    assert last.starts_at > NOW + timedelta(days=400)
    assert due_in(last) == HOUR


def test_new_rules_of_a_zone_move_the_reminder_too(book: Callable[..., Booking]) -> None:
    booking = book(at=NOW + DAY, reminders=(60,), time_zone="Europe/Berlin")
    Booking.objects.update(wall="2026-03-03T08:30")  # as if other rules had been in force

    zone_changes.keep_walls()

    booking.refresh_from_db()
    assert booking.starts_at == NOW + DAY - timedelta(minutes=30)
    assert due_in(booking) == HOUR
