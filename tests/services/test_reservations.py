"""What is planned is reserved at providers that hold reservations: xroom's double, over HTTP."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from meetings.models import Booking, Reservation, Room, RoomSession
from meetings.models.owed import LEASE
from meetings.providers import get_provider
from meetings.providers.base import RoomRef, RoomSpec
from meetings.providers.xroom import Provider as XroomProvider
from meetings.services import breakers, hosting, mirroring, moving, reservations, scheduling
from meetings.services.opening import open_room
from meetings.services.reservations import reservation_for
from tests.accounts_at_doubles import AtXroom, at_xroom, xroom_account  # noqa: F401
from tests.conftest import Share
from tests.providers.doubles.base import Fault, cut, elsewhere, html, html_503, huge, status
from tests.providers.doubles.xroom import Double
from tests.providers.doubles.xroom.faults import on, refusing
from tests.together import seen_by_all, together

Book = Callable[..., Booking]
State = Reservation.State

pytestmark = pytest.mark.django_db


@pytest.fixture
def double(at_xroom: AtXroom, settings: Settings) -> Double:  # noqa: F811
    """xroom is `main`, where meetings are held unless said."""
    account = settings.MEETING_PROVIDERS["main"]
    account["OPTIONS"]["read_timeout"] = 1.0
    settings.MEETING_PROVIDERS = {"main": account, "builtin": {"BACKEND": "builtin"}}
    double: Double = at_xroom.double
    return double


@pytest.fixture
def other(settings: Settings, double: Double) -> Iterator[Double]:
    """Another account at xroom."""
    with Double() as other:
        settings.MEETING_PROVIDERS = {**settings.MEETING_PROVIDERS, "other": xroom_account(other)}
        yield other


def edit(booking: Booking, **changed: Any) -> Booking:
    """Change the meeting as its form does."""
    booking.refresh_from_db()
    own = not booking.room.is_permanent
    wish = {
        "title": booking.title,
        "starts_at": booking.starts_at,
        "duration": booking.duration,
        "time_zone": booking.time_zone,
        "room": None if own else booking.room,
        "options": {"provider_alias": booking.room.provider_alias} if own else {},
        "may_overlap": True,
    }
    meant = scheduling.MeetingWish(**{**wish, **changed})
    return scheduling.edit(booking, meant, by=booking.organizer, version=booking.version)


def one(booking: Booking, alias: str = "main") -> Reservation:
    return Reservation.objects.get(booking=booking, alias=alias)


def rooms(double: Double) -> list[str]:
    return [kept.room for kept in double.bookings.values()]


def start_of(double: Double) -> datetime:
    """When the only reservation there begins, as they keep it."""
    (kept,) = double.bookings.values()
    return datetime.fromtimestamp(kept.start / 1000, UTC)


def later(**time: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def live(booking: Booking, alias: str = "main", **fields: Any) -> RoomSession:
    """A session of the meeting that is on, in its reserved room."""
    kept = one(booking, alias)
    session = RoomSession.objects.create(room=booking.room, booking=booking, alias=alias, **fields)
    assert session.take_claim()
    ref = RoomRef(room_id=kept.provider_room_id, booking_id=kept.provider_booking_id)
    assert session.keep(ref)
    return session


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

    assert one(booking).error == "xroom: Authentication failed (HTTP 200)"
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


# Never two reservations


def test_answer_lost_after_the_effect_makes_no_second_reservation(
    book: Book, double: Double
) -> None:
    with double.failing(cut):
        booking = book()
        reservations.sweep()
    first = one(booking)

    with later(seconds=16):
        reservations.sweep()

    assert first.is_unsure
    assert first.is_unconfirmed
    assert len(double.bookings) == 1
    assert double.methods().count("booking/add") == 1
    assert one(booking).state == State.HELD
    assert not one(booking).is_unsure


class Killed(BaseException):
    """The worker's process died here."""


def test_worker_killed_between_their_yes_and_our_save_makes_no_second_reservation(
    book: Book, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = book()
    with monkeypatch.context() as patch:
        patch.setattr(Reservation, "settle", dies)
        with pytest.raises(Killed):
            mirroring.mirror(one(booking).pk)
    reservations.sweep()
    while_leased = len(double.journal)

    with later(seconds=LEASE.total_seconds() + 1):
        reservations.sweep()

    assert while_leased == 2
    assert double.methods()[2:] == ["booking/list", "booking/update", "booking/get"]
    assert rooms(double) == [one(booking).key]
    assert one(booking).provider_booking_id == str(next(iter(double.bookings)))


def dies(*_: object, **__: object) -> None:
    raise Killed


def test_worker_killed_while_it_gave_back_is_followed_by_one_that_finishes(
    book: Book, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = book()
    reservations.sweep()
    scheduling.cancel(booking, by=booking.organizer)
    with monkeypatch.context() as patch:
        patch.setattr(Reservation, "settle", dies)
        with pytest.raises(Killed):
            mirroring.mirror(one(booking).pk)

    with later(seconds=LEASE.total_seconds() + 1):
        reservations.sweep()

    assert double.bookings == {}
    assert one(booking).state == State.RELEASED


def test_meeting_cancelled_while_its_reservation_is_uncertain_leaves_none_behind(
    book: Book, double: Double
) -> None:
    with double.failing(html_503):
        booking = book()
        reservations.sweep()
    assert len(double.bookings) == 1

    scheduling.cancel(booking, by=booking.organizer)
    reservations.sweep()

    assert double.bookings == {}
    assert one(booking).state == State.RELEASED


def test_spare_reservations_of_ours_are_given_back_and_a_stranger_s_is_not(
    book: Book,
    double: Double,
    at_xroom: AtXroom,  # noqa: F811
) -> None:
    booking = book()
    stranger = at_xroom.book_for_a_stranger().room_id
    key = one(booking).key
    for day in (1, 2):
        starts_at = timezone.now() + timedelta(days=day)
        spec = RoomSpec(key=key, title="", starts_at=starts_at, minutes=5)
        get_provider("main").book(spec)
    Reservation.objects.update(is_unsure=True)

    reservations.sweep()

    assert sorted(f"meet.example.org/{room}" for room in rooms(double)) == sorted(
        [stranger, one(booking).provider_room_id]
    )
    kept = double.bookings[int(one(booking).provider_booking_id)]
    assert datetime.fromtimestamp(kept.start / 1000, UTC) == booking.starts_at


def test_reservation_that_they_know_no_more_is_made_again(book: Book, double: Double) -> None:
    booking = book()
    reservations.sweep()
    double.bookings.clear()

    edit(booking, duration=90)
    reservations.sweep()

    assert start_of(double) == booking.starts_at
    assert one(booking).state == State.HELD


# At once


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_make_one_reservation(
    book: Book, double: Double, share_database: Share
) -> None:
    booking = book()
    Reservation.objects.filter(booking=booking).delete()
    double.journal.clear()
    double.bookings.clear()
    row = Reservation.objects.create(booking=booking, alias="main")
    share_database()

    outcomes = together(*[lambda: mirroring.mirror(row.pk)] * 6)

    assert outcomes == [True] * 6
    assert double.methods() == ["booking/add", "booking/get"]
    assert seen_by_all(lambda: one(booking).state) == State.HELD


@pytest.mark.django_db(transaction=True)
def test_newer_wish_wins_though_it_came_while_the_provider_was_called(
    dana: User, book: Book, double: Double, share_database: Share, settings: Settings
) -> None:
    account = settings.MEETING_PROVIDERS
    settings.MEETING_PROVIDERS = {"builtin": {"BACKEND": "builtin"}}
    booking = book()
    settings.MEETING_PROVIDERS = account
    Room.objects.update(provider_alias="main")
    row = Reservation.objects.create(booking=booking, alias="main")
    share_database()
    called, changed = threading.Event(), threading.Event()

    def wait(double: Any, call: Any, reply: Any) -> Any:
        called.set()
        assert changed.wait(5)
        return reply

    def change() -> bool:
        assert called.wait(5)
        edit(Booking.objects.get(pk=booking.pk), starts_at=booking.starts_at + timedelta(hours=3))
        changed.set()
        return True

    settings.MEETING_PROVIDERS["main"]["OPTIONS"]["read_timeout"] = 10.0
    with double.failing(on("booking/add", wait)):
        outcomes = together(lambda: mirroring.mirror(row.pk), change)

    assert outcomes == [True, True]
    assert start_of(double) == booking.starts_at + timedelta(hours=3)
    assert seen_by_all(lambda: one(booking).is_unconfirmed) is False


def test_worker_whose_lease_ran_out_says_nothing_more_to_the_provider(
    book: Book, double: Double
) -> None:
    booking = book()
    row = one(booking)
    assert row.take()
    with later(seconds=LEASE.total_seconds() + 1):
        assert one(booking).take()

        with pytest.raises(mirroring.LeaseLost):
            mirroring._attend_to(row)

    assert double.journal == []


def test_lease_that_runs_out_before_the_call_is_left_to_who_has_it(
    book: Book,
    double: Double,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    row = one(book())

    def take_too_long(_: Reservation) -> bool:
        with later(seconds=LEASE.total_seconds() + 1):
            return not Reservation.objects.get(pk=row.pk).take()

    monkeypatch.setattr(mirroring, "_is_in_session", take_too_long)

    assert mirroring.mirror(row.pk) is True

    assert double.journal == []
    assert "somebody else's now" in caplog.text


def test_sweep_ends_before_the_next_one_begins(
    book: Book, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    book()
    monkeypatch.setattr(reservations, "LONGEST_SWEEP", timedelta(seconds=-1))

    reservations.sweep()

    assert double.journal == []
    assert Reservation.objects.due().exists()


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


# Around a session


def test_nothing_is_said_about_a_reservation_while_people_meet(book: Book, double: Double) -> None:
    booking = book()
    reservations.sweep()
    session = live(booking)
    double.journal.clear()

    edit(booking, duration=90)
    reservations.sweep()
    while_on = list(double.methods())
    session.end(RoomSession.EndReason.HOST)
    reservations.after_session(session)
    reservations.sweep()

    assert while_on == []
    assert one(booking).error == ""
    assert double.methods() == ["booking/update", "booking/get"]


def test_reservation_is_given_back_when_the_host_has_ended_the_meeting(
    book: Book,
    double: Double,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    booking = book(at=timezone.now() + timedelta(minutes=5))
    reservations.sweep()
    with later(minutes=6):
        session = live(booking)
        double.journal.clear()

        with django_capture_on_commit_callbacks(execute=True):
            hosting.end_for_all(session)
            reservations.sweep()

    assert double.methods()[-1] == "booking/remove"
    assert double.bookings == {}
    assert one(booking).state == State.RELEASED


def test_reservation_of_a_rehearsal_is_held_again_for_the_meeting(
    book: Book, double: Double
) -> None:
    booking = book()
    reservations.sweep()
    session = live(booking)
    early = get_provider("main").book(
        RoomSpec(key=one(booking).key, title="", starts_at=timezone.now(), minutes=30)
    )
    double.bookings.pop(int(one(booking).provider_booking_id))  # made anew to open it early
    RoomSession.objects.filter(pk=session.pk).update(provider_booking_id=early.booking_id)

    session.refresh_from_db()
    session.end(RoomSession.EndReason.HOST)
    reservations.after_session(session)
    reservations.sweep()

    assert one(booking).provider_booking_id == early.booking_id
    assert start_of(double) == booking.starts_at


def test_meeting_is_held_in_the_room_that_was_reserved_for_it(
    book: Book,
    double: Double,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    soon = timezone.now().replace(microsecond=0) + timedelta(minutes=5)
    booking = book(at=soon, minutes=30)
    reservations.sweep()
    reserved = one(booking).provider_room_id

    session = open_room(booking.room, booking)
    opened = set(double.rooms)
    with django_capture_on_commit_callbacks(execute=True):
        hosting.end_for_all(session)
    early = start_of(double) == booking.starts_at  # it was a rehearsal
    with later(minutes=6):
        session = open_room(booking.room, booking)
        again = set(double.rooms)
        session.end(RoomSession.EndReason.HOST)
        reservations.after_session(session)
        reservations.sweep()

    assert opened == again == {reserved}
    assert early
    assert double.bookings == {}


def test_meeting_held_elsewhere_needs_its_reservation_no_longer(book: Book, double: Double) -> None:
    booking = book(at=timezone.now() + timedelta(minutes=5), minutes=30)
    reservations.sweep()
    with later(minutes=6):
        session = RoomSession.objects.create(room=booking.room, booking=booking, alias="builtin")
        session.end(RoomSession.EndReason.HOST)

        reservations.after_session(session)
        reservations.sweep()

    assert double.bookings == {}


def test_room_for_more_people_is_reserved_for_more(
    double: Double, dana: User, book: Book, room: Room
) -> None:
    booking = book(room=room)
    reservations.sweep()

    room.capacity = 40
    moving.save_room(room, by=dana)
    reservations.sweep()

    (kept,) = double.bookings.values()
    assert kept.options["capacity"] == 40
    assert not one(booking).is_unconfirmed


def test_reservation_is_given_back_when_the_meeting_is_over_though_nobody_came(
    book: Book, double: Double
) -> None:
    booking = book(at=timezone.now() + timedelta(minutes=5), minutes=30)
    reservations.sweep()

    with later(minutes=20):
        reservations.sweep()
        during = len(double.bookings)
    with later(minutes=36):
        reservations.sweep()

    assert during == 1
    assert double.bookings == {}
    assert one(booking).state == State.RELEASED


def test_meeting_that_lasts_longer_keeps_its_reservation_until_it_ends(
    book: Book, double: Double
) -> None:
    booking = book(at=timezone.now() + timedelta(minutes=5), minutes=30)
    reservations.sweep()
    with later(minutes=10):
        session = live(booking)

    with later(minutes=50):
        reservations.sweep()
        during = len(double.bookings)
        session.end(RoomSession.EndReason.TIME)
        reservations.sweep()

    assert during == 1
    assert double.bookings == {}


def test_cancelled_while_on_is_given_back_after_its_room_is_closed(
    book: Book, double: Double
) -> None:
    booking = book()
    reservations.sweep()
    session = live(booking)
    scheduling.cancel(booking, by=booking.organizer)
    reservations.sweep()
    while_on = len(double.bookings)

    session.end(RoomSession.EndReason.CANCELLED)
    reservations.after_session(session)
    reservations.sweep()

    assert while_on == 1
    assert double.bookings == {}


def test_session_of_a_room_without_a_meeting_has_no_reservation(room: Room) -> None:
    session = RoomSession.objects.create(room=room, alias="main")
    session.end(RoomSession.EndReason.HOST)

    reservations.after_session(session)

    assert reservation_for(None, "main") is None
    assert not Reservation.objects.exists()


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
    assert "cannot be mirrored" in caplog.text


def test_reservation_that_is_gone_is_nobody_s_work() -> None:
    assert mirroring.mirror(1) is True
    mirroring.mirror_soon.call(1)
