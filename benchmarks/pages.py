"""What pages cost, beside the least that a view can cost in the same run."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from django.utils import timezone

from benchmarks.meter import Call, percentile, statements, timings
from benchmarks.people import AS_HTMX, answers, enters, kept_by, member, plans, stranger
from benchmarks.providers import event_of
from benchmarks.seed import FIRST_KEY, Site
from meetings.models import Booking, RoomSession
from meetings.services.deliveries import hooks
from meetings.services.opening import open_room

DOOR = "/j/participant0/"


@dataclass(frozen=True, slots=True)
class Told:
    """The SQL of one call, and how much of it writes."""

    statements: list[str]

    @property
    def writes(self) -> int:
        return sum(bool(re.match(r"INSERT|UPDATE|DELETE", each)) for each in self.statements)


def live(site: Site) -> RoomSession:
    """The first organizer's meeting that is on, opened."""
    booking = Booking.objects.select_related("room").get(pk=FIRST_KEY)
    return open_room(booking.room, booking)


def cases(site: Site, session: RoomSession) -> dict[str, Call]:
    """By name, each a call that can be repeated."""
    ana, organizer = stranger(), member(site.organizer)
    room = session.room_id
    return {
        "raw": answers(200, lambda: ana.get(f"/bare/raw/{room}/")),
        "orm": answers(200, lambda: ana.get(f"/bare/orm/{room}/")),
        "redirect": answers(302, lambda: ana.get("/bare/away/")),
        "empty": answers(200, lambda: organizer.get("/bare/empty/")),
        "join": enters(DOOR),
        "join again": enters(DOOR, kept_by(DOOR)),
        "door": answers(200, lambda: ana.get(DOOR)),
        "door poll": _poll(DOOR),
        "dashboard": answers(200, lambda: organizer.get("/meetings/")),
        "create": plans(organizer, _times(count(1))),
        "webhook": _webhook(session),
    }


def _poll(door: str) -> Call:
    """The page asks again, and nothing has changed."""
    browser = kept_by(door)
    page = browser.get(door)[2].decode()
    found = re.search(r'hx-get="([^"]+)"', page)
    assert found, "the page asks again"  # noqa: S101
    again = found[1].replace("&amp;", "&")
    return answers(204, lambda: browser.get(again, **AS_HTMX))


def _times(numbers: "count[int]") -> Callable[[], dict[str, str]]:
    first = timezone.now() + timedelta(days=3 * 365)

    def next_time() -> dict[str, str]:
        at = first + next(numbers) * timedelta(minutes=35)
        return {
            "title": "Review",
            "date": f"{at:%Y-%m-%d}",
            "time": f"{at:%H:%M}",
            "duration": "30",
            "may_overlap": "on",
        }

    return next_time


def _webhook(session: RoomSession) -> Call:
    address = hooks.address_for(session).removeprefix("http://localhost")
    browser, numbers = stranger(), count()

    def send() -> object:
        return browser.post(address, b"{}", HTTP_AUTHORIZATION=event_of(session.key, next(numbers)))

    return answers(200, send)


def told(call: Call) -> Told:
    call()
    with statements() as found:
        call()
    return Told(found)


def slow_ones(call: Call, number: int) -> dict[str, float]:
    """Milliseconds, the half and the 99 of 100 that are quicker."""
    took = timings(call, number)
    return {"p50": percentile(took, 0.5) * 1e3, "p99": percentile(took, 0.99) * 1e3}
