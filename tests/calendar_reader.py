"""A small calendar program: it reads files with a library that did not write them, and obeys them.

vobject is not by the makers of icalendar and shares no code with it; what it finds is compared with
what Mozilla's ical.js finds in the same files.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from io import StringIO
from itertools import takewhile
from typing import Any

import vobject
from dateutil import tz

LAST = datetime(2028, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ReadEvent:
    uid: str
    sequence: int
    written_at: datetime
    starts_at: datetime  # the first start
    minutes: int
    title: str
    status: str
    url: str = ""
    organizer: str = ""
    attendees: dict[str, str] = field(default_factory=dict)
    instead_of: datetime | None = None
    starts: tuple[datetime, ...] = ()  # all of them until LAST


@dataclass(frozen=True)
class ReadCalendar:
    method: str
    events: list[ReadEvent]


def read(written: bytes) -> ReadCalendar:
    """What vobject finds."""
    calendar = vobject.readOne(written.decode())
    zones = _zones(written)
    return ReadCalendar(
        calendar.method.value,
        [_read(each, zones) for each in calendar.contents.get("vevent", [])],
    )


def _zones(written: bytes) -> dict[str, tzinfo]:
    """The file's own zones, as dateutil reads them: it can tell a wall time that is skipped."""
    if b"BEGIN:VTIMEZONE" not in written:
        return {}
    zones = tz.tzical(StringIO(written.decode().replace("\r\n ", "")))
    return {name: zones.get(name) for name in zones.keys()}  # noqa: SIM118  (no mapping)


def _read(entry: Any, zones: dict[str, tzinfo]) -> ReadEvent:
    start = entry.dtstart.value
    zone = _zone_of(entry.dtstart, zones)
    instead_of = entry.contents.get("recurrence-id", [None])[0]
    return ReadEvent(
        uid=entry.uid.value,
        sequence=int(entry.sequence.value),
        written_at=entry.dtstamp.value,
        starts_at=_instant(start, zone),
        minutes=int(entry.duration.value / timedelta(minutes=1)),
        title=entry.summary.value,
        status=entry.status.value,
        url=entry.getChildValue("url") or "",
        organizer=(entry.getChildValue("organizer") or "").removeprefix("mailto:"),
        attendees={
            each.value.removeprefix("mailto:"): each.params["PARTSTAT"][0]
            for each in entry.contents.get("attendee", [])
        },
        instead_of=_instant(instead_of.value, _zone_of(instead_of, zones)) if instead_of else None,
        starts=tuple(_instant(each, zone) for each in _starts(entry, start)),
    )


def _starts(entry: Any, start: datetime) -> list[datetime]:
    if "rrule" not in entry.contents:
        return [start]
    return list(takewhile(lambda each: each < LAST, entry.getrruleset(addRDate=True)))


def _zone_of(line: Any, zones: dict[str, tzinfo]) -> tzinfo:
    named = line.params.get("X-VOBJ-ORIGINAL-TZID", [""])[0]
    return zones[named] if named else UTC


def _instant(moment: datetime, zone: tzinfo) -> datetime:
    """A wall time that the clocks skip begins as much later (RFC 5545, §3.3.5)."""
    return tz.resolve_imaginary(moment.replace(tzinfo=zone)).astimezone(UTC)


@dataclass
class Program:
    """What a person's calendar holds after the files it was given, in their order."""

    series: dict[str, ReadEvent] = field(default_factory=dict)
    changed: dict[tuple[str, datetime], ReadEvent] = field(default_factory=dict)

    def take(self, calendar: ReadCalendar) -> None:
        for event in calendar.events:
            if event.instead_of:
                self._take_date(event, calendar.method)
            elif _stamp(event) > _stamp(self.series.get(event.uid)):
                self._take_whole(event, calendar)

    def _take_whole(self, event: ReadEvent, calendar: ReadCalendar) -> None:
        """The newest word about the series: what was said of single dates is said in it again."""
        self.changed = {key: each for key, each in self.changed.items() if key[0] != event.uid}
        is_off = calendar.method == "CANCEL"
        self.series[event.uid] = replace(event, starts=()) if is_off else event

    def _take_date(self, event: ReadEvent, method: str) -> None:
        assert event.instead_of is not None
        key = (event.uid, event.instead_of)
        known = (self.changed.get(key), self.series.get(event.uid))
        if _stamp(event) >= max(map(_stamp, known)):
            self.changed[key] = replace(event, starts=()) if method == "CANCEL" else event

    def shown(self) -> list[tuple[datetime, int, str]]:
        """Start, minutes and title of all that is in the calendar."""
        found = [
            (start, event.minutes, event.title)
            for event in self.series.values()
            for start in event.starts
            if (event.uid, start) not in self.changed
        ]
        for event in self.changed.values():
            found += [(start, event.minutes, event.title) for start in event.starts]
        return sorted(found)


def _stamp(event: ReadEvent | None) -> tuple[int, datetime]:
    """What makes one word about an event later than another (RFC 5546, §2.1.5)."""
    if event is None:
        return -1, datetime.min.replace(tzinfo=UTC)
    return event.sequence, event.written_at
