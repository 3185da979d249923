"""What is planned is reserved at providers that hold reservations: xroom's double, over HTTP."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from meetings.models import Booking, Reservation, Room
from meetings.providers.base import RoomRef, RoomSpec
from meetings.providers.xroom import Provider as XroomProvider
from meetings.services import breakers, mirroring, reservations, scheduling
from meetings.services.reservations import reservation_for
from tests.providers.doubles.base import html_503, status
from tests.providers.doubles.xroom import Double

from .reserving import Book, State, edit, later, one, start_of

pytestmark = pytest.mark.django_db


# Booked, changed, cancelled


def test_meeting_is_reserved_as_soon_as_it_is_saved(
    book: Book,
    double: Double,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        booking = book(minutes=45)

    assert double.methods() == ["booking/add", "booking/get"]
    assert start_of(double) == booking.starts_at
    (kept,) = double.bookings.values()
    assert kept.options["duration"] == 45
    held = reservation_for(booking, "main")
    assert held
    assert held.state == State.HELD
    assert not held.is_unconfirmed
    assert held.ref == RoomRef(
        room_id=kept.full_name, booking_id=str(kept.id), host_key=kept.options["hostKey"]
    )


def test_meeting_is_reserved_changed_and_given_back_with_exactly_these_calls(
    book: Book, double: Double
) -> None:
    booking = book(minutes=45)
    reservations.sweep()
    edit(booking, starts_at=booking.starts_at + timedelta(hours=2), duration=60)
    reservations.sweep()
    moved = start_of(double)
    scheduling.cancel(booking, by=booking.organizer)
    reservations.sweep()
    reservations.sweep()

    assert double.methods() == [
        "booking/add",
        "booking/get",
        "booking/update",
        "booking/get",
        "booking/remove",
    ]
    assert all(call.verified for call in double.journal)
    assert moved == Booking.objects.get().starts_at
    assert double.bookings == {}
    assert one(booking).state == State.RELEASED
    assert reservation_for(booking, "main") is None


def test_change_that_the_provider_need_not_know_asks_it_nothing(book: Book, double: Double) -> None:
    booking = book()
    reservations.sweep()
    double.journal.clear()

    edit(booking, description="Bring biscuits")
    reservations.sweep()

    assert double.journal == []


def test_meeting_called_off_before_it_was_reserved_asks_the_provider_nothing(
    book: Book, double: Double
) -> None:
    booking = book()

    scheduling.cancel(booking, by=booking.organizer)
    reservations.sweep()

    assert double.journal == []
    assert one(booking).state == State.RELEASED


def test_provider_without_reservations_gets_none(book: Book, double: Double) -> None:
    booking = book(options={"provider_alias": "builtin"})

    reservations.sweep()

    assert not booking.reservations.exists()
    assert double.journal == []


def test_meeting_that_has_begun_is_not_reserved(dana: User, book: Book, double: Double) -> None:
    now = scheduling.meet_now(dana, request_key=book().request_key)

    assert not now.reservations.exists() or now.starts_at > timezone.now()


@pytest.mark.parametrize("title", ["100 % of it", "Prüfung 🎉", "%s %d {} \\n", "<b>&amp;</b>"])
def test_any_title_is_reserved_and_none_is_told(book: Book, double: Double, title: str) -> None:
    booking = book(title)

    reservations.sweep()

    assert one(booking).state == State.HELD
    assert all(title.encode() not in call.body for call in double.journal)


@pytest.mark.parametrize("month", [3, 10])
def test_meeting_across_a_change_of_clocks_is_reserved_at_the_instant_that_was_meant(
    book: Book, double: Double, month: int
) -> None:
    sunday = {3: 28, 10: 31}[month]  # of 2027, when Berlin's clocks change
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2027, month, sunday - 1, 9, tzinfo=berlin)
    booking = book(at=before, minutes=24 * 60)
    reservations.sweep()

    edit(booking, starts_at=datetime(2027, month, sunday, 9, tzinfo=berlin))
    reservations.sweep()

    assert start_of(double) == Booking.objects.get().starts_at
    assert start_of(double).hour == {3: 7, 10: 8}[month]


def test_what_they_hold_otherwise_than_asked_is_remembered(book: Book, double: Double) -> None:
    double.switch["booking_keeps"] = {"duration": 15}
    booking = book()

    reservations.sweep()

    assert one(booking).differences == ["booking"]


# To another provider


def test_meeting_moved_to_another_account_is_reserved_there_and_given_back_here(
    book: Book, double: Double, other: Double
) -> None:
    booking = book()
    reservations.sweep()
    old_key = one(booking).key

    edit(booking, options={"provider_alias": "other"})
    reservations.sweep()
    at_other = len(other.bookings), len(double.bookings)
    edit(booking, options={"provider_alias": "main"})
    reservations.sweep()

    assert at_other == (1, 0)
    assert (len(other.bookings), len(double.bookings)) == (0, 1)
    assert one(booking).state == State.HELD
    assert one(booking, "other").state == State.RELEASED
    assert one(booking).key != old_key  # who has the old address does not come in


def test_permanent_room_that_changes_its_provider_takes_its_meetings_along(
    double: Double, other: Double, book: Book, room: Room
) -> None:
    meetings = [book(f"No. {n}", room=room, may_overlap=True) for n in range(3)]
    reservations.sweep()
    before = (len(other.bookings), len(double.bookings))

    room.provider_alias = "other"
    room.save()
    reservations.want_all(room)
    reservations.sweep()

    assert before == (0, 3)
    assert (len(other.bookings), len(double.bookings)) == (3, 0)
    assert {one(each, "other").state for each in meetings} == {State.HELD}


def test_what_will_be_deleted_is_given_back_first_where_the_provider_answers(
    book: Book, double: Double, other: Double
) -> None:
    here = book("Here", may_overlap=True)
    there = book("There", may_overlap=True, options={"provider_alias": "other"})
    reservations.sweep()

    with other.failing(html_503):
        reservations.let_go(Reservation.objects.filter(booking__in=[here, there]))

    assert double.bookings == {}
    assert one(here).state == State.RELEASED
    assert one(there, "other").is_outstanding


# Asked for


def test_try_again_asks_at_once_and_only_where_something_is_owed(
    book: Book,
    double: Double,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with double.failing(status(401)):
        booking = book()
        reservations.sweep()
    double.bookings.clear()

    with django_capture_on_commit_callbacks(execute=True):
        reservations.try_again(one(booking))
    double.journal.clear()
    with django_capture_on_commit_callbacks(execute=True):
        reservations.try_again(one(booking))

    assert one(booking).state == State.HELD
    assert double.journal == []


def test_who_asks_again_is_heard_though_the_provider_is_known_to_be_silent(
    book: Book,
    double: Double,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with double.failing(html_503), django_capture_on_commit_callbacks(execute=True):
        for number in range(3):
            booking = book(f"No. {number}", may_overlap=True)
    assert breakers.is_open("main")

    with django_capture_on_commit_callbacks(execute=True):
        reservations.try_again(one(booking))

    assert one(booking).state == State.HELD


def test_meetings_planned_before_their_provider_held_any_are_reserved_by_and_by(
    book: Book, double: Double, settings: Settings
) -> None:
    accounts = settings.MEETING_PROVIDERS
    settings.MEETING_PROVIDERS = {"main": {"BACKEND": "builtin"}}
    booking, cancelled = book("On", may_overlap=True), book("Off", may_overlap=True)
    scheduling.cancel(cancelled, by=cancelled.organizer)
    settings.MEETING_PROVIDERS = accounts

    reservations.sweep()

    assert one(booking).state == State.HELD
    assert not cancelled.reservations.exists()


def test_sweep_with_nothing_to_do_asks_the_database_little(
    book: Book, double: Double, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        book(f"No. {number}", may_overlap=True)
    reservations.sweep()
    double.journal.clear()

    with django_assert_max_num_queries(4):
        reservations.sweep()

    assert double.journal == []


def test_trouble_that_nobody_thought_of_keeps_no_other_from_its_turn(
    book: Book,
    double: Double,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first, second = book("One", may_overlap=True), book("Two", may_overlap=True)
    real = XroomProvider.book

    def book_or_break(self: XroomProvider, spec: RoomSpec) -> RoomRef:
        if spec.title == "One":
            raise ZeroDivisionError
        return real(self, spec)

    monkeypatch.setattr(XroomProvider, "book", book_or_break)

    reservations.sweep()

    assert one(second).state == State.HELD
    assert one(first).state == State.PENDING
    assert "ZeroDivisionError" in caplog.text


def test_trouble_that_nobody_thought_of_is_told_and_tried_again_in_an_hour(
    book: Book,
    double: Double,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    booking = book()
    monkeypatch.setattr(XroomProvider, "book", lambda self, spec: 1 / 0)

    reservations.sweep()
    with later(minutes=5):
        reservations.sweep()

    waiting = one(booking)
    assert caplog.text.count("ZeroDivisionError") == 1
    assert (waiting.error, waiting.attempts) == ("Something went wrong here; the log says what.", 1)
    assert waiting.is_unconfirmed
    assert waiting.next_try_at
    assert waiting.next_try_at - timezone.now() > timedelta(minutes=59)
    monkeypatch.undo()
    with later(minutes=61):
        reservations.sweep()
    assert one(booking).state == State.HELD


def test_row_that_cannot_even_be_read_keeps_no_other_from_its_turn(
    book: Book,
    double: Double,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first, second = book("One", may_overlap=True), book("Two", may_overlap=True)
    real = Reservation.take

    def take_or_break(self: Reservation) -> bool:
        if self.booking_id == first.pk:
            raise ArithmeticError
        return real(self)

    monkeypatch.setattr(Reservation, "take", take_or_break)

    reservations.sweep()

    assert one(second).state == State.HELD
    assert "ArithmeticError" in caplog.text


def test_provider_that_turns_out_to_hold_none_is_asked_once(
    book: Book, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refuse(self: XroomProvider, spec: RoomSpec) -> RoomRef:
        asked.append(spec.title)
        raise self.unsupported("booking")

    monkeypatch.setattr(XroomProvider, "book", refuse)
    booking = book("One")

    for minutes in range(3):
        with later(minutes=minutes):
            reservations.sweep()

    assert asked == ["One"]
    assert one(booking).state == State.LAPSED


def test_reservation_that_is_gone_is_nobody_s_work() -> None:
    assert mirroring.mirror(1) is True
    mirroring.mirror_soon.call(1)
