"""Meetings and series as a calendar file tells them, also kept as plain values."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from meetings.ical import Event, Person
from meetings.models import Booking, Pattern, Room
from meetings.rrule import rrule_text, rule_of

NOTHING = Q(pk__in=[])


def event_of(booking: Booking, *, url: str = "") -> Event:
    """One meeting: an event of its own, or a date of its series."""
    pattern = booking.pattern
    return Event(
        uid=str(pattern.uid if pattern else booking.request_key),
        sequence=max(booking.sequence, pattern.sequence if pattern else 0),
        start=booking.starts_at.astimezone(booking.zone),
        minutes=booking.duration,
        title=booking.title,
        description=booking.description,
        instead_of=_instead_of(booking),
        is_cancelled=booking.is_cancelled,
        changed_at=booking.updated_at,
        organizer=organizer_of(booking.organizer),
        url=url,
    )


def event_of_room(room: Room) -> Event:
    """What goes on in a room without a meeting: it has a name, and begins when it is told."""
    return Event(
        uid=f"room-{room.pk}",
        start=timezone.now().astimezone(room.owner.zone),
        minutes=0,
        title=room.name,
        changed_at=timezone.now(),
        organizer=organizer_of(room.owner),
    )


def events_of(pattern: Pattern, *, url: str = "") -> list[Event]:
    """A stretch of a series, and after it those of its dates that were changed by themselves."""
    bookings = list(
        pattern.bookings.filter(is_exception=True, deleted_at=None).select_related("organizer")
        | pattern.bookings.cancelled().select_related("organizer")
    )
    return stretch_of(pattern, bookings, url=url)


def stretch_of(pattern: Pattern, bookings: Iterable[Booking], *, url: str = "") -> list[Event]:
    """The same from those of its meetings that differ from its rule, or do not take place."""
    bookings = list(bookings)
    for each in bookings:
        each.pattern = pattern
    on = [each for each in bookings if not each.is_cancelled and not each.deleted_at]
    off = {each.recurrence_date for each in bookings} - {each.recurrence_date for each in on}
    changed = [event_of(each, url=url) for each in on]
    return [_whole(pattern, off, url), *sorted(changed, key=lambda event: event.start)]


def differing(patterns: Iterable[Pattern], besides: Q = NOTHING) -> Mapping[int, list[Booking]]:
    """By pattern: its meetings that are not as its rule says, and those `besides`; one query."""
    differ = Q(is_exception=True) | Q(state=Booking.State.CANCELLED) | besides
    rows = Booking.objects.filter(differ, pattern__in=[each.pk for each in patterns])
    found: dict[int, list[Booking]] = defaultdict(list)
    for booking in rows.select_related("organizer").order_by("pk"):
        found[booking.pattern_id or 0].append(booking)
    return found


def _whole(pattern: Pattern, off: set[date | None], url: str) -> Event:
    rule, is_over = pattern.repeats, pattern.cancelled_at is not None
    left_out = {date.fromisoformat(day) for day in pattern.left_out} | {
        day for day in off if day and not is_over and (rule.until is None or day <= rule.until)
    }
    return Event(
        uid=str(pattern.uid),
        sequence=pattern.sequence,
        start=pattern.first_wall.replace(tzinfo=pattern.zone),
        minutes=pattern.duration,
        title=pattern.title,
        description=pattern.description,
        rule=rule,
        left_out=tuple(sorted(left_out)),
        is_cancelled=is_over,
        changed_at=pattern.series.updated_at,
        organizer=organizer_of(pattern.series.organizer),
        url=url,
    )


def with_link(event: Event, url: str) -> Event:
    """With the link where programs look for it, and in the text for those that look nowhere."""
    text = "\n\n".join(filter(None, (url, event.description)))
    return replace(event, url=url, description=text)


def organizer_of(user: User) -> Person:
    """Who organizes, by the address that calendar programs answer to: the mailbox, if there is one.

    Everywhere the same, as programs refuse changes by another organizer.
    """
    if settings.MAILBOX_ADDRESS:
        return Person(email=settings.MAILBOX_ADDRESS, name=user.name or user.email)
    return Person(email=user.email, name=user.name)


def _instead_of(booking: Booking) -> datetime | None:
    if not booking.pattern or not booking.recurrence_date:
        return None
    clock, zone = booking.pattern.clock, booking.pattern.zone
    return datetime.combine(booking.recurrence_date, clock, tzinfo=zone)


# As plain values, for what is kept until it is sent


def as_json(event: Event) -> dict[str, Any]:
    """What `from_json` reads; without the address and the people, which differ by recipient."""
    return {
        "uid": event.uid,
        "sequence": event.sequence,
        "start": _written(event.start),
        "minutes": event.minutes,
        "title": event.title,
        "description": event.description,
        "rule": rrule_text(event.rule) if event.rule else "",
        "left_out": [day.isoformat() for day in event.left_out],
        "instead_of": _written(event.instead_of) if event.instead_of else "",
        "is_cancelled": event.is_cancelled,
        "changed_at": event.changed_at.isoformat(),
    }


def from_json(values: Mapping[str, Any]) -> Event:
    start = _read(values["start"])
    return Event(
        **{name: values[name] for name in ("uid", "sequence", "minutes", "title", "description")},
        start=start,
        rule=rule_of(values["rule"], start.date()) if values["rule"] else None,
        left_out=tuple(date.fromisoformat(day) for day in values["left_out"]),
        instead_of=_read(values["instead_of"]) if values["instead_of"] else None,
        is_cancelled=values["is_cancelled"],
        changed_at=datetime.fromisoformat(values["changed_at"]),
    )


def _written(moment: datetime) -> str:
    """`2026-10-25T02:30:00 1 Europe/Berlin`: the wall clock, which of two, and the zone."""
    return f"{moment.replace(tzinfo=None).isoformat()} {moment.fold} {moment.tzinfo}"


def _read(text: str) -> datetime:
    wall, fold, zone = text.split()
    return datetime.fromisoformat(wall).replace(fold=int(fold), tzinfo=ZoneInfo(zone))
