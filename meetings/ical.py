"""Calendar files (RFC 5545, 5546, 7986) from plain values. Pure functions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from urllib.parse import quote
from zoneinfo import ZoneInfo

from icalendar import Calendar, Parameters, vCalAddress, vDuration, vRecur, vUri
from icalendar import Event as Entry

from .ical_gaps import shifted_dates
from .ical_rules import last_day, repetition
from .ical_zones import timezone_component
from .recurrence import Rule

PRODUCT = "-//Parley//Parley//EN"
CONTROLS = dict.fromkeys([*range(32), 127, *range(128, 160), 0x2028, 0x2029], " ")


class Method(StrEnum):
    """What a program is to do with the file."""

    REQUEST = "REQUEST"  # here is a meeting for you, new or changed
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"  # to look at; nobody is asked to answer


class Status(StrEnum):
    """What an attendee said."""

    UNKNOWN = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    TENTATIVE = "TENTATIVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    email: str
    name: str = ""
    status: Status = Status.UNKNOWN  # of an attendee


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A meeting, a series, or one changed date of a series (`instead_of`, its former start).

    `start` is in the meeting's own zone. Sets of events with one `uid` make one series.
    """

    uid: str
    start: datetime
    minutes: int
    title: str
    changed_at: datetime
    sequence: int = 0
    rule: Rule | None = None
    left_out: tuple[date, ...] = ()
    instead_of: datetime | None = None
    description: str = ""
    url: str = ""
    organizer: Person | None = None
    attendees: tuple[Person, ...] = ()
    is_cancelled: bool = False

    @property
    def zone(self) -> ZoneInfo:
        zone = self.start.tzinfo
        if not isinstance(zone, ZoneInfo):
            raise TypeError("An event starts in a zone with a name.")
        return zone

    @property
    def end(self) -> datetime:
        ends_at = self.start.astimezone(UTC) + timedelta(minutes=self.minutes)
        return ends_at.astimezone(self.zone)


def calendar_file(
    events: Iterable[Event],
    method: Method,
    *,
    now: datetime,
    name: str = "",
    read_again: timedelta | None = None,
) -> bytes:
    """A whole file; `now` is when it is written.

    Of a calendar that programs subscribe to: its `name`, and how often to read it again.
    """
    events = list(events) if method is Method.CANCEL else _with_shifted_dates(events)
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", method.value)
    if name:
        calendar.add("NAME", one_line(name))
        calendar.add("X-WR-CALNAME", one_line(name))
    if read_again:
        calendar.add("REFRESH-INTERVAL", vDuration(read_again), parameters={"VALUE": "DURATION"})
        calendar.add("X-PUBLISHED-TTL", vDuration(read_again))
    for zone, first, last in _spans(events):
        calendar.add_component(timezone_component(zone, first, last))
    for event in events:
        is_off = event.is_cancelled or method is Method.CANCEL
        calendar.add_component(_entry(replace(event, is_cancelled=is_off), now))
    written: bytes = calendar.to_ical()
    return written


def one_line(text: str) -> str:
    """Text without line breaks and other characters that control something."""
    return " ".join(text.translate(CONTROLS).split())


def _with_shifted_dates(events: Iterable[Event]) -> list[Event]:
    """The events, and as changed dates of their own those on which the clocks skip the hour."""
    events = list(events)
    told = {(each.uid, each.instead_of.date()) for each in events if each.instead_of}
    return [entry for each in events for entry in (each, *_shifted(each, told))]


def _shifted(event: Event, told: set[tuple[str, date]]) -> Iterator[Event]:
    if event.rule is None or event.is_cancelled:
        return
    first = event.start.replace(tzinfo=None, fold=0)
    for each in shifted_dates(event.rule, first, event.zone):
        day = each.wall.date()
        if day not in event.left_out and (event.uid, day) not in told:
            yield replace(
                event,
                start=each.starts_at.astimezone(event.zone),
                instead_of=each.wall.replace(tzinfo=event.zone),
                rule=None,
                left_out=(),
            )


def _entry(event: Event, now: datetime) -> Entry:
    entry = Entry()
    entry.add("UID", event.uid)
    entry.add("SEQUENCE", event.sequence)
    entry.add("DTSTAMP", now.astimezone(UTC))
    entry.add("LAST-MODIFIED", event.changed_at.astimezone(UTC))
    entry.add("SUMMARY", one_line(event.title))
    entry.add("DTSTART", _moment(event.start))
    # Not DTEND: an hour that the clocks show twice has no end of its own there.
    entry.add("DURATION", vDuration(timedelta(minutes=event.minutes)))
    entry.add("STATUS", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    entry.add("TRANSP", "OPAQUE")
    if event.description:
        entry.add("DESCRIPTION", _lines(event.description))
    _add_repetition(entry, event)
    _add_place(entry, event)
    _add_people(entry, event)
    return entry


def _add_repetition(entry: Entry, event: Event) -> None:
    if event.instead_of:
        entry.add("RECURRENCE-ID", _named(event.instead_of))
    if event.rule:
        text, others = repetition(event.rule, event.start.date(), event.zone)
        entry.add("RRULE", vRecur.from_ical(text))
        for day in others:
            entry.add("RDATE", _on(day, event))
    for day in event.left_out:
        entry.add("EXDATE", _on(day, event))


def _on(day: date, event: Event) -> datetime:
    return datetime.combine(day, event.start.time(), tzinfo=event.zone)


def _add_place(entry: Entry, event: Event) -> None:
    if not event.url:
        return
    entry.add("LOCATION", event.url)
    entry.add("URL", vUri(event.url))
    ways = Parameters({"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"]})
    entry.add("CONFERENCE", vUri(event.url), parameters=ways)


def _add_people(entry: Entry, event: Event) -> None:
    if event.organizer:
        entry.add("ORGANIZER", _address(event.organizer))
    for person in event.attendees:
        address = _address(person)
        address.params["CUTYPE"] = "INDIVIDUAL"
        address.params["ROLE"] = "REQ-PARTICIPANT"
        address.params["PARTSTAT"] = person.status.value
        address.params["RSVP"] = "TRUE"
        entry.add("ATTENDEE", address)


def _address(person: Person) -> vCalAddress:
    address = vCalAddress("mailto:" + quote(person.email, safe="@+.-_!#$&'*/=?^`{|}~"))
    if name := one_line(person.name).replace('"', "’"):  # a parameter cannot hold one
        address.params["CN"] = name
    return address


def _moment(start: datetime) -> datetime:
    """A start as files can say it: of two equal wall times they know the first only."""
    return start.astimezone(UTC) if _is_second(start) else start


def _named(start: datetime) -> datetime:
    """A date of a series by its wall time, whatever the clocks do that day."""
    return start.replace(fold=0)


def _is_second(start: datetime) -> bool:
    return start.utcoffset() != start.replace(fold=0).utcoffset() and _exists(start)


def _exists(start: datetime) -> bool:
    there = start.astimezone(UTC).astimezone(start.tzinfo)
    return there.replace(tzinfo=None) == start.replace(tzinfo=None)


def _lines(text: str) -> str:
    return "\n".join(line.translate(CONTROLS).rstrip() for line in text.splitlines())


def _spans(events: list[Event]) -> list[tuple[ZoneInfo, date, date]]:
    """Each zone that is named, with the dates it must be right for."""
    spans: dict[str, tuple[ZoneInfo, date, date]] = {}
    for event in events:
        zone, first, last = event.zone, event.start.date(), _last_day(event)
        if event.instead_of:
            first = min(first, event.instead_of.date())
        _, known_first, known_last = spans.get(zone.key, (zone, first, last))
        spans[zone.key] = (zone, min(first, known_first), max(last, known_last))
    return [span for key, span in spans.items() if key != "UTC"]


def _last_day(event: Event) -> date:
    if event.rule is None:
        return max(event.end.date(), (event.instead_of or event.end).date())
    return last_day(event.rule, event.start.date())
