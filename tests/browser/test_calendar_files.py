"""Mozilla's ical.js finds in our files and feeds what vobject finds: two that share no code."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import transaction
from playwright.sync_api import Browser, Page

from accounts.models import User
from tests.calendar_reader import LAST, ReadCalendar, read
from tests.calendar_stories import BEGIN, STORIES, Shown, feed, files, in_our_books

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

# What a program built on it has in its calendar after reading a feed
SHOWN = """
([text, last]) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const events = calendar.getAllSubcomponents("vevent").map((part) => new ICAL.Event(part));
  const row = (start, event) =>
    [start.toUnixTime(), event.duration.toSeconds() / 60, event.summary];
  const shown = [];
  for (const event of events.filter((each) => !each.isRecurrenceException())) {
    for (const other of events) {
      if (other.isRecurrenceException() && other.uid === event.uid) event.relateException(other);
    }
    if (!event.isRecurring()) shown.push(row(event.startDate, event));
    else {
      const dates = event.iterator();
      for (let next; (next = dates.next()) && next.toUnixTime() < last; ) {
        const { startDate, item } = event.getOccurrenceDetails(next);
        shown.push(row(startDate, item));
      }
    }
  }
  return shown;
}
"""


@dataclass(frozen=True)
class Told:
    """What a story left behind: files of mails, the organizer’s feed, and what is in our books."""

    files: list[bytes]
    feed: bytes
    books: Shown


@pytest.fixture
def stories(dana: User) -> dict[str, Told]:
    """As one after the other, so that none knows of another."""
    told = {}
    for story in STORIES:
        with time_machine.travel(BEGIN), transaction.atomic():
            story(dana)
            told[story.__name__] = Told(files(), feed(dana), in_our_books())
            transaction.set_rollback(True)
    return told


@pytest.fixture
def ical_js(chromium: Browser) -> Iterator[Page]:
    with chromium.new_page() as page:
        page.add_script_tag(path=ICAL_JS)
        yield page


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
    stories: dict[str, Told], ical_js: Page
) -> None:
    written = {
        (name, number): each
        for name, told in stories.items()
        for number, each in enumerate([*told.files, told.feed])
    }

    assert len(stories) == len(STORIES)
    for key, each in written.items():
        method, events = read_by(ical_js, each)
        expected_method, expected = as_ical_js_says_it(read(each))
        assert method == expected_method
        for one, other in zip(events, expected, strict=True):
            assert without_skipped(one) == without_skipped(other), key


@pytest.mark.django_db
def test_program_that_reads_the_feed_shows_what_is_in_our_books(
    stories: dict[str, Told], ical_js: Page
) -> None:
    for name, told in stories.items():
        shown = ical_js.evaluate(SHOWN, [told.feed.decode(), LAST.timestamp()])

        books = [[start.timestamp(), minutes, title] for start, minutes, title in told.books]
        assert sorted(shown) == books, name


def without_skipped(event: dict[str, Any]) -> dict[str, Any]:
    """Without the wall time that the clocks skip: programs think unlike of it, so we say it anew.

    Another event of the file has its place, with a start of which all think alike.
    """
    skipped = {datetime(2026, 3, 29, hour, 30, tzinfo=UTC).timestamp() for hour in (0, 1)}
    starts = [start for start in event["starts"] if event["insteadOf"] or start not in skipped]
    instead_of = "skipped" if event["insteadOf"] in skipped else event["insteadOf"]
    return {**event, "starts": starts, "insteadOf": instead_of}
