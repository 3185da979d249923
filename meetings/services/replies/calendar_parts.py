"""What a calendar program answers by mail (iTIP, RFC 5546: REPLY and COUNTER), as plain values."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote

from icalendar import Calendar, Component, vDDDTypes

from meetings.invitees import address_key

LARGEST_PART = 256 * 1024  # bytes
MOST_EVENTS = 50
FILES = {"text/calendar", "application/ics"}
METHODS = {"REPLY", "COUNTER"}
FOLD = re.compile(r"\r?\n[ \t]")
UNPRINTABLE = dict.fromkeys([*range(10), *range(11, 32), 127], " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one attendee says of one event, or one date of a series."""

    uid: str
    email: str
    status: str  # PARTSTAT
    is_counter: bool = False
    of_date: date | datetime | None = None  # RECURRENCE-ID
    is_for_all_after: bool = False
    sequence: int = 0
    written_at: datetime | None = None
    starts_at: datetime | None = None  # what a COUNTER proposes
    comment: str = ""


def replies_in(message: EmailMessage, *, sender: str) -> list[Reply] | None:
    """What its sender answers, in order; None when no calendar program answers here.

    Events in which somebody else speaks are left out.
    """
    calendar = next(_calendars(message), None)
    if calendar is None:
        return None
    events = calendar.walk("VEVENT")[:MOST_EVENTS]
    is_counter = _method(calendar) == "COUNTER"
    read = (_reply(event, sender, is_counter=is_counter) for event in events)
    return [reply for reply in read if reply]


def _calendars(message: EmailMessage) -> Iterator[Calendar]:
    for part in message.walk():
        name = (part.get_filename() or "").lower()
        if part.get_content_type() not in FILES and not name.endswith(".ics"):
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and len(content) <= LARGEST_PART:
            calendar = _parsed(content, part.get_content_charset("utf-8"))
            if calendar is not None and _method(calendar) in METHODS:
                yield calendar


def _parsed(content: bytes, charset: str) -> Calendar | None:
    try:
        text = content.decode(charset, errors="replace")
    except LookupError:  # a charset that nobody knows
        text = content.decode(errors="replace")
    lines = FOLD.sub("", text).splitlines()
    try:
        return Calendar.from_ical("\n".join(_without_zones(lines)))
    except (ValueError, IndexError, KeyError):
        return None


def _without_zones(lines: list[str]) -> Iterator[str]:
    """All but definitions of zones: one with a rule for each second would keep us busy for hours.

    Dates of our series are wall times, and other zones are known by their names.
    """
    is_zone = False
    for line in lines:
        word = line.strip().upper()
        is_zone = is_zone or word == "BEGIN:VTIMEZONE"
        if not is_zone:
            yield line
        is_zone = is_zone and word != "END:VTIMEZONE"


def _method(calendar: Calendar) -> str:
    return str(calendar.get("METHOD", "")).upper()


def _reply(event: Component, sender: str, *, is_counter: bool) -> Reply | None:
    speaks = address_key(sender)
    attendees = (each for each in _all(event, "ATTENDEE") if address_key(_email(each)) == speaks)
    attendee = next(attendees, None)
    named = event.get("RECURRENCE-ID")
    day = named.dt if isinstance(named, vDDDTypes) else None
    of_date = day if isinstance(day, date) else None
    if attendee is None or (named is not None and of_date is None):
        return None  # a date that cannot be read is not to be taken for all of them
    return Reply(
        uid=str(event.get("UID", "")),
        email=sender,
        status=str(attendee.params.get("PARTSTAT", "NEEDS-ACTION")).upper(),
        is_counter=is_counter,
        of_date=of_date,
        is_for_all_after="RANGE" in getattr(named, "params", {}),
        sequence=_number(event.get("SEQUENCE")),
        written_at=_instant(event.get("DTSTAMP")),
        starts_at=_instant(event.get("DTSTART")),
        comment=_comment(event, attendee),
    )


def _all(event: Component, name: str) -> list[Any]:
    found = event.get(name, [])
    return found if isinstance(found, list) else [found]


def _email(attendee: Any) -> str:
    """Apple's programs name people by other addresses, and the mail address beside it."""
    scheme, _, address = str(attendee).partition(":")
    if scheme.lower() != "mailto":
        address = str(attendee.params.get("EMAIL", ""))
    return unquote(address).strip()


def _number(value: Any) -> int:
    """Where none is told, the first state is answered (RFC 5546, §3.2.3)."""
    return value if isinstance(value, int) and 0 <= value < 2**31 else 0


def _instant(value: Any) -> datetime | None:
    """A time whose zone we know; whole days and floating times are none."""
    moment = value.dt if isinstance(value, vDDDTypes) else None
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        return None
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def _comment(event: Component, attendee: Any) -> str:
    """Google's programs keep the comment with the person."""
    said = [str(each) for each in _all(event, "COMMENT")]
    said = said or [str(attendee.params.get("X-RESPONSE-COMMENT", ""))]
    return "\n".join(said).translate(UNPRINTABLE).strip()
