"""A provider that does not answer, or says no, loses no meeting."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from meetings.models import Booking, Reservation, RoomSession
from meetings.services import reservations, scheduling
from meetings.services.opening import open_room
from meetings.services.reservations import reservation_for
from tests.providers.doubles.base import Fault, elsewhere, html, html_503, huge, status
from tests.providers.doubles.xroom import Double
from tests.providers.doubles.xroom.faults import on, refusing

from .reserving import Book, State, edit, later, one

pytestmark = pytest.mark.django_db


# A provider that is down


def test_provider_that_is_down_loses_no_meeting_and_hears_of_it_later(
    book: Book, double: Double, caplog: pytest.LogCaptureFixture
) -> None:
    with double.failing(html_503):
        booking = book()
        reservations.sweep()
    waiting = one(booking)
    reservations.sweep()  # not before its time
    calls_before = len(double.journal)
    double.bookings.clear()  # whatever answered for them did nothing

    with later(seconds=16):
        reservations.sweep()

    assert waiting.is_unconfirmed
    assert "HTTP 503" in waiting.error
    assert waiting.next_try_at
    assert calls_before == 1
    assert double.methods()[1:] == ["booking/list", "booking/add", "booking/get"]
    assert not one(booking).is_unconfirmed
    assert one(booking).error == ""


def test_pauses_grow_while_the_provider_stays_away(
    book: Book, double: Double, settings: Settings
) -> None:
    booking = book(at=timezone.now() + timedelta(days=30))
    pauses = []

    with double.failing(html_503), later(seconds=1) as clock:
        for __ in range(12):
            reservations.sweep()
            again = one(booking).next_try_at
            assert again
            pauses.append(round((again - timezone.now()).total_seconds()))
            clock.move_to(again)

    assert pauses[:4] == [15, 30, 60, 120]
    assert pauses[-1] == 3600


def test_one_silent_provider_is_asked_once_a_minute_however_many_wait(
    book: Book, double: Double
) -> None:
    for number in range(5):
        book(f"No. {number}", may_overlap=True)

    with double.failing(html_503):
        reservations.sweep()

    assert len(double.journal) == 1
    assert Reservation.objects.due().count() == 4


def test_silent_provider_keeps_no_other_waiting(book: Book, double: Double, other: Double) -> None:
    book("There", may_overlap=True)
    elsewhere = book("Elsewhere", may_overlap=True, options={"provider_alias": "other"})

    with double.failing(html_503):
        reservations.sweep()

    assert one(elsewhere, "other").state == State.HELD


def test_queue_stops_calling_a_provider_that_is_known_to_be_silent(
    book: Book,
    double: Double,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with double.failing(html_503), django_capture_on_commit_callbacks(execute=True):
        for number in range(6):
            book(f"No. {number}", may_overlap=True)

    assert len(double.journal) == 2
    assert Reservation.objects.unconfirmed().count() == 6


def test_meeting_that_begins_before_the_provider_is_back_is_let_go_of(
    book: Book, double: Double
) -> None:
    with double.failing(html_503):
        booking = book(at=timezone.now() + timedelta(minutes=20))
        reservations.sweep()
    double.bookings.clear()
    double.journal.clear()

    with later(minutes=21):
        reservations.sweep()
        reservations.sweep()

    assert double.methods() == ["booking/list"]
    assert one(booking).state == State.LAPSED
    assert not one(booking).is_unconfirmed
    assert not one(booking).is_outstanding


def test_reservation_whose_answer_came_too_late_for_the_meeting_is_removed(
    book: Book, double: Double
) -> None:
    with double.failing(html_503):
        booking = book(at=timezone.now() + timedelta(minutes=20))
        reservations.sweep()
    assert len(double.bookings) == 1

    with later(minutes=21):
        reservations.sweep()

    assert double.bookings == {}
    assert one(booking).state == State.LAPSED


def test_change_that_came_too_late_leaves_what_was_reserved(book: Book, double: Double) -> None:
    booking = book(at=timezone.now() + timedelta(minutes=20))
    reservations.sweep()
    with double.failing(html_503):
        edit(booking, duration=60)
        reservations.sweep()

    with later(minutes=21):
        reservations.sweep()

        assert one(booking).state == State.LAPSED
        assert reservation_for(booking, "main")
    assert len(double.bookings) == 1


def test_meeting_moved_to_this_moment_is_not_kept_out_by_its_old_time(
    book: Book, double: Double
) -> None:
    booking = book()
    reservations.sweep()

    edit(booking, starts_at=timezone.now())
    session = open_room(booking.room, booking)
    session.end(RoomSession.EndReason.PROVIDER)
    reservations.sweep()

    assert double.bookings == {}
    assert session.provider_booking_id == ""


def test_meeting_that_has_begun_keeps_its_reservation(book: Book, double: Double) -> None:
    booking = book(at=timezone.now() + timedelta(minutes=5))
    reservations.sweep()

    with later(minutes=6):
        edit(booking, description="Late, but here")
        reservations.sweep()

        assert reservation_for(booking, "main")


def test_meeting_moved_to_a_later_time_is_reserved_after_all(book: Book, double: Double) -> None:
    booking = book(at=timezone.now() + timedelta(minutes=20))
    with later(minutes=21):
        reservations.sweep()
        assert one(booking).state == State.LAPSED

        edit(booking, starts_at=timezone.now() + timedelta(hours=1))
        reservations.sweep()

    assert one(booking).state == State.HELD


# No


@pytest.mark.parametrize("code", [401, 402, 403])
def test_refusal_is_kept_in_their_words_and_tried_again_seldom(
    book: Book, double: Double, code: int
) -> None:
    with double.failing(status(code)):
        booking = book()
        reservations.sweep()
    refused = one(booking)
    double.bookings.clear()

    with later(minutes=59):
        reservations.sweep()
    still = one(booking)
    with later(minutes=61):
        reservations.sweep()

    assert refused.state == still.state == State.REFUSED
    assert refused.is_unconfirmed
    assert f"HTTP {code}" in refused.error
    assert one(booking).state == State.HELD


@pytest.mark.parametrize("code", [302, 404, 409, 429, 500, 503])
def test_what_may_be_over_soon_is_tried_again_soon(book: Book, double: Double, code: int) -> None:
    with double.failing(status(code)):
        booking = book()
        reservations.sweep()
    waiting = one(booking)

    with later(seconds=16):
        reservations.sweep()

    assert waiting.state == State.PENDING
    assert f"HTTP {code}" in waiting.error
    assert one(booking).state == State.HELD
    assert len(double.bookings) == 1


@pytest.mark.parametrize("fault", [elsewhere, html, huge])
def test_answer_that_makes_no_sense_is_looked_after(
    book: Book, double: Double, fault: Fault
) -> None:
    with double.failing(fault):
        booking = book()
        reservations.sweep()
    waiting = one(booking)

    with later(seconds=16):
        reservations.sweep()

    assert waiting.is_unconfirmed
    assert waiting.error.startswith("xroom: ")
    assert one(booking).state == State.HELD
    assert len(double.bookings) == 1


def test_secret_that_was_made_anew_is_told_without_it(book: Book, double: Double) -> None:
    double.api_secret = "an0ther-s3cret"  # type: ignore[misc]
    booking = book()

    reservations.sweep()

    assert one(booking).error == "xroom: Authentication failed"
    assert one(booking).state == State.REFUSED


def test_refused_change_leaves_what_was_reserved(book: Book, double: Double) -> None:
    booking = book()
    reservations.sweep()
    with double.failing(on("booking/update", refusing("No more changes"), times=2)):
        edit(booking, duration=90)
        reservations.sweep()

    refused = one(booking)
    assert refused.state == State.REFUSED
    assert refused.is_unconfirmed
    assert reservation_for(booking, "main") == refused


def test_provider_that_is_no_longer_set_up_is_named_and_waited_for(
    book: Book, double: Double, settings: Settings
) -> None:
    booking = book()
    account = settings.MEETING_PROVIDERS
    settings.MEETING_PROVIDERS = {"builtin": {"BACKEND": "builtin"}}
    reservations.sweep()
    waiting = one(booking)
    settings.MEETING_PROVIDERS = account

    with later(minutes=61):
        reservations.sweep()

    assert "main" in waiting.error
    assert waiting.is_unconfirmed
    assert one(booking).state == State.HELD


def test_alias_that_holds_no_reservations_any_more_is_not_waited_for(
    book: Book, double: Double, settings: Settings
) -> None:
    booking = book()
    settings.MEETING_PROVIDERS = {"main": {"BACKEND": "builtin"}}

    reservations.sweep()

    assert one(booking).state == State.LAPSED
    assert not one(booking).is_unconfirmed


def test_what_cannot_be_given_back_is_left_a_day_after_the_meeting(
    book: Book, double: Double
) -> None:
    booking = book(at=timezone.now() + timedelta(hours=1))
    reservations.sweep()
    scheduling.cancel(booking, by=booking.organizer)

    with double.failing(status(401)):
        reservations.sweep()
        assert one(booking).is_outstanding
        with later(hours=27):
            reservations.sweep()

    assert not one(booking).is_outstanding
    assert "HTTP 401" in one(booking).error


def test_host_key_that_cannot_be_decrypted_breaks_nothing_but_its_reservation(
    book: Book, double: Double
) -> None:
    booking = book("One", may_overlap=True)
    reservations.sweep()
    store_raw(booking, "1:not-made-with-any-key-of-ours")

    assert reservation_for(booking, "main") is None
    edit(booking, duration=90)
    second = book("Two", may_overlap=True)
    reservations.sweep()

    row = Reservation.objects.defer("host_key").get(booking=booking)
    assert "FIELD_KEYS" in row.error
    assert one(second).state == State.HELD


def store_raw(booking: Booking, text: str) -> None:
    """Ciphertext that no key fits, past the field that would encrypt it."""
    table = Reservation._meta.db_table
    with connection.cursor() as cursor:
        change = f"UPDATE {table} SET host_key = %s WHERE booking_id = %s"
        cursor.execute(change, [text, booking.pk])
