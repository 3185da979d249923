"""Taking a meeting or series along: files, and links into other calendars."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import Booking, Guest, JoinLink, Room
from meetings.services import scheduling
from meetings.services.calendars.files import for_organizer
from meetings.services.series import cancelling
from tests.calendar_reader import Program, read

from .conftest import NOW
from .doors import participants
from .reading import page, text_of
from .repeating import make_series, meeting_on, move

Book = Callable[..., Booking]


def of_booking(booking: Booking) -> str:
    return reverse("booking-calendar", args=[booking.pk])


def shown(answer: Any) -> list[Any]:
    program = Program()
    program.take(read(answer.content))
    return program.shown()


def unfolded(answer: Any) -> str:
    return str(answer.content.replace(b"\r\n ", b"").decode())


def personal_link(booking: Booking, email: str) -> str:
    guest = Guest.objects.create(booking=booking, email=email, name=email.partition("@")[0])
    link = JoinLink.objects.create(purpose="participant", guest=guest, booking=booking)
    return link.get_absolute_url()


def test_organizer_takes_a_meeting_along_with_the_own_link(as_dana: Client, book: Book) -> None:
    booking = book("Review")

    answer = as_dana.get(of_booking(booking))

    (event,) = read(answer.content).events
    assert event.uid == str(booking.request_key)
    assert event.url.endswith(booking.links.get(purpose="host").get_absolute_url())
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Review.ics"'


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "etc passwd.ics"),
        ("///", "meeting.ics"),
        ('a"b\u202egnp.exe', "a b gnp.exe.ics"),
        ("Übung 🎉", "Übung 🎉.ics"),
        ("x" * 200, "x" * 80 + ".ics"),
    ],
)
def test_file_is_named_for_the_title_and_for_nothing_else(
    as_dana: Client, book: Book, title: str, name: str
) -> None:
    booking = book(title)

    assert for_organizer(booking).filename == name
    assert as_dana.get(of_booking(booking)).status_code == 200


def test_organizer_takes_a_series_along_with_what_was_moved_and_left_out(
    as_dana: Client, dana: User
) -> None:
    series = make_series(dana)
    move(meeting_on(series, date(2026, 12, 7)))
    scheduling.cancel(meeting_on(series, date(2026, 12, 14)), by=dana)

    answer = as_dana.get(reverse("series-calendar", args=[series.pk]))

    there = series.bookings.confirmed().order_by("starts_at")
    assert shown(answer) == [(each.starts_at, 30, "Stand-up") for each in there]
    assert len(there) == 4


def test_participants_link_gives_the_meeting_with_itself_and_names_nobody(
    client: Client, dana: User, book: Book
) -> None:
    booking = book("Review", description="Bring numbers")
    link = participants(booking)

    answer = client.get(f"{link}calendar.ics")

    (event,) = read(answer.content).events
    assert event.url.endswith(link)
    assert (event.organizer, event.attendees) == ("", {})
    assert dana.email not in unfolded(answer)
    for purpose in ("host", "cohost"):
        assert booking.links.get(purpose=purpose).token not in unfolded(answer)


def test_personal_link_names_the_organizer_and_no_other_guest(client: Client, book: Book) -> None:
    booking = book("Review")
    link = personal_link(booking, "ana@example.com")
    personal_link(booking, "ben@example.com")

    answer = client.get(f"{link}calendar.ics")

    (event,) = read(answer.content).events
    assert event.organizer == "dana@example.org"
    assert "ben" not in unfolded(answer)
    assert event.url.endswith(link)


def test_link_of_a_series_gives_all_of_it(client: Client, dana: User) -> None:
    series = make_series(dana)

    answer = client.get(f"{series.links.get(purpose='participant').get_absolute_url()}calendar.ics")

    assert len(shown(answer)) == 5


def test_what_was_called_off_says_so(
    client: Client, as_dana: Client, dana: User, book: Book
) -> None:
    booking, series = book("Review"), make_series(dana)
    scheduling.cancel(booking, by=dana)
    cancelling.cancel_all(series, by=dana, version=series.version)

    for answer in (
        client.get(f"{participants(booking)}calendar.ics"),
        as_dana.get(of_booking(booking)),
        as_dana.get(reverse("series-calendar", args=[series.pk])),
    ):
        calendar = read(answer.content)
        assert (calendar.method, {each.status for each in calendar.events}) == (
            "PUBLISH",
            {"CANCELLED"},
        )


def test_link_that_is_revoked_unknown_or_of_a_mere_room_gives_no_file(
    client: Client, book: Book, room: Room
) -> None:
    booking = book()
    link = participants(booking)
    booking.links.get(purpose="participant").revoke()

    for address in ("/j/unknown/", "/j/%00/", participants(room)):
        answer = client.get(f"{address}calendar.ics")
        assert answer.status_code == 404
        assert "This link leads nowhere" in text_of(answer)
    assert client.get(f"{link}calendar.ics").status_code == 410


# Add to calendar


def test_door_of_a_meeting_ahead_leads_into_calendars(client: Client, book: Book) -> None:
    booking = book("Review")

    shown_page = page(client.get(participants(booking)))

    assert f'href="{participants(booking)}calendar.ics"' in shown_page
    for calendar in ("calendar.google.com", "outlook.live.com", "outlook.office.com"):
        assert f'href="https://{calendar}/' in shown_page
    assert booking.links.get(purpose="host").token not in shown_page


def test_door_offers_no_calendar_for_what_is_on_called_off_or_no_meeting(
    client: Client, dana: User, book: Book, room: Room, clock: time_machine.TimeMachineFixture
) -> None:
    off, on = book("Off"), book("On", at=NOW + timedelta(days=3))
    scheduling.cancel(off, by=dana)
    clock.move_to(NOW + timedelta(days=3, minutes=1))

    for place in (off, on, room):
        assert "calendar.ics" not in page(client.get(participants(place)))


def test_pages_of_meeting_and_series_lead_into_calendars(
    as_dana: Client, dana: User, book: Book
) -> None:
    booking, series = book("Review"), make_series(dana)

    of_meeting = page(as_dana.get(reverse("booking", args=[booking.pk])))
    of_series = page(as_dana.get(reverse("series", args=[series.pk])))

    assert f'href="{of_booking(booking)}"' in of_meeting
    assert "outlook.live.com" in of_meeting
    assert f'href="/series/{series.pk}/calendar.ics"' in of_series
    assert "recur=RRULE%3AFREQ%3DWEEKLY" in of_series
    assert "outlook.live.com" not in of_series
