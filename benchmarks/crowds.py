"""Crowds at real servers: the one for pages (gunicorn) and the one for everything (uvicorn)."""

import os
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from benchmarks.books import at_once, together
from benchmarks.clients import Herd, beside, click, crowd, herd, look, rate, serving, tell
from benchmarks.pages import DOOR
from benchmarks.people import stranger
from benchmarks.providers import ANSWERS_IN, event_of
from benchmarks.seed import Site
from meetings.models import Attendance, RoomSession
from meetings.services import scheduling
from meetings.services.deliveries import hooks
from meetings.services.opening import open_room

PEOPLE = 500
POOL = 16  # connections of each server process to PostgreSQL: a server may have 100 for everybody
TRIES = 2  # the best counts: others use this machine, too


def at_gunicorn(site: Site, session: RoomSession, port: int) -> dict[str, float]:
    with serving("gunicorn", port, _bounded()) as seconds:
        room = session.room_id
        figures = {"P24": seconds, "P24 memory": _memory()}
        figures |= _rates(session, port, room)
        away = min(herd(port, "/bare/away/", PEOPLE).p99 for _ in range(TRIES))
        warm = _best([crowd(port, DOOR, people=PEOPLE) for _ in range(TRIES)])
        figures |= {"P6": warm.p99 / away, "P7": warm.p99, "P7 failed": sum(warm.failed.values())}
        figures |= _cold(site, port)
        alone = min(crowd(port, DOOR, people=100).p99 for _ in range(TRIES))
        stuck = _door_at(site, "hanging")
        figures["P9"] = beside(port, DOOR, stuck, 100).p99 / alone
        asked = _door_at(site, "asked", is_open=True)
        figures["P10"] = _best([crowd(port, asked, people=PEOPLE) for _ in range(TRIES)]).p99
    return figures | {"P19": _copies(session)}


def at_uvicorn(site: Site, port: int) -> dict[str, float]:
    """The same crowd where one process serves everything."""
    with serving("uvicorn", port + 1, _bounded()):
        away = min(herd(port + 1, "/bare/away/", PEOPLE).p99 for _ in range(TRIES))
        warm = _best([crowd(port + 1, DOOR, people=PEOPLE) for _ in range(TRIES)])
        cold = _cold(site, port + 1)
    return {
        "uvicorn P6": warm.p99 / away,
        "uvicorn P7": warm.p99,
        "uvicorn P7 failed": sum(warm.failed.values()),
        **{f"uvicorn {name}": value for name, value in cold.items()},
    }


def _bounded() -> dict[str, str]:
    """The servers' database; of PostgreSQL, no more connections than it surely has."""
    address = os.environ["DATABASE_URL"]
    return {"DATABASE_URL": f"{address}?pool={POOL}"} if address.startswith("postgres") else {}


def _rates(session: RoomSession, port: int, room: int) -> dict[str, float]:
    """Requests in a second beside those of bare views, taken in turn."""
    address = hooks.address_for(session).removeprefix("http://localhost")
    signed = f"Authorization: {event_of(session.key, -1)}\r\n"
    asked = {
        "raw": look(f"/bare/raw/{room}/"),
        "orm": look(f"/bare/orm/{room}/"),
        "join": click(DOOR),
        "webhook": tell(address, signed),
    }
    best = dict.fromkeys(asked, 0.0)
    for _ in range(TRIES):
        for name, request in asked.items():
            best[name] = max(best[name], rate(port, request))
    return {"P2": best["join"] / best["orm"], "P18": best["webhook"] / best["raw"]}


def _cold(site: Site, port: int) -> dict[str, float]:
    """A crowd where nobody has opened yet, each time at another room."""
    herds, calls = [], []
    for _ in range(1):
        before = _calls()
        herds.append(crowd(port, _door_at(site, "local"), people=PEOPLE))
        calls.append(_calls() - before)
    return {"P5": max(calls), "P8": _best(herds).p99 - ANSWERS_IN}


def _door_at(site: Site, alias: str, *, is_open: bool = False) -> str:
    """A new meeting at this provider, that anybody may open, or that is open."""
    options = {"provider_alias": alias, "needs_host": False, "waiting_room": "nobody"}
    wish = scheduling.MeetingWish(
        title="All hands",
        starts_at=timezone.now() - timedelta(minutes=1),
        duration=60,
        time_zone="UTC",
        may_overlap=True,
        options=options,
    )
    booking = scheduling.book(site.organizer, wish)
    if is_open:
        open_room(booking.room, booking)
    return booking.links.get(purpose="participant").get_absolute_url()


def _copies(session: RoomSession) -> int:
    """How often one event is counted that is told so often at once."""
    address = hooks.address_for(session).removeprefix("http://localhost")
    told = event_of(session.key, 10**9)
    copies = at_once(100)
    before = Attendance.objects.filter(session=session).count()
    statuses: list[int] = []

    def tell_it() -> None:
        status, _, _ = stranger().post(address, b"{}", HTTP_AUTHORIZATION=told)
        statuses.append(status)

    together(tell_it, copies)
    if set(statuses) != {200}:
        raise RuntimeError(f"answered {set(statuses)}")
    return Attendance.objects.filter(session=session).count() - before


def _best(herds: list[Herd]) -> Herd:
    """The quickest, with what failed in any of them."""
    best = min(herds, key=lambda each: each.p99)
    for each in herds:
        if each is not best:
            best.failed += each.failed
    return best


def _calls() -> int:
    """Calls that open a room, so far."""
    file = Path(os.environ["BENCH_CALLS"])
    return file.read_text().split().count("init_room") if file.exists() else 0


def _memory() -> float:
    """Megabytes of this process, which has loaded all that a worker loads."""
    status = Path("/proc/self/status").read_text()
    found = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(found.split()[1]) / 1024
