"""What an organizer sees of the reservation at the provider."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from meetings.models import Booking, Reservation
from meetings.services import reservations, scheduling
from tests.accounts_at_doubles import AtXroom
from tests.providers.doubles.base import html_503, status
from tests.providers.doubles.xroom import Double

from .conftest import NOW, Typed
from .reading import page, text_of

Book = Callable[..., Booking]

MARK = "Not yet confirmed at xroom"
ASKED = "Being reserved at xroom…"


@pytest.fixture
def double(at_xroom: AtXroom) -> Double:
    double: Double = at_xroom.double
    return double


def see(client: Client, booking: Booking) -> str:
    return text_of(client.get(reverse("booking", args=[booking.pk])))


def said_in(text: str) -> set[str]:
    return {each for each in (MARK, ASKED) if each in text}


def look_again(client: Client, booking: Booking, seen: str = "") -> tuple[int, str]:
    """What the part of the page becomes when it asks by itself."""
    url = reverse("booking-confirmation", args=[booking.pk])
    response = client.get(url, {"seen": seen}, headers={"HX-Request": "true"})
    return response.status_code, text_of(response)


def mark_in(html: str) -> str:
    return html.partition("?seen=")[2].partition('"')[0]


def test_meeting_booked_while_the_provider_is_down_stands_and_says_so(
    as_dana: Client,
    typed: Typed,
    double: Double,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with double.failing(html_503), django_capture_on_commit_callbacks(execute=True):
        response = as_dana.post(reverse("booking-new"), typed(title="Review"), follow=True)

    booking = Booking.objects.get()
    seen = see(as_dana, booking)
    assert "“Review” is planned." in text_of(response)
    assert MARK in seen
    assert "The meeting stands, and its links work." in seen
    assert "HTTP 503" in seen
    assert "Next try: Mon, 23 November 2026, 9:20 AM Berlin (UTC+01:00)." in seen
    assert MARK in text_of(as_dana.get(reverse("dashboard")))


def test_mark_goes_by_itself_once_the_provider_has_confirmed(
    as_dana: Client, book: Book, double: Double, clock: time_machine.TimeMachineFixture
) -> None:
    booking = book()
    before = see(as_dana, booking)
    seen = mark_in(page(as_dana.get(reverse("booking", args=[booking.pk]))))
    unchanged = look_again(as_dana, booking, seen)

    reservations.sweep()

    assert ASKED in before
    assert MARK not in before
    assert "Next try" not in before  # it is being asked this moment
    assert unchanged == (204, "")
    assert look_again(as_dana, booking, seen) == (200, "")
    assert said_in(see(as_dana, booking)) == set()
    assert MARK not in text_of(as_dana.get(reverse("dashboard")))


def test_part_follows_when_the_first_try_has_failed(
    as_dana: Client, book: Book, double: Double
) -> None:
    booking = book()
    seen = mark_in(page(as_dana.get(reverse("booking", args=[booking.pk]))))

    with double.failing(html_503):
        reservations.sweep()

    code, text = look_again(as_dana, booking, seen)
    assert code == 200
    assert "HTTP 503" in text


def test_refusal_is_shown_with_its_reason_and_no_secret(
    as_dana: Client, book: Book, double: Double
) -> None:
    booking = book()
    with double.failing(status(401)):
        reservations.sweep()

    html = page(as_dana.get(reverse("booking", args=[booking.pk])))

    assert "The provider refuses to reserve the room. xroom: refused without a word" in text_of(
        as_dana.get(reverse("booking", args=[booking.pk]))
    )
    assert Double.api_secret not in html
    assert Double.webhook_key not in html


def test_organizer_asks_again_and_is_told(
    as_dana: Client,
    book: Book,
    double: Double,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    booking = book()
    with double.failing(status(401)):
        reservations.sweep()
    double.bookings.clear()

    with django_capture_on_commit_callbacks(execute=True):
        response = as_dana.post(reverse("booking-try-again", args=[booking.pk]), follow=True)

    assert "xroom is asked again." in text_of(response)
    assert said_in(see(as_dana, booking)) == set()
    assert len(double.bookings) == 1


def test_asking_again_for_what_is_confirmed_asks_nobody(
    as_dana: Client,
    book: Book,
    double: Double,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    booking = book()
    reservations.sweep()
    double.journal.clear()

    with django_capture_on_commit_callbacks(execute=True):
        response = as_dana.post(reverse("booking-try-again", args=[booking.pk]), follow=True)

    assert "asked again" not in text_of(response)
    assert double.journal == []


def test_looking_asks_the_provider_nothing(as_dana: Client, book: Book, double: Double) -> None:
    booking = book()

    see(as_dana, booking)
    look_again(as_dana, booking)
    as_dana.get(reverse("dashboard"))

    assert double.journal == []


def test_address_of_the_part_leads_a_person_to_the_page(
    as_dana: Client, book: Book, double: Double
) -> None:
    booking = book()

    response = as_dana.get(reverse("booking-confirmation", args=[booking.pk]))

    assert response.headers["Location"] == reverse("booking", args=[booking.pk])


def test_change_is_unconfirmed_until_the_provider_has_it(
    as_dana: Client, book: Book, dana: object, double: Double
) -> None:
    booking = book()
    reservations.sweep()
    wish = scheduling.MeetingWish(
        title=booking.title,
        starts_at=booking.starts_at + timedelta(hours=1),
        duration=30,
        time_zone=booking.time_zone,
    )

    scheduling.edit(booking, wish, by=booking.organizer, version=booking.version)
    between = see(as_dana, booking)
    reservations.sweep()

    assert ASKED in between
    assert said_in(see(as_dana, booking)) == set()


def test_what_the_provider_holds_otherwise_is_told(
    as_dana: Client, book: Book, double: Double
) -> None:
    double.switch["booking_keeps"] = {"duration": 15}
    booking = book()

    reservations.sweep()

    assert "The provider holds the reservation at another time." in see(as_dana, booking)


def test_cancelled_meeting_awaits_no_confirmation(
    as_dana: Client, book: Book, double: Double
) -> None:
    booking = book()

    scheduling.cancel(booking, by=booking.organizer)

    assert said_in(see(as_dana, booking)) == set()
    assert look_again(as_dana, booking) == (200, "")
    assert MARK not in text_of(as_dana.get(reverse("dashboard") + "?show=cancelled"))


def test_links_lead_in_though_nothing_is_reserved(
    as_dana: Client, book: Book, double: Double
) -> None:
    with double.failing(html_503):
        booking = book(at=NOW + timedelta(minutes=5))
        reservations.sweep()
    double.bookings.clear()
    link = booking.links.get(purpose="host")

    response = as_dana.post(reverse("enter", args=[link.token]), {"name": "Dana"})

    assert response.status_code == 302
    assert response.headers["Location"].startswith("https://meet.example.org/")


def test_door_tells_the_organizer_and_nobody_else(
    client: Client, as_dana: Client, book: Book, double: Double
) -> None:
    booking = book()
    host, guest = (
        booking.links.get(purpose=each).get_absolute_url() for each in ("host", "participant")
    )
    word = "The provider has not confirmed this meeting yet."
    before = text_of(as_dana.get(host)), text_of(client.get(guest))

    reservations.sweep()

    assert [word in text for text in before] == [True, False]
    assert word not in text_of(as_dana.get(host))


def test_provider_without_reservations_leaves_no_mark(as_dana: Client, book: Book) -> None:
    booking = book()

    assert "Not yet confirmed" not in see(as_dana, booking)
    assert look_again(as_dana, booking) == (200, "")


def test_reservation_of_a_provider_that_is_gone_is_named_as_such(
    as_dana: Client, book: Book, double: Double, settings: Settings
) -> None:
    booking = book()
    settings.MEETING_PROVIDERS = {"builtin": {"BACKEND": "builtin"}}

    reservations.sweep()

    assert "Not yet confirmed at “main”, which is gone." in see(as_dana, booking)


def test_agenda_of_50_unconfirmed_meetings_costs_as_much_as_one_of_1(
    as_dana: Client, book: Book, double: Double
) -> None:
    def cost() -> int:
        as_dana.get(reverse("dashboard"))
        with CaptureQueriesContext(connection) as queries:
            assert MARK in text_of(as_dana.get(reverse("dashboard")))
        return len(queries)

    book(at=NOW + timedelta(hours=1), may_overlap=True)
    with_one = cost()
    for number in range(2, 51):
        book(f"No. {number}", at=NOW + timedelta(hours=number), may_overlap=True)

    assert cost() == with_one
    assert Reservation.objects.unconfirmed().count() == 50
