import uuid
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from accounts.models import AuditEntry, User
from meetings import demo
from meetings.models import Attendance, Booking, Room, RoomSession, Series
from meetings.recurrence import daily
from meetings.services import joining, opening, reservations, rooms, scheduling
from meetings.services.door import Visitor
from meetings.services.series.booking import SeriesWish, book_series
from tests.accounts_at_doubles import AtXroom, at_xroom

__all__ = ["at_xroom"]

pytestmark = [pytest.mark.django_db, pytest.mark.uncounted]
Book = Callable[..., Booking]


def rows() -> dict[str, int]:
    """How many of each kind; the audit log remembers what is gone."""
    kinds = [model for model in apps.get_models() if model is not AuditEntry]
    return {model.__name__: model._default_manager.count() for model in kinds}


def test_what_its_people_reserved_at_a_provider_is_given_back(at_xroom: AtXroom) -> None:
    before = rows()
    demo.load()
    organizer = Booking.objects.filter(starts_at__gt=timezone.now())[0].organizer
    wish = scheduling.MeetingWish(
        title="Tried",
        starts_at=timezone.now() + timedelta(days=2),
        duration=30,
        time_zone="UTC",
        may_overlap=True,
    )
    scheduling.book(organizer, wish)
    reservations.sweep()
    reserved = len(at_xroom.double.bookings)

    demo.remove()

    assert reserved
    assert at_xroom.double.bookings == {}
    assert rows() == before


def test_what_others_have_stays_and_nothing_else(dana: User, book: Book, room: Room) -> None:
    book("Mine")
    before = rows()
    demo.load()

    assert demo.remove() == 3

    assert rows() == before
    assert AuditEntry.objects.filter(action="deleted", about="accounts.user").count() == 3


def test_what_the_demo_people_made_since_goes_too_even_while_it_runs(organizer: User) -> None:
    booking = scheduling.meet_now(organizer, request_key=uuid.uuid4())
    link = booking.links.get(purpose="host")
    joining.enter(link, Visitor(identity=f"u:{organizer.pk}", name="Dana", user=organizer))
    opening.open_room(rooms.create_room(organizer, name="Fresh"))
    assert RoomSession.objects.live().count() == 2
    book_series(organizer, tried())

    demo.remove()

    assert not Booking.objects.exists()
    assert not Room.objects.exists()
    assert not RoomSession.objects.exists()
    assert not User.objects.exists()
    assert not Series.objects.exists()


def tried() -> SeriesWish:
    return SeriesWish(
        title="Tried",
        rule=daily(),
        first_date=timezone.now().date() + timedelta(days=30),
        clock=time(3),
        duration=30,
        time_zone="UTC",
    )


def test_a_demo_person_who_came_to_somebody_elses_meeting_stays_in_its_list(
    organizer: User, book: Book, dana: User
) -> None:
    session = opening.open_room(book().room)
    visit: dict[str, Any] = {"identity": f"u:{organizer.pk}", "name": "Dana Fischer"}
    session.admissions.create(user=organizer, state="admitted", **visit)
    Attendance.objects.create(session=session, joined_at=session.created_at, **visit)

    demo.remove()

    assert session.attendances.get().name == "Dana Fischer"
    assert session.admissions.get().user is None


def test_it_is_kept_whole_while_somebody_elses_meeting_is_in_its_room(
    organizer: User, book: Book
) -> None:
    studio = Room.objects.get(name="Design studio")
    book("Borrowed room", room=studio)
    before = rows()

    with pytest.raises(demo.StillNeeded, match="“Borrowed room”"):
        demo.remove()

    assert rows() == before


def test_a_room_whose_provider_is_gone_does_not_keep_the_demo_in(organizer: User) -> None:
    studio = Room.objects.get(name="Design studio")
    session = opening.open_room(studio)
    RoomSession.objects.filter(pk=session.pk).update(alias="gone")

    demo.remove()

    assert not User.objects.exists()
