import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.apps import apps
from django.utils import timezone

from accounts.addresses import vouch_for
from accounts.models import User
from meetings import demo
from meetings.demo.people import PEOPLE
from meetings.demo.week import MEETINGS
from meetings.models import Attendance, Booking, BookingChange, Room, RoomSession
from tests.conftest import signed_in

from .conftest import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.uncounted]


def rows() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in apps.get_models()}


def test_dana_is_in_a_meeting_now_and_has_the_next_one_in_less_than_half_an_hour() -> None:
    with time_machine.travel(MONDAY, tick=False):
        client = signed_in(demo.load())

        page = client.get("/meetings/").text

    now, later = page.index("Product sync"), page.index("Interview: Tomás Herrera")
    assert now < later < page.index("Usability test, second round")
    product, interview = Booking.objects.filter(
        title__in=["Product sync", "Interview: Tomás Herrera"]
    )
    assert product.starts_at < MONDAY < product.ends_at == interview.starts_at
    assert interview.starts_at - MONDAY < timedelta(minutes=30)


def test_demo_is_a_week_of_three_people(organizer: User, subtests: pytest.Subtests) -> None:
    for promise in (
        people_are_organizers_in_three_zones_who_have_no_password,
        the_week_has_what_a_week_has,
        meetings_of_the_past_were_held_and_say_who_was_there,
        a_meeting_page_tells_of_the_past,
        history_lies_before_the_meeting_and_in_order,
        loading_twice_changes_nothing,
    ):
        with subtests.test(promise.__name__):
            promise(organizer)


def people_are_organizers_in_three_zones_who_have_no_password(organizer: User) -> None:
    people = demo.people.users()

    assert organizer.email == "dana@demo.parley.example"
    assert {person.time_zone for person in people} == {
        "Europe/Berlin",
        "America/New_York",
        "Asia/Tokyo",
    }
    for person in people:
        assert person.zone_confirmed
        assert not person.has_usable_password()
        assert not person.is_staff
        assert EmailAddress.objects.get(user=person).verified


def the_week_has_what_a_week_has(organizer: User) -> None:
    bookings = Booking.objects.filter(series=None)

    assert bookings.count() == len(MEETINGS) == 25
    assert Room.objects.permanent().count() == 3
    assert bookings.cancelled().exclude(cancel_reason="").count() == 2
    assert bookings.over().count() >= 8
    assert bookings.filter(starts_at__gt=timezone.now()).count() >= 10
    assert len(set(bookings.values_list("time_zone", flat=True))) == 4


def meetings_of_the_past_were_held_and_say_who_was_there(organizer: User) -> None:
    past = Booking.objects.confirmed().over()

    assert past.exists()
    for booking in past:
        session = booking.sessions.get()
        assert session.state == RoomSession.State.ENDED
        assert session.created_at < booking.starts_at
        stays = Attendance.objects.filter(session=session)
        assert stays.filter(name=booking.organizer.name, role="host").count() == 1
        assert all(stay.joined_at < stay.left_at <= booking.ends_at for stay in stays)
    assert not RoomSession.objects.running().exists()


def a_meeting_page_tells_of_the_past(organizer: User) -> None:
    review = Booking.objects.get(title__startswith="Design review")

    page = signed_in(organizer).get(f"/meetings/{review.pk}/").text

    assert "Priya Raman" in page
    assert re.search(r"11:00\s+AM.*2:00\s+PM", page, re.DOTALL)


def history_lies_before_the_meeting_and_in_order(organizer: User) -> None:
    edited = BookingChange.objects.filter(kind="edited", booking__series=None)

    assert edited.count() == 2
    for change in edited:
        booked = change.booking.changes.get(kind="booked")
        assert booked.at < change.at < timezone.now()
        assert change.at < change.booking.starts_at


def loading_twice_changes_nothing(organizer: User) -> None:
    before = rows()

    assert demo.load() == organizer

    assert rows() == before


def test_a_demo_without_its_organizer_is_made_anew() -> None:
    dana = demo.load()
    before = rows()
    dana.email = "dana@example.org"
    dana.save()
    vouch_for(dana)
    User.objects.filter(email="marcus@demo.parley.example").update(name="Renamed")

    demo.load()

    assert User.objects.get(email="marcus@demo.parley.example").name == "Marcus Oyelaran"
    assert User.objects.get(email="dana@example.org").bookings.filter(series=None).count() == 18
    assert rows()["User"] == before["User"] + 1


@pytest.mark.parametrize(
    ("day", "hour"), [(0, 0), (1, 9), (2, 23), (3, 9), (4, 23), (5, 0), (6, 23)]
)
def test_it_can_be_loaded_on_any_day_at_any_hour(day: int, hour: int) -> None:
    at = datetime(2026, 10, 26, hour, 58, tzinfo=UTC)  # Europe's clocks have changed, America's not

    with time_machine.travel(at + timedelta(days=day), tick=False):
        demo.load()

    assert Booking.objects.filter(series=None).count() == len(MEETINGS)
    assert User.objects.count() == len(PEOPLE)
