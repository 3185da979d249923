"""Times as people read them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.template import Context, Template
from django.utils import timezone, translation

from meetings.models import Booking
from meetings.templatetags.people import initials
from meetings.templatetags.times import lasting

NOW = datetime(2026, 11, 23, 8, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(time_machine: time_machine.TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


def drawn(template: str, *, zone: str = "Europe/Berlin", **context: Any) -> str:
    with timezone.override(ZoneInfo(zone)):
        return " ".join(Template(template).render(Context(context)).split())


def meeting(start: str, minutes: int = 45, zone: str = "Europe/Berlin") -> Booking:
    at = datetime.fromisoformat(start).replace(tzinfo=UTC)
    ends_at = at + timedelta(minutes=minutes)
    return Booking(starts_at=at, ends_at=ends_at, duration=minutes, time_zone=zone)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (1, "1 minute"),
        (45, "45 minutes"),
        (60, "1 hour"),
        (90, "1 hour 30 minutes"),
        (121, "2 hours 1 minute"),
        (1440, "24 hours"),
        (0, "0 minutes"),
    ],
)
def test_duration_is_told_in_words(minutes: int, words: str) -> None:
    assert lasting(minutes) == words


def test_time_of_a_meeting_names_day_hours_and_zone() -> None:
    text = drawn("{% when booking %}", booking=meeting("2026-11-23T08:00"))

    assert text == (
        '<time datetime="2026-11-23T08:00:00+00:00">'
        "Mon, 23 November 2026, 9:00 AM – 9:45 AM</time> "
        '<span class="muted">Berlin (UTC+01:00)</span>'
    )


@pytest.mark.parametrize(
    ("start", "minutes", "text"),
    [
        ("2026-11-23T08:00", 45, "9:00 AM – 9:45 AM"),
        ("2026-11-23T22:00", 60, "11:00 PM – 12:00 AM"),
        ("2026-11-23T22:00", 90, "11:00 PM – 12:30 AM (Tue)"),
    ],
)
def test_hours_name_the_day_of_the_end_when_it_is_another(
    start: str, minutes: int, text: str
) -> None:
    assert drawn("{% hours booking %}", booking=meeting(start, minutes)) == text


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        ("Europe/Berlin", ""),
        ("Europe/Paris", ""),  # another name for the same time
        ("America/New_York", "9:00 AM – 9:45 AM in Berlin (UTC+01:00)"),
        (
            "Pacific/Honolulu",
            "Mon, 23 November 2026, 9:00 AM – 9:45 AM in Berlin (UTC+01:00)",
        ),
    ],
)
def test_organizers_time_is_told_to_whom_it_is_another(reader: str, text: str) -> None:
    booking = meeting("2026-11-23T08:00")

    assert drawn("{% organizers_time booking %}", zone=reader, booking=booking) == text


@pytest.mark.parametrize(
    ("zone", "label"),
    [
        ("Europe/Berlin", "Berlin time"),
        ("America/St_Johns", "St Johns time"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
        ("Asia/Kathmandu", "Kathmandu time"),
        ("UTC", "UTC"),
    ],
)
def test_zone_is_named_as_people_know_it(zone: str, label: str) -> None:
    assert drawn("{% zone_label %}", zone=zone) == label


def test_zone_of_a_meeting_has_the_offset_of_its_day() -> None:
    text = drawn("{% when booking %}", booking=meeting("2027-07-01T08:00"))

    assert "10:00 AM – 10:45 AM" in text
    assert "Berlin (UTC+02:00)" in text


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 11, 22), "Yesterday · Sunday, 22 November 2026"),
        (date(2026, 11, 23), "Today · Monday, 23 November 2026"),
        (date(2026, 11, 24), "Tomorrow · Tuesday, 24 November 2026"),
        (date(2026, 11, 25), "Wednesday, 25 November 2026"),
    ],
)
def test_days_nearby_have_names(day: date, name: str) -> None:
    assert drawn("{% day_name day %}", day=day) == name


def test_today_is_the_readers_today() -> None:
    late = date(2026, 11, 22)

    assert drawn("{% day_name day %}", zone="Pacific/Honolulu", day=late).startswith("Today")


def test_moment_and_wall_clock_speak_their_zones() -> None:
    assert drawn("{% moment at %}", at=NOW) == "Mon, 23 November 2026, 9:20 AM Berlin (UTC+01:00)"
    assert drawn("{% wall_clock at 'Asia/Tokyo' %}", at=NOW) == "2026-11-23T17:20"


def test_german_reader_reads_german_days_and_hours() -> None:
    with translation.override("de"):
        text = drawn("{% when booking %}", booking=meeting("2026-11-23T13:00"))

    assert "Mo, 23. November 2026, 14:00 – 14:45" in text


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana Lopez", "AL"),
        ("Ana María del Lopez", "AL"),
        ("Ana", "A"),
        ("李小龙", "李"),
        ("🚀 Ana", "A"),
        ("  ", ""),
        ("(guest)", "g"),
        ("Gus “Guest” & 100%", "GG"),
        ("100 %", ""),
    ],
)
def test_avatar_shows_one_or_two_letters(name: str, letters: str) -> None:
    assert initials(name) == letters
