"""Calendar files to take along: one meeting or a series, for its organizer or by a link."""

from dataclasses import dataclass, replace
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from meetings.ical import Event, Method, calendar_file
from meetings.models import Booking, JoinLink, Series

from .events import differing, event_of, stretch_of, with_link

# One that has a name is for somebody
FOR_PARTICIPANTS = Q(purpose=JoinLink.Purpose.PARTICIPANT, label="")
# A link that makes whoever has it a host is in no calendar: people share those.
FOR_ORGANIZER = FOR_PARTICIPANTS | Q(purpose=JoinLink.Purpose.HOST, transferable=False)
BEST_FIRST = ("purpose", "label", "pk")  # "host" before "participant", for all before for one
LONGEST_NAME = 80  # characters of a file's name


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """One meeting, or a series with its changed dates."""

    events: list[Event]

    @property
    def filename(self) -> str:
        kept = "".join(c if c.isprintable() and c not in '<>:"/\\|?*' else " " for c in self.title)
        return f"{' '.join(kept.split())[:LONGEST_NAME].strip('. ') or 'meeting'}.ics"

    @property
    def title(self) -> str:
        return self.events[0].title

    def written(self) -> bytes:
        return calendar_file(self.events, Method.PUBLISH, now=timezone.now())


def for_organizer(what: Booking | Series) -> CalendarFile:
    """With the organizer's own link, or that of the participants."""
    place = what.series or what if isinstance(what, Booking) else what
    link = place.links.usable().common().filter(FOR_ORGANIZER).order_by(*BEST_FIRST).first()
    url = door_address(link.token) if link else ""
    return CalendarFile([with_link(each, url) for each in _events_of(what)])


def for_link(link: JoinLink) -> CalendarFile | None:
    """With this link; nobody is named but to somebody who was invited. None at a mere room."""
    what = link.series or link.booking
    if what is None:
        return None
    events = [with_link(each, door_address(link.token)) for each in _events_of(what)]
    if link.guest_id is None:
        events = [replace(each, organizer=None) for each in events]
    return CalendarFile(events)


def door_address(token: str) -> str:
    address: str = urljoin(settings.SITE_URL, reverse("door", args=[token]))
    return address


def _events_of(what: Booking | Series) -> list[Event]:
    return [event_of(what)] if isinstance(what, Booking) else _series_events(what)


def _series_events(series: Series) -> list[Event]:
    """All stretches that take place; of a series that was called off, the last one, cancelled."""
    patterns = list(series.patterns.select_related("series__organizer"))
    shown = [each for each in patterns if each.cancelled_at is None] or patterns[-1:]
    differ = differing(shown)
    return [event for each in shown for event in stretch_of(each, differ[each.pk])]
