"""What is run: a wave of meetings, a crowd at one cold door, and people who wait."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from statistics import quantiles
from typing import Any

from django.db import connection, connections
from django.utils import timezone

from accounts.models import User
from benchmarks.slow_provider import Provider
from meetings.models import Booking, Guest, JoinLink, RoomSession
from meetings.services import ahead, door_memory, joining, scheduling
from meetings.services.door import Visitor
from meetings.wave import lead

SPARE = 20.0  # seconds from the last booking to the first room
THREADS = 50  # as many people click at the same moment


class Run:
    """One run; `ready`, `calls` and `starts` are by the same clock."""

    def __init__(self, aliases: list[str], meetings: int) -> None:
        self.aliases = aliases
        self.calls, self.refused = Provider.calls, Provider.refused
        self.ready: list[float] = []
        self.bookings: list[Booking] = []
        provider = ahead.opens_ahead(aliases[0])
        assert provider is not None  # noqa: S101
        each = ahead.seconds_each(provider)
        self.lead = lead(-(-meetings // len(aliases)), each).total_seconds()
        self.owner = User.objects.create_user("wave@example.org", name="Wave", time_zone="UTC")
        self._plan(meetings)

    def _plan(self, meetings: int) -> None:
        print(f"planning {meetings} meetings")
        far = timezone.now() + timedelta(days=1)
        self.bookings = [self._book(number, far) for number in range(meetings)]
        begins_at = timezone.now() + timedelta(seconds=self.lead + SPARE)
        Booking.objects.update(starts_at=begins_at, ends_at=begins_at + timedelta(minutes=30))
        self.starts = time.monotonic() + (begins_at - timezone.now()).total_seconds()

    def _book(self, number: int, at: object) -> Booking:
        alias = self.aliases[number % len(self.aliases)]
        room = {"provider_alias": alias, "needs_host": False, "waiting_room": "nobody"}
        wish = scheduling.MeetingWish(
            title=f"Meeting {number}",
            starts_at=at,  # type: ignore[arg-type]
            duration=30,
            time_zone="UTC",
            may_overlap=True,
            options=room,
        )
        booking = scheduling.book(self.owner, wish)
        guests = random.Random(number).randrange(12)  # noqa: S311  (no secret)
        Guest.objects.bulk_create(
            Guest(booking=booking, email=f"g{each}@example.org") for each in range(guests)
        )
        return booking

    def go(self) -> None:
        """Rounds as the worker has them: each minute, each alias by itself, until all is ready."""
        watcher = threading.Thread(target=self._watch, daemon=True)
        watcher.start()
        rounds: list[threading.Thread] = []
        while time.monotonic() < self.starts - 60 and len(self.ready) < len(self.bookings):
            for alias in self.aliases:
                rounds.append(threading.Thread(target=ahead.open_due.call, args=(alias,)))
                rounds[-1].start()
            watcher.join(timeout=60)
        for thread in rounds:
            thread.join()
        watcher.join(timeout=5)

    def _watch(self) -> None:
        while time.monotonic() < self.starts and len(self.ready) < len(self.bookings):
            new = RoomSession.objects.ready().count() - len(self.ready)
            self.ready += [time.monotonic()] * new
            time.sleep(0.5)
        connections.close_all()

    # One door

    def herd(self, people: int) -> None:
        """So many at one link whose room is cold, as pages do it: again until they are in."""
        booking = self._book(10_000, timezone.now() + timedelta(minutes=3))
        link = JoinLink.objects.with_meeting().get(booking=booking, purpose="participant")
        before = len(self.calls)
        with ThreadPoolExecutor(THREADS) as threads:
            took = sorted(threads.map(lambda n: self._enter(link, n), range(people)))
        entered = [each for each in took if each < 60]
        print(f"{people} people at one cold door: {len(self.calls) - before} init, ", end="")
        print(f"{people - len(entered)} errors, p99 {quantiles(took, n=100)[98]:.2f} s")

    def _enter(self, link: JoinLink, number: int) -> float:
        began = time.monotonic()
        while time.monotonic() < began + 60:
            try:
                joining.enter(link, Visitor(identity=f"g:{number}", name="Ana"))
                break
            except joining.CannotEnter:
                time.sleep(0.1)
        connections.close_all()
        return time.monotonic() - began

    def wait(self, pages: int) -> None:
        """So many pages of people who wait ask again: what that costs providers, and us."""
        booking = self._book(10_001, timezone.now() + timedelta(hours=1))
        link = JoinLink.objects.with_meeting().get(booking=booking, purpose="participant")
        before, began, statements = len(self.calls), time.monotonic(), Counter[str]()

        def count(execute: Any, *told: Any) -> Any:
            statements["all"] += 1
            return execute(*told)

        with connection.execute_wrapper(count):
            for number in range(pages):
                door_memory.glance(link.token, Visitor(identity=f"w:{number}", name="Ana"))
        took = time.monotonic() - began
        print(f"{pages} waiting pages: {len(self.calls) - before} provider calls, ", end="")
        print(f"{statements['all']} statements in {took:.1f} s")
