"""Tidying up: silent sockets, pages that do not come back, rooms that nobody uses.

Each server process runs `keep_house` from its first socket on: no server needs to support ASGI
lifespan for it, and a process without rooms does not run it. `sweep` is the part that needs no
sockets; the worker calls it too, so a room is tidied also when no process with sockets is left.
Everything here is a conditional change, so many may do it at once.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from channels.db import database_sync_to_async as in_database
from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from meetings.models import Admission, RoomPeer, RoomSession
from meetings.models.database_clock import DatabaseNow
from meetings.providers import aliases, get_provider
from meetings.providers.base import Role
from meetings.providers.errors import ProviderMisconfigured
from meetings.services.closing import EMPTY_FOR, somebody_waits

from . import engine, local, processes
from .broadcast import deliver_now
from .protocol import Close, RoomRefusal
from .turn import ice_servers

EVERY = 10.0  # seconds
SILENT_FOR = 60.0  # seconds; pages ping every twenty

log = logging.getLogger(__name__)
_running: asyncio.Task[None] | None = None


def keep_running() -> None:
    """See to it that this process's loop keeps house."""
    global _running  # noqa: PLW0603  (one per process, like the loop it runs in)
    loop = asyncio.get_running_loop()
    if _running is None or _running.done() or _running.get_loop() is not loop:
        _running = loop.create_task(keep_house())


async def keep_house() -> None:
    while True:
        await asyncio.sleep(EVERY)
        try:
            await tidy()
        except Exception:
            log.exception("The built-in room was not tidied; the next time is soon.")


async def tidy() -> None:
    """One round: the sockets of this process, then the rooms of all."""
    await _drop_silent()
    await in_database(_note_heard)([page.pid for page in local.pages])
    await in_database(processes.ours().note)()
    await in_database(sweep)()
    await _wake_those_behind()
    await _renew_relays()


def sweep() -> None:
    """Pages offline too long leave; rooms that nobody uses, or whose time is over, end."""
    grace = timedelta(seconds=settings.BUILTIN_ROOM_GRACE)
    for key in _rooms_with_lost_pages(grace):
        with suppress(RoomRefusal):
            deliver_now(key, engine.depart_late(key, grace=grace))
    for session in _empty_rooms():
        _end_if_due(session)
    for key in _hostless_rooms():
        deliver_now(key, engine.end_if_hostless(key))
    for key in _ended_rooms_with_people():
        deliver_now(key, engine.see_out(key))


def _rooms_with_lost_pages(grace: timedelta) -> list[str]:
    lost = RoomPeer.objects.inside().unheard_for(grace)
    return list(lost.order_by().values_list("session__key", flat=True).distinct())


def _ended_rooms_with_people() -> list[str]:
    inside = RoomPeer.objects.inside().filter(session__state=RoomSession.State.ENDED)
    return list(inside.order_by().values_list("session__key", flat=True).distinct())


def _empty_rooms() -> list[RoomSession]:
    """Live, ours, and nobody inside; `last_left` says since when, if anybody ever was."""
    inside = RoomPeer.objects.inside().filter(session=OuterRef("pk"))
    return list(
        RoomSession.objects.live()
        .filter(~Exists(inside), alias__in=_our_aliases())
        .select_related("booking")
        .annotate(last_left=Max("peers__left_at"))
    )


def _hostless_rooms() -> list[str]:
    """Rooms that need a host, with people inside whose last host left long ago.

    A host who opened the room and never came in holds it from the meeting's page, and one who
    let somebody in from outside for as long again.
    """
    hosts = Q(role__in=[role.value for role in Role if role.hosts])
    decided = Admission.objects.filter(
        session=OuterRef("pk"), decided_by__isnull=False, decided_at__gte=timezone.now() - EMPTY_FOR
    )
    inside = RoomPeer.objects.inside().filter(session=OuterRef("pk"))
    return list(
        RoomSession.objects.live()
        .filter(Exists(inside), ~Exists(inside.filter(hosts)), room__needs_host=True)
        .filter(peers__in=RoomPeer.objects.filter(hosts))
        .filter(~Exists(decided))
        .annotate(hosts_left=Max("peers__left_at"))
        .filter(hosts_left__lt=timezone.now() - EMPTY_FOR, alias__in=_our_aliases())
        .values_list("key", flat=True)
    )


def _our_aliases() -> list[str]:
    ours = []
    for alias in aliases():
        with suppress(ProviderMisconfigured):
            if get_provider(alias).rooms_are_sessions:
                ours.append(alias)
    return ours


def _end_if_due(session: RoomSession) -> None:
    booking = session.booking
    if booking is not None and booking.doors_close_at < timezone.now():
        engine.end_if_empty(session.key, RoomSession.EndReason.TIME)
    elif _empty_since(session) < timezone.now() - EMPTY_FOR and not somebody_waits(session):
        engine.end_if_empty(session.key, RoomSession.EndReason.EMPTY)


def _empty_since(session: RoomSession) -> datetime:
    """A room opened ahead of its hour is not empty before that hour."""
    last_left: datetime | None = getattr(session, "last_left", None)
    starts_at = session.booking.starts_at if session.booking else None
    return max(
        at for at in (session.created_at, session.live_at, starts_at, last_left) if at is not None
    )


async def _drop_silent() -> None:
    latest = time.monotonic() - SILENT_FOR
    for page in [each for each in local.pages if each.heard_at < latest]:
        await page.hang_up(Close.AGAIN)


def _note_heard(pids: list[str]) -> None:
    RoomPeer.objects.inside().filter(pid__in=pids).update(seen_at=DatabaseNow())


async def _wake_those_behind() -> None:
    """A page that did not get the newest message starts afresh from a snapshot."""
    newest = await in_database(_revs)({page.key for page in local.pages})
    for page in list(local.pages):
        if page.rev < newest.get(page.key, 0):
            await page.send_message({"t": "resync"})


def _revs(keys: Iterable[str]) -> dict[str, int]:
    return dict(RoomSession.objects.filter(key__in=keys).values_list("key", "rev"))


async def _renew_relays() -> None:
    """Fresh relay credentials while the old ones still work."""
    soon = time.monotonic() + settings.TURN_TTL / 5
    for page in [each for each in local.pages if each.ice_until < soon]:
        page.ice_until = time.monotonic() + settings.TURN_TTL
        if servers := ice_servers(page.identity):
            await page.send_message({"t": "ice", "ice": servers})
