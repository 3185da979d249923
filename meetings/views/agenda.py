"""An organizer's meetings as lists ask for them: which, in what order, a page at a time."""

from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from meetings.http import whole_number
from meetings.models import Booking, Room, RoomSession
from meetings.models.booking import BookingQuerySet
from meetings.models.prepared import PreparedRows, given

from .rows import meeting_facts

PAGE = 50
CARDS = 3  # of what is on


class Meeting(NamedTuple):
    """What a list asks of a meeting: plain facts."""

    pk: int
    title: str
    starts_at: datetime
    ends_at: datetime
    duration: int
    time_zone: str
    series: int | None
    state: str
    is_in_lasting_room: bool
    room: str
    alias: str
    is_live: bool
    was_ended: bool
    was_held: bool
    is_unconfirmed: bool
    host_token: str | None
    guest_token: str | None


class Page(NamedTuple):
    """Meetings of a list; `after` is where the next page begins."""

    meetings: list[Meeting]
    after: str


def page_of(user: User, chosen: dict[str, Any], now: datetime) -> Page:
    at, number = _place(str(chosen["after"] or ""))
    told = {"user": user.pk, "now": now, "room": chosen["room"], "at": at, "number": number}
    if chosen["q"]:  # words differ in number
        found = wanted(user, now, chosen["show"], chosen["room"]).matching(str(chosen["q"]))
        rows = list(meeting_facts(_from(found, at, number, chosen["show"]), now)[: PAGE + 1])
    else:
        question = _prepared(chosen["show"], bool(chosen["room"]), at is not None)
        rows = question.rows(**told)
    shown = [Meeting._make(row) for row in rows[:PAGE]]
    last = shown[-1] if len(rows) > PAGE else None
    return Page(shown, f"{last.starts_at.isoformat()}~{last.pk}" if last else "")


def running(user: User, now: datetime) -> list[Meeting]:
    """What is held this moment, also ahead of its time or after it."""
    return [Meeting._make(row) for row in _running.rows(user=user.pk, now=now)]


def rooms_of(user: User) -> list[tuple[int, str]]:
    """Key and name of each room that meetings can be looked for in."""
    return _rooms.rows(user=user.pk)


def wanted(user: Any, now: Any, show: str, room: Any = None) -> BookingQuerySet:
    mine = Booking.objects.visible_to(user)
    if show == "cancelled":
        found = mine.cancelled().order_by("-starts_at", "-pk")
    elif show == "past":
        found = mine.confirmed().over(now).order_by("-starts_at", "-pk")
    else:
        found = mine.confirmed().not_over(now).order_by("starts_at", "pk")
    return found.filter(room=room) if room else found


@cache
def _prepared(show: str, in_room: bool, goes_on: bool) -> PreparedRows:
    def ask() -> QuerySet[Any, Any]:
        room = given("room") if in_room else None
        at, number = (given("at"), given("number")) if goes_on else (None, None)
        found = _from(wanted(given("user"), given("now"), show, room), at, number, show)
        return meeting_facts(found, given("now"))[: PAGE + 1]

    return PreparedRows(ask)


def _ask_for_running() -> QuerySet[Any, Any]:
    live_now = RoomSession.objects.live().values("booking")  # few, however many meetings there are
    found = Booking.objects.visible_to(given("user")).confirmed().filter(pk__in=live_now)
    return meeting_facts(found.order_by("starts_at", "pk"), given("now"))[:CARDS]


def _ask_for_rooms() -> QuerySet[Any, Any]:
    return Room.objects.visible_to(given("user")).permanent().in_use().values_list("pk", "name")


_running = PreparedRows(_ask_for_running)
_rooms = PreparedRows(_ask_for_rooms)


def _from(found: BookingQuerySet, at: Any, number: Any, show: str) -> BookingQuerySet:
    """The rows beyond a place in the list."""
    if at is None:
        return found
    if show == "upcoming":
        return found.filter(Q(starts_at__gt=at) | Q(starts_at=at, pk__gt=number))
    return found.filter(Q(starts_at__lt=at) | Q(starts_at=at, pk__lt=number))


def _place(after: str) -> tuple[datetime | None, int | None]:
    """Where a page begins. A place that makes no sense is the beginning."""
    text, __, digits = after.partition("~")
    at, number = _instant(text), whole_number(digits)
    return (None, None) if at is None or number is None else (at, number)


def _instant(text: str) -> datetime | None:
    try:
        at = parse_datetime(text)
        return at.astimezone(UTC) if at and timezone.is_aware(at) else None
    except (ValueError, OverflowError):
        return None
