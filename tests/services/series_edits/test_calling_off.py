"""A series is ended before a meeting, or cancelled."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import time_machine

from accounts.models import User
from meetings.models import Series, SeriesChange
from meetings.recurrence import weekly
from meetings.services import scheduling
from meetings.services.scheduling import AlreadyCancelled
from meetings.services.series.booking import book_series
from meetings.services.series.cancelling import cancel_all, cancel_following

from .edits import on, shown, wish


def test_series_ends_before_a_meeting(series: Series, dana: User) -> None:
    cancel_following(on(series, 3, 23), by=dana, version=series.version, reason="Done")

    assert shown(series) == ["03-09T09:00", "03-16T09:00"]
    (off,) = series.bookings.cancelled()
    assert (off.wall, off.cancel_reason, off.deleted_at) == ("2026-03-23T09:00", "Done", None)
    assert off.changes.get().values == {"reason": ["", "Done"]}
    assert series.patterns.get().repeats.count == 2
    assert not Series.objects.get().is_cancelled
    assert series.changes.first().kind == SeriesChange.Kind.ENDED  # type: ignore[union-attr]


def test_ending_a_series_before_its_first_meeting_is_cancelling_it(
    series: Series, dana: User
) -> None:
    cancel_following(on(series, 3, 9), by=dana, version=series.version)

    assert Series.objects.get().is_cancelled
    assert series.patterns.get().cancelled_at


def test_cancelled_series_keeps_what_was_and_its_links(
    series: Series, dana: User, clock: time_machine.TimeMachineFixture
) -> None:
    clock.move_to(datetime(2026, 3, 20, tzinfo=UTC))

    cancel_all(series, by=dana, version=series.version, reason="Done")

    stays = Series.objects.get()
    assert (stays.is_cancelled, stays.cancel_reason) == (True, "Done")
    assert shown(series) == ["03-09T09:00", "03-16T09:00"]
    assert stays.links.usable().count() == 3


def test_series_that_is_over_can_be_cancelled_too(
    series: Series, dana: User, clock: time_machine.TimeMachineFixture
) -> None:
    clock.move_to(datetime(2026, 5, 1, tzinfo=UTC))

    cancel_all(series, by=dana, version=series.version)

    assert len(shown(series)) == 6
    assert Series.objects.get().is_cancelled


def test_cancelled_series_is_changed_no_more(series: Series, dana: User) -> None:
    cancel_all(series, by=dana, version=series.version)

    with pytest.raises(AlreadyCancelled):
        cancel_all(series, by=dana, version=series.version)


def test_series_whose_rest_was_cancelled_one_by_one_can_be_ended(
    dana: User, clock: time_machine.TimeMachineFixture
) -> None:
    series = book_series(dana, wish(rule=replace(weekly([0]), count=2)))
    scheduling.cancel(on(series, 3, 9), by=dana, reason="Snow")
    scheduling.cancel(on(series, 3, 16), by=dana)

    cancel_all(series, by=dana, version=Series.objects.get().version)

    assert series.bookings.confirmed().count() == 0
    assert Series.objects.get().is_cancelled
