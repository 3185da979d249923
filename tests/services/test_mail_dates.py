"""The dates of a series in a mail: the reader's own hours, as they really will be."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from meetings.ical import Event
from meetings.recurrence import Rule, weekly
from meetings.services.mail.dates import dates_text

BERLIN, NEW_YORK, TOKYO = (
    ZoneInfo(f"{name}") for name in ("Europe/Berlin", "America/New_York", "Asia/Tokyo")
)


def series(start: datetime, rule: Rule, *left_out: date) -> Event:
    return Event(
        uid="1",
        sequence=0,
        start=start,
        minutes=30,
        title="Sync",
        rule=rule,
        left_out=left_out,
        changed_at=start,
    )


def test_each_date_has_its_hour_where_the_reader_is() -> None:
    monday = series(datetime(2027, 3, 8, 15, tzinfo=BERLIN), weekly([0]))

    lines = dates_text(monday, (), NEW_YORK).splitlines()

    assert lines == [
        "Mon, 8 March 2027, 9:00 AM",
        "Mon, 15 March 2027, 10:00 AM",
        "Mon, 22 March 2027, 10:00 AM",
        "Mon, 29 March 2027, 9:00 AM",
        "Mon, 5 April 2027, 9:00 AM",
        "…",
        "from Mon, 1 November 2027: 10:00 AM",
    ]


def test_another_hour_later_is_told_with_its_first_date() -> None:
    monday = series(datetime(2027, 1, 4, 9, tzinfo=BERLIN), weekly([0]))

    lines = dates_text(monday, (), TOKYO).splitlines()

    assert lines[-2:] == ["…", "from Mon, 29 March 2027: 4:00 PM"]


def test_dates_stand_where_they_were_moved_and_those_left_out_do_not() -> None:
    monday = series(datetime(2027, 3, 8, 15, tzinfo=BERLIN), weekly([0]), date(2027, 3, 15))
    moved = series(datetime(2027, 3, 23, 15, 30, tzinfo=BERLIN), weekly([0]))
    moved = Event(
        uid="1",
        sequence=1,
        start=moved.start,
        minutes=30,
        title="Sync",
        instead_of=datetime(2027, 3, 22, 15, tzinfo=BERLIN),
        changed_at=moved.start,
    )

    lines = dates_text(monday, [moved], BERLIN).splitlines()

    assert lines[:3] == [
        "Mon, 8 March 2027, 3:00 PM",
        "Tue, 23 March 2027, 3:30 PM",
        "Mon, 29 March 2027, 3:00 PM",
    ]
    assert lines[-1] == "…"


def test_an_hour_that_the_clocks_skip_is_told_as_it_will_be() -> None:
    night = series(datetime(2027, 3, 21, 2, 30, tzinfo=BERLIN), weekly([6]))

    lines = dates_text(night, (), BERLIN).splitlines()

    assert lines[1:3] == ["Sun, 28 March 2027, 3:30 AM", "Sun, 4 April 2027, 2:30 AM"]


def test_a_short_series_is_listed_whole() -> None:
    two = series(
        datetime(2027, 3, 8, 15, tzinfo=BERLIN),
        Rule(frequency=weekly([0]).frequency, weekdays=(0,), count=2),
    )

    assert dates_text(two, (), BERLIN).splitlines() == [
        "Mon, 8 March 2027, 3:00 PM",
        "Mon, 15 March 2027, 3:00 PM",
    ]
