"""What is now, what is next, and the agenda."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from meetings.forms.bookings import AgendaFilter
from meetings.http import MemberRequest, whole_number
from meetings.models import Booking, Room, is_live_now
from meetings.models.booking import BookingQuerySet

from .rows import booking_rows

PAGE = 50


@dataclass(frozen=True, slots=True)
class Agenda:
    """A page of meetings by local day; `after` is where the next page begins."""

    days: list[tuple[date, list[Booking]]]
    after: str
    count: int


@require_safe
def dashboard(request: MemberRequest) -> HttpResponse:
    """The organizer's meetings, by day, in their own time."""
    chosen = AgendaFilter(request.GET).chosen()
    mine = Booking.objects.visible_to(request.user)
    agenda = _agenda(_wanted(mine, chosen), chosen)
    context = {
        "section": "meetings",
        "chosen": chosen,
        "tabs": AgendaFilter.SHOW,
        "agenda": agenda,
        "meet_now_key": uuid.uuid4(),
        "rooms": Room.objects.visible_to(request.user).permanent().in_use(),
        "is_filtered": bool(chosen["q"] or chosen["room"]),
        "next": _now_and_next(mine, agenda) if _is_first_look(chosen) else [],
    }
    part = request.htmx and request.htmx.target == "agenda"
    template = "meetings/dashboard.html#found" if part else "meetings/dashboard.html"
    return render(request, template, context)


def _wanted(mine: BookingQuerySet, chosen: dict[str, Any]) -> BookingQuerySet:
    show = chosen["show"]
    if show == "cancelled":
        found = mine.cancelled().order_by("-starts_at", "-pk")
    elif show == "past":
        found = mine.confirmed().over().order_by("-starts_at", "-pk")
    else:
        found = mine.confirmed().not_over().order_by("starts_at", "pk")
    if chosen["room"]:
        found = found.filter(room=chosen["room"])
    return booking_rows(found.matching(str(chosen["q"])))


def _agenda(found: BookingQuerySet, chosen: dict[str, Any]) -> Agenda:
    rows = list(_from(found, str(chosen["after"] or ""), chosen["show"] == "upcoming")[: PAGE + 1])
    shown = rows[:PAGE]
    last = shown[-1] if len(rows) > PAGE else None
    after = f"{last.starts_at.isoformat()}~{last.pk}" if last else ""
    return Agenda(days=_by_day(shown), after=after, count=len(shown))


def _from(found: BookingQuerySet, after: str, forward: bool) -> BookingQuerySet:
    """The rows beyond a place in the list. A place that makes no sense is the beginning."""
    text, __, digits = after.partition("~")
    at, number = _instant(text), whole_number(digits)
    if at is None or number is None:
        return found
    if forward:
        return found.filter(Q(starts_at__gt=at) | Q(starts_at=at, pk__gt=number))
    return found.filter(Q(starts_at__lt=at) | Q(starts_at=at, pk__lt=number))


def _instant(text: str) -> datetime | None:
    try:
        at = parse_datetime(text)
        return at.astimezone(UTC) if at and timezone.is_aware(at) else None
    except (ValueError, OverflowError):
        return None


def _by_day(bookings: Iterable[Booking]) -> list[tuple[date, list[Booking]]]:
    def local_day(booking: Booking) -> date:
        return timezone.localdate(booking.starts_at)

    return [(day, list(rows)) for day, rows in groupby(bookings, key=local_day)]


def _is_first_look(chosen: dict[str, Any]) -> bool:
    """The whole agenda from its beginning: somebody who searches wants what they search."""
    return chosen["show"] == "upcoming" and not (chosen["q"] or chosen["room"] or chosen["after"])


def _now_and_next(mine: BookingQuerySet, agenda: Agenda) -> list[Booking]:
    """What runs, also ahead or after its time; what should; and what starts next."""
    running = booking_rows(mine.confirmed().filter(is_live_now("booking")))
    live = list(running.order_by("starts_at", "pk")[:3])
    coming = [booking for __, bookings in agenda.days for booking in bookings]
    others = [booking for booking in coming if booking not in live]
    now = [booking for booking in others if _is_on(booking)]
    later = [booking for booking in others if not booking.is_now]
    return (live + now)[:3] + later[:1]


def _is_on(row: Any) -> bool:
    """Its time has come, and no host has ended it for good."""
    return bool(row.is_now and (row.is_live or not row.was_ended))
