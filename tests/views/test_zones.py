"""One instant on many clocks: the reader's, the organizer's, and never the server's."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from meetings.models import Booking, Room
from tests.conftest import signed_in

from .conftest import Typed
from .reading import form_with, page, text_of

Book = Callable[..., Booking]
LATE_IN_BERLIN = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)  # 23:30; in Auckland the next day


@pytest.fixture
def late(book: Book) -> Booking:
    return book("Late", at=LATE_IN_BERLIN)


def door(booking: Booking) -> str:
    return booking.links.get(purpose="participant").get_absolute_url()


def test_reader_elsewhere_sees_their_day_and_the_organizers_time_beside_it(
    client: Client, late: Booking
) -> None:
    client.cookies["zone"] = "Pacific/Auckland"

    text = text_of(client.get(door(late)))

    assert "Wed, 25 November 2026, 11:30 AM – 12:00 PM Auckland (UTC+13:00)" in text
    assert "Tue, 24 November 2026, 11:30 PM – 12:00 AM in Berlin (UTC+01:00)" in text


def test_reader_in_the_organizers_time_sees_one_clock(client: Client, late: Booking) -> None:
    client.cookies["zone"] = "Europe/Paris"

    text = text_of(client.get(door(late)))

    assert "Tue, 24 November 2026, 11:30 PM – 12:00 AM Paris (UTC+01:00)" in text
    assert " in Berlin" not in text


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "localtime", "\x7f"])
def test_stranger_whose_zone_is_unknown_reads_a_zone_that_is_named(
    client: Client, late: Booking, zone: str
) -> None:
    if zone:
        client.cookies["zone"] = zone

    answer = client.get(door(late))

    assert answer.status_code == 200
    assert "Nov" in text_of(answer)
    assert "UTC" in text_of(answer)


def test_signed_in_reader_reads_the_zone_of_their_profile(as_colin: Client, late: Booking) -> None:
    as_colin.cookies["zone"] = "Asia/Tokyo"

    assert "5:30 PM – 6:00 PM New York (UTC−05:00)" in text_of(as_colin.get(door(late)))


def test_new_zone_in_the_profile_changes_every_page_and_no_instant(
    as_dana: Client, late: Booking, room: Room, book: Book
) -> None:
    in_room = book("In the room", at=LATE_IN_BERLIN, room=room, may_overlap=True)
    pages = [
        reverse("dashboard"),
        reverse("booking", args=[late.pk]),
        reverse("room", args=[room.pk]),
        door(late),
    ]
    before = Booking.objects.values("pk", "starts_at", "ends_at", "time_zone")
    stored = list(before)
    assert all("11:30 PM" in text_of(as_dana.get(address)) for address in pages)
    profile = reverse("profile")

    form = form_with(as_dana.get(profile), "time_zone", time_zone="Pacific/Auckland")
    answer = as_dana.post(profile, form)

    assert answer.status_code == 302
    for address in pages:
        assert "11:30 AM" in text_of(as_dana.get(address))
    assert "Wednesday, 25 November 2026" in text_of(as_dana.get(pages[0]))
    assert list(before.all()) == stored
    assert in_room in Booking.objects.filter(starts_at=LATE_IN_BERLIN)


def test_edit_form_speaks_the_meetings_clock_wherever_the_reader_is(
    as_dana: Client, dana: User, late: Booking
) -> None:
    dana.time_zone = "Pacific/Auckland"
    dana.save()

    form = form_with(as_dana.get(reverse("booking-edit", args=[late.pk])), "title")

    assert (form["date"], form["time"]) == ("2026-11-24", "23:30")
    assert form["time_zone"] == "Europe/Berlin"


def test_meeting_booked_across_a_change_of_the_clocks_keeps_its_length(
    as_dana: Client, typed: Typed
) -> None:
    as_dana.post("/meetings/new/", typed(date="2027-03-28", time="01:30", duration=60))

    booking = Booking.objects.get()
    assert booking.ends_at - booking.starts_at == timedelta(hours=1)
    assert "1:30 AM – 3:30 AM" in text_of(as_dana.get(reverse("booking", args=[booking.pk])))


@pytest.fixture(params=["UTC", "Pacific/Auckland", "America/New_York"])
def server_zone(request: pytest.FixtureRequest, settings: Settings) -> Iterator[None]:
    settings.TIME_ZONE = request.param
    timezone.get_default_timezone.cache_clear()
    yield
    timezone.get_default_timezone.cache_clear()


@pytest.mark.usefixtures("server_zone")
def test_zone_of_the_server_changes_nothing_that_anybody_sees_or_stores(
    typed: Typed, dana: User, client: Client
) -> None:
    as_dana = signed_in(dana)

    as_dana.post("/meetings/new/", typed(date="2026-11-24", time="00:15"))

    booking = Booking.objects.get()
    assert booking.starts_at == datetime(2026, 11, 23, 23, 15, tzinfo=UTC)
    assert "Tomorrow · Tuesday, 24 November 2026 12:15 AM – 1:00 AM" in text_of(
        as_dana.get("/meetings/")
    )
    client.cookies["zone"] = "Asia/Tokyo"
    assert "Tue, 24 November 2026, 8:15 AM – 9:00 AM Tokyo (UTC+09:00)" in text_of(
        client.get(door(booking))
    )
    assert f'data-countdown="{int(booking.starts_at.timestamp())}"' in page(
        client.get(door(booking))
    )
