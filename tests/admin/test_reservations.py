"""Reservations in the admin: what is still owed, and asking again."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from meetings.models import Booking, Reservation
from meetings.services import reservations
from tests.accounts_at_doubles import AtXroom, at_xroom
from tests.providers.doubles.base import status
from tests.providers.doubles.xroom import Double

from .conftest import act, list_of, page_of

__all__ = ["at_xroom"]

Book = Callable[..., Booking]
pytestmark = pytest.mark.django_db


@pytest.fixture
def double(at_xroom: AtXroom) -> Double:
    double: Double = at_xroom.double
    return double


@pytest.fixture
def refused(book: Book, double: Double) -> Reservation:
    """One that xroom has refused."""
    booking = book("Refused", may_overlap=True)
    with double.failing(status(401)):
        reservations.sweep()
    double.bookings.clear()
    return Reservation.objects.get(booking=booking)


@pytest.fixture
def held(refused: Reservation, book: Book) -> Reservation:
    """One that stands, beside the one that does not."""
    booking = book("Standing", may_overlap=True)
    reservations.sweep()
    return Reservation.objects.get(booking=booking)


def test_list_tells_state_reason_and_next_try(as_staff: Client, refused: Reservation) -> None:
    text = as_staff.get(list_of(Reservation)).text

    assert "Refused" in text
    assert "HTTP 401" in text


@pytest.mark.parametrize(
    ("asked", "found"), [("yes", {"Refused"}), ("no", {"Standing"}), ("", {"Refused", "Standing"})]
)
def test_what_is_outstanding_can_be_asked_for(
    as_staff: Client, held: Reservation, asked: str, found: set[str]
) -> None:
    answer = as_staff.get(list_of(Reservation, f"?outstanding={asked}" if asked else ""))

    shown = {row.booking.title for row in answer.context["cl"].result_list}
    assert shown == found


def test_operator_has_the_provider_asked_again(
    as_staff: Client,
    refused: Reservation,
    double: Double,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        text = act(as_staff, "try_again", refused)

    refused.refresh_from_db()
    assert "1 reservation is tried again." in text
    assert refused.state == Reservation.State.HELD
    assert len(double.bookings) == 1


def test_nothing_is_asked_again_where_all_is_settled(
    as_staff: Client, held: Reservation, double: Double
) -> None:
    double.journal.clear()

    assert "Nothing to do" in act(as_staff, "try_again", held)
    assert double.journal == []


def test_meeting_shows_what_is_reserved_for_it(as_staff: Client, refused: Reservation) -> None:
    text = as_staff.get(page_of(refused.booking)).text

    assert "HTTP 401" in text
    assert page_of(refused) in text


@pytest.mark.parametrize("secret", ["host_key", "lease", "key"])
def test_reservations_cannot_be_found_by_what_is_secret(as_staff: Client, secret: str) -> None:
    assert as_staff.get(list_of(Reservation, f"?{secret}__startswith=a")).status_code == 400


def test_host_key_is_on_no_page(as_staff: Client, held: Reservation, double: Double) -> None:
    pages = [page_of(held), page_of(held.booking), list_of(Reservation)]

    assert held.host_key
    assert not [page for page in pages if held.host_key in as_staff.get(page).text]
