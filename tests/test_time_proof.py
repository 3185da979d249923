"""What o'clock it is for everybody, over days on which clocks change somewhere."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from meetings.time_proof import Cell, Hour, Place, cells_of, hour_of, places_of

BERLIN, NEW_YORK, KOLKATA = map(ZoneInfo, ("Europe/Berlin", "America/New_York", "Asia/Kolkata"))
PLACES = [Place(BERLIN, ("Dana",)), Place(NEW_YORK, ("Ana",)), Place(KOLKATA, ("Priya",))]
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)


def on(month: int, day: int, hour: int, *, before: datetime | None = None) -> list[Cell]:
    """A meeting of half an hour at that hour in Berlin."""
    start = datetime(2027, month, day, hour, tzinfo=BERLIN).astimezone(UTC)
    return cells_of(PLACES, start, start + HOUR / 2, before=before)


def clocks(cells: list[Cell]) -> list[str]:
    return [f"{cell.start:%H:%M}" for cell in cells]


def test_week_between_two_changes_of_clocks_is_an_hour_off() -> None:
    assert clocks(on(3, 8, 15)) == ["15:00", "09:00", "19:30"]
    assert clocks(on(3, 15, 15)) == ["15:00", "10:00", "19:30"]  # New York changed on the 14th
    assert clocks(on(3, 29, 15)) == ["15:00", "09:00", "18:30"]  # Berlin on the 28th


def test_change_of_clocks_is_marked_where_and_when_it_happens() -> None:
    def moved(month: int, day: int) -> list[timedelta]:
        at = datetime(2027, month, day, 15, tzinfo=BERLIN).astimezone(UTC)
        return [cell.clocks_moved for cell in on(month, day, 15, before=at - WEEK)]

    none = timedelta()
    assert moved(3, 8) == [none, none, none]
    assert moved(3, 15) == [none, HOUR, none]
    assert moved(3, 29) == [HOUR, none, none]
    assert moved(11, 1) == [-HOUR, none, none]
    assert moved(11, 8) == [none, -HOUR, none]


def test_without_a_meeting_before_no_clock_has_changed() -> None:
    assert not any(cell.clocks_moved for cell in on(3, 29, 15))


def test_other_day_is_told() -> None:
    assert [cell.day_differs for cell in on(3, 8, 3)] == [False, True, False]
    assert [cell.day_differs for cell in on(3, 8, 22)] == [False, False, True]


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        ("07:59", 30, Hour.EARLY),
        ("08:00", 30, Hour.FINE),
        ("19:30", 30, Hour.FINE),
        ("19:31", 30, Hour.LATE),
        ("23:45", 30, Hour.LATE),
        ("00:10", 30, Hour.EARLY),
        ("12:00", 1440, Hour.LATE),
    ],
)
def test_day_goes_from_8_to_20(start: str, minutes: int, expected: Hour) -> None:
    at = datetime.fromisoformat(f"2027-03-08T{start}")

    assert hour_of(at, at + timedelta(minutes=minutes)) is expected


def test_people_of_one_zone_stand_together_in_the_order_they_come() -> None:
    people = [("Dana", BERLIN), ("Ana", NEW_YORK), ("Lars", BERLIN), ("", KOLKATA)]

    assert places_of(people) == [
        Place(BERLIN, ("Dana", "Lars")),
        Place(NEW_YORK, ("Ana",)),
        Place(KOLKATA, ()),
    ]
