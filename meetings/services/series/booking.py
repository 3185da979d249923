"""Series: made at once, with their links and all the meetings that are near enough."""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from meetings.models import Booking, Pattern, Room, Series, SeriesChange
from meetings.recurrence import MOST_DATES, Rule, dates, onward
from meetings.rrule import rrule_text
from meetings.services.inviting import invite, invite_more
from meetings.services.reservations import RESERVED_AHEAD, want
from meetings.services.scheduling import lock, make_links, own_room
from meetings.services.transactions import saving

from .plans import HORIZON, Plan, plan_for
from .wish import (
    BadSeries,
    Collision,
    Collisions,
    Decision,
    ExceptionsAhead,
    NothingAhead,
    Planned,
    SeriesWish,
)

__all__ = [
    "HORIZON",
    "BadSeries",
    "Collision",
    "Collisions",
    "Decision",
    "ExceptionsAhead",
    "NothingAhead",
    "Planned",
    "SeriesWish",
    "book_series",
    "wish_of",
]

AT_ONCE = 500  # rows in one statement


def book_series(organizer: User, wish: SeriesWish) -> Series:
    """A new series with its room, links and meetings; `Collisions` when dates are taken.

    The same wish (by its request key) sent twice, even at once, is one series.
    """
    try:
        return _book_series(organizer, wish)
    except IntegrityError:
        if same := _same_request(organizer, wish):
            return same
        # PostgreSQL's exclusion constraint saw a meeting that our query could not see yet.
        return _book_series(organizer, wish)


@saving
def _book_series(organizer: User, wish: SeriesWish) -> Series:
    lock(organizer, wish.room)
    if same := _same_request(organizer, wish):
        invite_more(same, wish.guests, by=organizer)
        return same
    if Series.objects.filter(request_key=wish.request_key).exists():
        # The form of an earlier series, filled in anew after the Back button: another series.
        wish = replace(wish, request_key=uuid.uuid4())
    plan = plan_for(organizer, wish)
    series = Series.objects.create(
        organizer=organizer, title=wish.title, request_key=wish.request_key
    )
    room = wish.room or own_room(organizer, name=wish.title, options=wish.options)
    pattern = make_pattern(series, wish, plan, room)
    make_meetings(pattern, plan.meetings)
    make_links(organizer, series=series)
    SeriesChange.objects.create(
        series=series,
        kind=SeriesChange.Kind.BOOKED,
        by=organizer,
        meetings=len(plan.meetings),
        values=_decided(plan),
    )
    invite(series, wish.guests, by=organizer)
    return series


def _decided(plan: Plan) -> dict[str, list[list[str]]]:
    """What became of dates that are taken, for the history."""
    days = {
        "left_out": [day.isoformat() for day in plan.left_out],
        "may_overlap": [each.date.isoformat() for each in plan.meetings if each.may_overlap],
    }
    return {name: [[], found] for name, found in days.items() if found}


def make_pattern(series: Series, wish: SeriesWish, plan: Plan, room: Room) -> Pattern:
    return Pattern.objects.create(series=series, **pattern_values(wish, plan, room))


def pattern_values(wish: SeriesWish, plan: Plan, room: Room) -> dict[str, Any]:
    """What a pattern keeps of a wish, as it is planned."""
    return {
        "first_date": plan.begins_on,
        "clock": wish.clock,
        "time_zone": wish.time_zone,
        "rule": rrule_text(wish.rule),
        "left_out": [day.isoformat() for day in plan.left_out],
        "duration": wish.duration,
        "title": wish.title,
        "description": wish.description,
        "room": room,
        "reminders": list(wish.reminders),
        "filled_until": plan.until,
    }


def make_meetings(pattern: Pattern, planned: Iterable[Planned]) -> list[Booking]:
    """The meetings of a pattern on these dates, in as few statements as possible."""
    made = [_meeting(pattern, each) for each in planned]
    Booking.objects.bulk_create(made, batch_size=AT_ONCE)
    want_near(made)
    return made


def want_near(meetings: Iterable[Booking]) -> None:
    """Have reserved what comes soon; the minute's sweep sees to the others in their time."""
    soon = timezone.now() + RESERVED_AHEAD
    for booking in meetings:
        if booking.starts_at <= soon:
            want(booking)


def apply(pattern: Pattern, planned: Planned, booking: Booking) -> None:
    """Have a meeting be the pattern's on that date, as the pattern has it."""
    for name in ("title", "description", "duration", "time_zone", "reminders"):
        setattr(booking, name, getattr(pattern, name))
    booking.pattern, booking.room = pattern, pattern.room
    booking.recurrence_date = planned.date
    booking.starts_at, booking.ends_at = planned.starts_at, planned.ends_at
    booking.wall = planned.wall.isoformat(timespec="minutes")
    booking.is_second = booking.is_exception = False
    booking.may_overlap = planned.may_overlap
    booking.state = Booking.State.CONFIRMED
    booking.keep_reminder()


def _meeting(pattern: Pattern, planned: Planned) -> Booking:
    series = pattern.series
    booking = Booking(series=series, organizer=series.organizer, sequence=pattern.sequence)
    apply(pattern, planned, booking)
    return booking


def wish_of(booking: Booking) -> SeriesWish:
    """The series as it stands from this meeting on, for a form that changes it."""
    series, pattern, since = booking.in_series
    return SeriesWish(
        title=pattern.title,
        description=pattern.description,
        rule=rule_from(pattern, since, later_than(pattern)),
        first_date=since,
        clock=pattern.clock,
        duration=pattern.duration,
        time_zone=pattern.time_zone,
        room=pattern.room if pattern.room.is_permanent else None,
        reminders=tuple(pattern.reminders),
        left_out=frozenset(left_out_of(pattern, since)),
        request_key=series.request_key,
    )


def rule_from(pattern: Pattern, since: date, later: tuple[Pattern, ...]) -> Rule:
    """The pattern's rule from a date of it on, to the end of the last of those after it."""
    rule = onward(pattern.repeats, pattern.first_date, since)
    if not later:
        return rule
    rules = [rule, *(each.repeats for each in later)]
    if not rules[-1].ends:
        return replace(rule, count=None, until=None)
    counts = [each.count for each in rules if each.count is not None]
    if len(counts) == len(rules) and sum(counts) <= MOST_DATES:
        return replace(rule, count=sum(counts))
    *_, last = dates(rules[-1], later[-1].first_date)
    return replace(rule, count=None, until=last)


def later_than(pattern: Pattern) -> tuple[Pattern, ...]:
    """The patterns that hold after this one."""
    others = pattern.series.patterns.filter(cancelled_at=None).select_related("room")
    place = (pattern.first_date, pattern.pk)
    return tuple(each for each in others if (each.first_date, each.pk) > place)


def left_out_of(pattern: Pattern, since: date) -> list[date]:
    days = (date.fromisoformat(day) for day in pattern.left_out)
    return [day for day in days if day >= since]


def _same_request(organizer: User, wish: SeriesWish) -> Series | None:
    """The series that this very form has made already."""
    made = Series.objects.filter(organizer=organizer, request_key=wish.request_key).first()
    first = made.patterns.select_related("room").first() if made else None
    return made if first and _is_as(first, wish) else None


def _is_as(pattern: Pattern, wish: SeriesWish) -> bool:
    room = pattern.room if pattern.room.is_permanent else None
    kept = (pattern.title, pattern.description, pattern.clock, pattern.duration, room)
    asked = (wish.title, wish.description, wish.clock, wish.duration, wish.room)
    return kept == asked and (pattern.rule, pattern.first_date, pattern.time_zone) == (
        rrule_text(wish.rule),
        wish.begins_on,
        wish.time_zone,
    )
