"""One meeting of a series is changed or called off, and the others stay."""

from dataclasses import replace
from datetime import date

import pytest

from accounts.models import User
from meetings.models import Room, Series
from meetings.recurrence import daily
from meetings.services import scheduling
from meetings.services.scheduling import Overlaps, StaleEdit
from meetings.services.series.booking import book_series
from meetings.services.series.edits import edit_all

from .edits import TEN, move, on, shown, wish


def test_one_meeting_moves_and_the_others_stay_with_all_links(series: Series) -> None:
    tokens = {link.token for link in series.links.all()}

    moved = move(on(series, 3, 16))

    assert shown(series)[:3] == ["03-09T09:00", "03-16T10:00", "03-23T09:00"]
    assert (moved.is_exception, moved.recurrence_date) == (True, date(2026, 3, 16))
    assert {link.token for link in series.links.all()} == tokens
    assert moved.changes.get().values.keys() == {"starts_at"}


def test_saving_one_meeting_without_a_change_makes_no_exception(series: Series) -> None:
    same = on(series, 3, 16)

    assert not move(same, starts_at=same.starts_at).is_exception


def test_one_meeting_with_options_of_its_own_gets_its_own_room(series: Series) -> None:
    changed = move(on(series, 3, 16), options={"waiting_room": "nobody"})
    again = move(on(series, 3, 16), options={"waiting_room": "everyone"})

    assert changed.room == again.room
    assert on(series, 3, 23).room.waiting_room == "guests"
    assert again.room.waiting_room == "everyone"


def test_other_title_of_one_meeting_renames_no_room(series: Series) -> None:
    move(on(series, 3, 16), title="Special")

    assert Room.objects.get().name == "Stand-up"


def test_one_cancelled_meeting_leaves_the_others(series: Series, dana: User) -> None:
    off = scheduling.cancel(on(series, 3, 16), by=dana, reason="Snow")

    assert off.is_exception
    assert len(shown(series)) == 5


def test_series_form_that_was_open_when_one_meeting_changed_is_stale(
    series: Series, dana: User
) -> None:
    move(on(series, 3, 16))

    with pytest.raises(StaleEdit):
        edit_all(series, wish(clock=TEN), by=dana, version=series.version)


def test_one_meeting_cannot_be_moved_onto_another_of_its_series(dana: User) -> None:
    series = book_series(dana, wish(rule=replace(daily(), count=5)))
    tuesday = on(series, 3, 10)

    with pytest.raises(Overlaps):
        move(tuesday, starts_at=on(series, 3, 11).starts_at)
