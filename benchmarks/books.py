"""What the database does for meetings, and how that grows."""

import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from itertools import takewhile
from typing import Any

from dateutil.rrule import rrulestr
from django.db import connection, connections
from django.utils import timezone

from benchmarks.meter import percentile
from benchmarks.seed import Site
from meetings.models import Booking
from meetings.recurrence import Rule, dates, weekly
from meetings.rrule import rrule_text
from meetings.services import scheduling
from meetings.services.mail import reminding

FAR = timedelta(days=4000)  # where nobody has a meeting yet


def week_of_ten(site: Site) -> Callable[[], object]:
    """What takes the time of ten people in the week that comes."""
    now = timezone.now()
    keys = [each.pk for each in site.people]

    def read() -> object:
        busy = Booking.objects.confirmed().filter(organizer__in=keys)
        near = busy.overlapping(now, now + timedelta(days=7))
        return list(near.values_list("organizer", "starts_at", "ends_at"))

    return read


def wish(number: int, **fields: Any) -> scheduling.MeetingWish:
    starts = (timezone.now() + FAR).replace(minute=0, second=0, microsecond=0)
    at = starts + number * timedelta(minutes=30)
    usual = {"title": "Review", "starts_at": at, "duration": 30, "time_zone": "UTC"}
    return scheduling.MeetingWish(**usual | fields)


def insert_and_book(site: Site, number: int = 60) -> float:
    """The time in the database of a meeting that is booked, in that of one that is just saved."""
    booked = [
        _in_database(lambda n=n: scheduling.book(site.organizer, wish(n))) for n in range(number)
    ]
    plain = [_in_database(lambda n=n: _insert(site, n)) for n in range(number)]
    return percentile(booked, 0.5) / percentile(plain, 0.5)


def _insert(site: Site, number: int) -> None:
    like = site.template
    Booking.objects.create(
        title="Plain",
        organizer=site.people[1],
        room=like.room,
        starts_at=wish(number).starts_at,
        duration=30,
        time_zone="UTC",
        may_overlap=True,
    )


def _in_database(call: Callable[[], object]) -> float:
    spent = [0.0]

    def listen(execute: Any, *told: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*told)
        finally:
            spent[0] += time.perf_counter() - began

    with connection.execute_wrapper(listen):
        call()
    return spent[0]


def at_once(people: int) -> int:
    """So many threads, but no more than a small PostgreSQL has connections for."""
    return min(people, 40) if connection.vendor == "postgresql" else people


def one_slot(site: Site) -> tuple[int, int]:
    """How many of a crowd, at once, get one slot; and how many of the others are not told why."""
    people = at_once(200)
    begin, came = threading.Barrier(people), []

    def ask() -> None:
        begin.wait()
        try:
            scheduling.book(site.organizer, wish(9000, request_key=uuid.uuid4()))
            came.append("booked")
        except scheduling.Overlaps:
            came.append("told")
        except Exception as error:  # noqa: BLE001  (that is what is counted)
            came.append(repr(error))
        finally:
            connections.close_all()

    together(ask, people)
    return came.count("booked"), people - came.count("booked") - came.count("told")


def together(ask: Callable[[], object], people: int) -> None:
    threads = [threading.Thread(target=ask) for _ in range(people)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def old_series() -> float:
    """30 days, 2.4 years after the start: how much cheaper than walking there with dateutil."""
    begins = date(2024, 1, 1)
    first = begins + timedelta(days=876)
    last = first + timedelta(days=30)
    rules = [weekly([0]), weekly([0, 2, 4]), weekly(range(5)), weekly([0], 2)]
    ours = _cpu(lambda: [_ours(each, begins, first, last) for each in rules])
    theirs = _cpu(lambda: [_theirs(each, begins, first, last) for each in rules])
    for each in rules:
        if _ours(each, begins, first, last) != _theirs(each, begins, first, last):
            raise RuntimeError(f"not the same dates: {each}")
    return theirs / ours


def _ours(rule: Rule, begins: date, first: date, last: date) -> list[date]:
    return list(takewhile(lambda each: each <= last, dates(rule, begins, since=first)))


def _theirs(rule: Rule, begins: date, first: date, last: date) -> list[date]:
    start, low, high = (
        datetime.combine(each, time_of_day(), tzinfo=UTC) for each in (begins, first, last)
    )
    found = rrulestr(rrule_text(rule), dtstart=start).between(low, high, inc=True)
    return [each.date() for each in found]


def _cpu(call: Callable[[], object], rounds: int = 15) -> float:
    least = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        call()
        least = min(least, time.process_time() - began)
    return least


def reminders(site: Site, number: int = 2000) -> float:
    """Meetings reminded of in a second, the rows of their mails included, by two workers."""
    keys = list(
        Booking.objects.filter(organizer=site.people[1]).values_list("pk", flat=True)[:number]
    )
    now = timezone.now()
    Booking.objects.filter(pk__in=keys).update(reminders=[60], remind_at=now - timedelta(minutes=1))
    began = time.perf_counter()

    def work() -> None:
        reminding.remind_due()
        connections.close_all()

    together(work, 2)
    return len(keys) / (time.perf_counter() - began)
