"""Mozilla's ical.js finds in our calendar files what vobject finds: two that share no code."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import transaction
from playwright.sync_api import Page, sync_playwright

from accounts.models import User
from tests.calendar_reader import LAST, ReadCalendar, read
from tests.calendar_stories import BEGIN, STORIES, files

from .conftest import CHROMIUM, FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.looks]

ICAL_JS = Path(__file__).parents[1] / "vendor" / "ical.js-2.2.1" / "ical.es5.min.js"
READ = """
([text, last]) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const seconds = (time) => time && time.toUnixTime();
  const startsOf = (event) => {
    if (!event.isRecurring()) return [seconds(event.startDate)];
    const found = [];
    const dates = event.iterator();
    for (let next; (next = dates.next()) && seconds(next) < last; ) found.push(seconds(next));
    return found;
  };
  const value = (part, name) => part.getFirstPropertyValue(name);
  return [value(calendar, "method"), calendar.getAllSubcomponents("vevent").map((part) => {
    const event = new ICAL.Event(part);
    return {
      uid: event.uid, sequence: event.sequence, title: event.summary,
      status: value(part, "status"), url: value(part, "url") || "",
      minutes: event.duration.toSeconds() / 60, starts: startsOf(event),
      insteadOf: seconds(event.recurrenceId) || 0,
      organizer: (event.organizer || "").replace("mailto:", ""),
      attendees: event.attendees.map(
        (each) => [each.getFirstValue().replace("mailto:", ""), each.getParameter("partstat")]),
    };
  })];
}
"""


@pytest.fixture
def stories(dana: User) -> dict[str, list[bytes]]:
    """The files of each story; as one after the other, so that none knows of another."""
    written = {}
    for story in STORIES:
        with time_machine.travel(BEGIN), transaction.atomic():
            story(dana)
            written[story.__name__] = files()
            transaction.set_rollback(True)
    return written


@pytest.fixture
def ical_js(stories: dict[str, list[bytes]]) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.add_script_tag(path=ICAL_JS)
        yield page
        browser.close()


def read_by(page: Page, written: bytes) -> tuple[str, list[dict[str, Any]]]:
    method, events = page.evaluate(READ, [written.decode(), LAST.timestamp()])
    return method, events


def as_ical_js_says_it(calendar: ReadCalendar) -> tuple[str, list[dict[str, Any]]]:
    return calendar.method, [
        {
            "uid": event.uid,
            "sequence": event.sequence,
            "title": event.title,
            "status": event.status,
            "url": event.url,
            "minutes": event.minutes,
            "starts": [int(start.timestamp()) for start in event.starts],
            "insteadOf": int(event.instead_of.timestamp()) if event.instead_of else 0,
            "organizer": event.organizer,
            "attendees": [list(each) for each in event.attendees.items()],
        }
        for event in calendar.events
    ]


@pytest.mark.django_db
def test_two_parsers_find_the_same_in_the_files_of_all_stories(
    stories: dict[str, list[bytes]], ical_js: Page
) -> None:
    found = {
        (name, number): read_by(ical_js, written)
        for name, all_written in stories.items()
        for number, written in enumerate(all_written)
    }

    assert len(stories) == len(STORIES)
    for (name, number), (method, events) in found.items():
        expected_method, expected = as_ical_js_says_it(read(stories[name][number]))
        assert method == expected_method
        for one, other in zip(events, expected, strict=True):
            assert without_skipped(one) == without_skipped(other), (name, number)


def without_skipped(event: dict[str, Any]) -> dict[str, Any]:
    """Without the one start on a wall time that the clocks skip, of which programs think unlike."""
    skipped = {datetime(2026, 3, 29, hour, 30, tzinfo=UTC).timestamp() for hour in (0, 1)}
    return {**event, "starts": [start for start in event["starts"] if start not in skipped]}
