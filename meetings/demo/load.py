"""Making the demo. Everything goes through the services; the past is then dated back."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from meetings.models import Booking, Room
from meetings.services import rooms, scheduling
from meetings.services.transactions import saving

from . import guests
from .past import hold
from .people import DANA, Person, make_users, organizer
from .plans import Plan
from .remove import remove
from .week import MEETINGS, ROOMS
from .weekly import make_series

EARLIER = timedelta(days=6)  # meetings are booked this long before they are


def load() -> User:
    """The demo as of now, unless it is there already; its organizer."""
    if there := organizer():
        return there
    remove()  # what may be left of a demo that has lost its organizer
    return _load()


@saving
def _load() -> User:
    now = timezone.now()
    users = make_users(now)
    places = _make_rooms(users)
    for plan in MEETINGS:
        _make_meeting(plan, users[plan.who], places.get(plan.room), now)
    make_series(users[DANA], now)
    guests.forget_mails()
    return users[DANA]


def _make_rooms(users: dict[Person, User]) -> dict[str, Room]:
    return {
        plan.name: rooms.create_room(
            users[plan.owner],
            name=plan.name,
            waiting_room=plan.waiting_room,
            needs_host=plan.needs_host,
        )
        for plan in ROOMS
    }


def _make_meeting(plan: Plan, organizer: User, room: Room | None, now: datetime) -> None:
    wish = scheduling.MeetingWish(
        title=plan.title,
        description=plan.description,
        starts_at=plan.first_start(now),
        duration=plan.minutes,
        time_zone=plan.time_zone,
        room=room,
        may_overlap=plan.is_around_now,
    )
    booking = scheduling.book(organizer, wish)
    if plan.moved_from:
        moved = replace(wish, starts_at=plan.starts_at(now))
        booking = scheduling.edit(booking, moved, by=organizer, version=booking.version)
    if plan.cancelled:
        booking = scheduling.cancel(booking, by=organizer, reason=plan.cancelled)
    if plan.guests:
        guests.invite(booking, plan.guests)
        guests.date_back(booking, now)
    _date_back(booking, now)
    if booking.is_over and not booking.is_cancelled:
        hold(booking, plan.came)


def _date_back(booking: Booking, now: datetime) -> None:
    """It was booked days ago, and changed or called off a day after that."""
    booked = min(booking.starts_at, now) - EARLIER
    latest = booked
    for days, change in enumerate(booking.changes.order_by("pk")):
        latest = booked + timedelta(days=days)
        booking.changes.filter(pk=change.pk).update(at=latest)
    dates = {"created_at": booked, "updated_at": latest}
    if booking.is_cancelled:
        dates["cancelled_at"] = latest
    Booking.objects.filter(pk=booking.pk).update(**dates)
