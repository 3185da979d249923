"""Addresses at which other calendars take a meeting, or subscribe to a feed. Pure functions."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from .ical import Event, one_line
from .rrule import rrule_text, until_in

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/"
OFFICE = "https://outlook.office.com/calendar/0/"
LONGEST_TEXT = 500  # characters of a description: servers refuse addresses that are too long


@dataclass(frozen=True, slots=True)
class Way:
    """A calendar by its name, and where to go."""

    name: str
    url: str


def ways_to_add(events: list[Event]) -> list[Way]:
    """Where a meeting or series can be added by following a link.

    Outlook's links know no repetition, and Google's no dates that are left out or moved: those
    need the file.
    """
    event = events[0]
    is_plain = len(events) == 1 and not event.left_out
    if event.rule:
        return [Way("Google Calendar", google_address(event))] if is_plain else []
    return [
        Way("Google Calendar", google_address(event)),
        Way("Outlook.com", outlook_address(event, OUTLOOK)),
        Way("Microsoft 365", outlook_address(event, OFFICE)),
    ]


def google_address(event: Event) -> str:
    parameters = {
        "action": "TEMPLATE",
        "text": one_line(event.title),
        "dates": "/".join(_google_times(event)),
        "ctz": event.zone.key,
    }
    if event.rule:
        until = until_in(event.rule, event.zone)
        parameters["recur"] = f"RRULE:{rrule_text(event.rule, until=until)}"
    parameters |= {"details": _text(event), "location": event.url}
    return f"{GOOGLE}?{_query(parameters)}"


def outlook_address(event: Event, calendar: str) -> str:
    parameters = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": one_line(event.title),
        "startdt": _utc(event.start),
        "enddt": _utc(event.end),
        "location": event.url,
        "body": _text(event),
    }
    return f"{calendar}deeplink/compose?{_query(parameters)}"


def webcal_address(url: str) -> str:
    """The address that opens the calendar program of the device."""
    return f"webcal://{url.partition('://')[2]}"


def ways_to_subscribe(url: str, name: str) -> list[Way]:
    """Where calendars on the web subscribe to a feed."""
    by_outlook = "addfromweb?" + _query({"url": url, "name": one_line(name)})
    return [
        Way("Google Calendar", f"{GOOGLE}?{_query({'cid': webcal_address(url)})}"),
        Way("Outlook.com", OUTLOOK + by_outlook),
        Way("Microsoft 365", OFFICE + by_outlook),
    ]


def _google_times(event: Event) -> list[str]:
    """By the wall clock; as instants where the clocks show an hour twice."""
    times = [event.start, event.end]
    if any(each.fold for each in times):
        return [each.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") for each in times]
    return [each.strftime("%Y%m%dT%H%M%S") for each in times]


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(event: Event) -> str:
    text = event.description
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT].rstrip()} …"


def _query(parameters: dict[str, str]) -> str:
    """With %20 for spaces: Outlook shows a plus as it is."""
    given = {name: value for name, value in parameters.items() if value}
    return urlencode(given, quote_via=quote)
