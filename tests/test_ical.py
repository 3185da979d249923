"""Calendar files from plain values, on the days and with the texts that break others."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.zones import zone_names
from meetings.ical import Event, Method, Person, Status, calendar_file, one_line
from meetings.ical_zones import timezone_component
from meetings.recurrence import daily, monthly_by_date, weekly
from tests.calendar_reader import read

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
EVENT = Event(
    uid="7f9c",
    start=datetime(2026, 3, 9, 9, tzinfo=BERLIN),
    minutes=30,
    title="Review",
    changed_at=NOW,
    organizer=Person(email="dana@example.org", name="Dana"),
)


def lines_of(*events: Event, method: Method = Method.REQUEST, name: str = "") -> list[str]:
    written = calendar_file(events, method, now=NOW, name=name)
    return written.replace(b"\r\n ", b"").decode().split("\r\n")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\x00"])
def test_no_text_can_add_a_line(end: str) -> None:
    bad = f"Hi{end}ATTENDEE:mailto:eve@example.com{end}END:VEVENT"
    event = replace(
        EVENT,
        title=bad,
        description=bad,
        organizer=Person(email="dana@example.org", name=bad),
        attendees=(Person(email=f"ana@example.com{end}X:1", name=f'"{bad}'),),
    )

    lines = lines_of(event, name=bad)

    assert lines.count("END:VEVENT") == 1
    assert not [line for line in lines if line.startswith(("ATTENDEE:", "X:"))]
    assert all(line.isprintable() for line in lines)


@given(st.text(max_size=300))
@settings(max_examples=80)
def test_any_title_is_read_as_it_was_meant(title: str) -> None:
    written = calendar_file([replace(EVENT, title=f"x{title}")], Method.REQUEST, now=NOW)

    (event,) = read(written).events
    assert event.title == one_line(f"x{title}")
    assert max(len(line) for line in written.split(b"\r\n")) <= 75


def test_link_is_where_programs_look_for_it() -> None:
    url = "https://meet.example/j/abc/"

    lines = lines_of(replace(EVENT, url=url))

    assert f"LOCATION:{url}" in lines
    assert f"URL:{url}" in lines
    assert f"CONFERENCE;FEATURE=AUDIO,VIDEO;VALUE=URI:{url}" in lines


def test_attendee_has_an_answer_and_is_asked_for_one() -> None:
    ana = Person(email="ana@example.com", name="Ana, B", status=Status.TENTATIVE)

    (line,) = (
        each for each in lines_of(replace(EVENT, attendees=(ana,))) if each.startswith("ATTENDEE")
    )

    assert 'CN="Ana, B"' in line
    assert "PARTSTAT=TENTATIVE" in line
    assert "RSVP=TRUE" in line


def test_cancelled_event_says_so_by_its_method_alone() -> None:
    assert "STATUS:CANCELLED" in lines_of(EVENT, method=Method.CANCEL)
    assert "STATUS:CONFIRMED" in lines_of(EVENT)


def test_subscribed_calendar_has_a_name_and_none_needs_an_event() -> None:
    lines = lines_of(method=Method.PUBLISH, name="Dana’s meetings")

    assert "NAME:Dana’s meetings" in lines
    assert "BEGIN:VEVENT" not in lines


@pytest.mark.parametrize(
    ("fold", "hour"), [(0, 0), (1, 1)], ids=["the first time", "the second time"]
)
def test_hour_that_comes_twice_is_told_apart(fold: int, hour: int) -> None:
    start = datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=BERLIN)

    (event,) = read(calendar_file([replace(EVENT, start=start)], Method.REQUEST, now=NOW)).events

    assert event.starts_at == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


def test_meeting_in_utc_needs_no_zone() -> None:
    lines = lines_of(replace(EVENT, start=datetime(2026, 3, 9, 9, tzinfo=ZoneInfo("UTC"))))

    assert "DTSTART:20260309T090000Z" in lines
    assert "BEGIN:VTIMEZONE" not in lines


def test_each_zone_is_written_once_for_all_its_events() -> None:
    other = replace(
        EVENT,
        start=datetime(2027, 9, 9, 9, tzinfo=BERLIN),
        instead_of=datetime(2025, 9, 9, 9, tzinfo=BERLIN),
    )

    lines = lines_of(EVENT, other)

    assert lines.count("BEGIN:VTIMEZONE") == 1
    assert "RDATE:20270328T020000" in lines
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20250909T090000" in lines


def test_start_without_a_named_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        lines_of(replace(EVENT, start=NOW))


@pytest.mark.parametrize("name", sorted(zone_names())[::7])
def test_every_zone_is_read_as_it_is(name: str) -> None:
    zone = ZoneInfo(name)
    start = datetime(2026, 3, 1, 12, tzinfo=zone)
    event = replace(EVENT, start=start, rule=replace(daily(5), until=date(2027, 4, 1)))

    (found,) = read(calendar_file([event], Method.REQUEST, now=NOW)).events

    dates = [start + timedelta(days=5 * number) for number in range(len(found.starts))]
    assert len(dates) == 80
    assert found.starts == tuple(each.astimezone(UTC) for each in dates)


def test_change_of_clocks_is_right_to_the_minute() -> None:
    start = datetime(2026, 3, 29, 3, 0, tzinfo=BERLIN)  # the first minute of summer time

    (event,) = read(calendar_file([replace(EVENT, start=start)], Method.REQUEST, now=NOW)).events

    assert event.starts_at == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_endless_series_is_right_for_many_years_and_the_file_stays_small() -> None:
    written = calendar_file([replace(EVENT, rule=weekly([0]))], Method.REQUEST, now=NOW)

    assert b"RDATE:20450326T020000" in written
    assert len(written) < 4000


def test_last_years_of_the_calendar_are_no_trouble() -> None:
    assert timezone_component(BERLIN, date(1, 1, 1), date(1, 2, 1))
    assert timezone_component(BERLIN, date(9999, 1, 1), date(9999, 12, 31))


def test_left_out_dates_are_gone() -> None:
    rule = replace(monthly_by_date(9), count=3)
    event = replace(EVENT, rule=rule, left_out=(date(2026, 4, 9),))

    (found,) = read(calendar_file([event], Method.REQUEST, now=NOW)).events

    assert [start.month for start in found.starts] == [3, 5]
