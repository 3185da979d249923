"""A small calendar program: it reads files with a library that did not write them, and obeys them.

vobject is not by the makers of icalendar and shares no code with it; what it finds is compared with
what Mozilla's ical.js finds in the same files.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import vobject


@dataclass(frozen=True)
class ReadEvent:
    uid: str
    sequence: int
    starts_at: datetime
    minutes: int
    title: str
    status: str
    url: str = ""
    organizer: str = ""
    attendees: dict[str, str] = field(default_factory=dict)
    instead_of: datetime | None = None
    starts: tuple[datetime, ...] = ()  # all of them, in the span that was asked for


@dataclass(frozen=True)
class ReadCalendar:
    method: str
    events: list[ReadEvent]


def read(written: bytes) -> ReadCalendar:
    calendar = vobject.readOne(written.decode())
    return ReadCalendar(calendar.method.value, [_read(each) for each in calendar.vevent_list])


def _read(entry: Any) -> ReadEvent:
    start = entry.dtstart.value
    instead_of = entry.getChildValue("recurrence_id")
    rules = entry.getrruleset(addRDate=True) if "rrule" in entry.contents else [start]
    return ReadEvent(
        uid=entry.uid.value,
        sequence=int(entry.sequence.value),
        starts_at=start.astimezone(UTC),
        minutes=int(entry.duration.value / timedelta(minutes=1)),
        title=entry.summary.value,
        status=entry.status.value,
        url=entry.getChildValue("url") or "",
        organizer=(entry.getChildValue("organizer") or "").removeprefix("mailto:"),
        attendees={
            each.value.removeprefix("mailto:"): each.params["PARTSTAT"][0]
            for each in entry.contents.get("attendee", [])
        },
        instead_of=instead_of.astimezone(UTC) if instead_of else None,
    )
