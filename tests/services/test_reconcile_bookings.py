"""Reservations that disagree, at xroom's double."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from meetings.models import Booking, Drift, Reservation
from meetings.services import reconcile
from meetings.services.mirroring import mirror
from tests.accounts_at_doubles import ALIAS, AtXroom

pytestmark = pytest.mark.django_db
Kind, Outcome = Drift.Kind, Drift.Outcome


@pytest.fixture
def ours(at_xroom: AtXroom, book: Callable[..., Booking]) -> Reservation:
    """A meeting of tomorrow, held at xroom, beside a reservation of somebody else's."""
    at_xroom.book_for_a_stranger()
    booking = book(at=timezone.now() + timedelta(days=1), minutes=45)
    reservation, __ = Reservation.objects.get_or_create(booking=booking, alias=ALIAS)
    mirror(reservation.pk)
    reservation.refresh_from_db()
    assert (reservation.state, reservation.next_try_at) == ("held", None)
    return reservation


def there(account: AtXroom, reservation: Reservation) -> list[object]:
    """What the double holds of it."""
    name = reservation.ref.room_id
    return [kept for kept in account.double.bookings.values() if kept.full_name == name]


def found(alias: str = ALIAS) -> list[Drift.Kind]:
    comparison = reconcile.compare(alias)
    assert comparison.trouble == ""
    return [each.kind for each in comparison.found]


def mend() -> Drift:
    """The one difference, repaired, and the worker's work done."""
    drift = Drift.objects.get()
    assert reconcile.repair(drift)
    for reservation in Reservation.objects.due():
        mirror(reservation.pk)
    drift.refresh_from_db()
    return drift


def test_a_reservation_that_both_have_is_no_difference(ours: Reservation) -> None:
    assert found() == []


def test_a_reservation_removed_there_is_made_again(at_xroom: AtXroom, ours: Reservation) -> None:
    at_xroom.double.bookings.pop(int(ours.provider_booking_id))

    assert found() == [Kind.BOOKING_MISSING]
    drift = mend()

    ours.refresh_from_db()
    (kept,) = there(at_xroom, ours)
    assert drift.outcome == Outcome.REPAIRED
    assert ours.state == "held"
    assert str(kept.id) == ours.provider_booking_id
    assert found() == []


def test_a_reservation_moved_there_is_moved_back(at_xroom: AtXroom, ours: Reservation) -> None:
    (kept,) = there(at_xroom, ours)
    kept.start += 3_600_000

    assert found() == [Kind.BOOKING_OTHER]
    mend()

    (kept,) = there(at_xroom, ours)
    assert kept.start == round(ours.booking.starts_at.timestamp() * 1000)
    assert found() == []


def test_a_reservation_of_another_length_is_mended(at_xroom: AtXroom, ours: Reservation) -> None:
    (kept,) = there(at_xroom, ours)
    kept.options["duration"] = 5

    assert found() == [Kind.BOOKING_OTHER]
    mend()

    (kept,) = there(at_xroom, ours)
    assert kept.options["duration"] == 45


def test_a_second_reservation_of_our_room_is_given_back(
    at_xroom: AtXroom, ours: Reservation
) -> None:
    (kept,) = there(at_xroom, ours)
    double = at_xroom.double
    spare = type(kept)(next(double.ids), kept.domain, kept.room, kept.start, dict(kept.options))
    double.bookings[spare.id] = spare

    assert found() == [Kind.BOOKING_OTHER]
    mend()

    assert len(there(at_xroom, ours)) == 1
    assert found() == []


def test_a_reservation_that_we_gave_back_and_is_still_there_is_given_back_again(
    at_xroom: AtXroom, ours: Reservation
) -> None:
    (kept,) = there(at_xroom, ours)
    Reservation.objects.update(is_wanted=False)
    ours.owe()
    mirror(ours.pk)
    gone_at_first = at_xroom.double.bookings.pop(kept.id, None) is None
    at_xroom.double.bookings[kept.id] = kept  # as a backup of theirs that was put back

    assert found() == [Kind.BOOKING_LEFT]
    drift = mend()

    assert gone_at_first
    assert drift.outcome == Outcome.REPAIRED
    assert kept.id not in at_xroom.double.bookings
    assert found() == []


def test_a_reservation_that_nobody_wants_and_nobody_owes_is_given_back(
    at_xroom: AtXroom, ours: Reservation
) -> None:
    Reservation.objects.update(is_wanted=False)

    assert found() == [Kind.BOOKING_LEFT]
    mend()

    ours.refresh_from_db()
    assert ours.state == "released"
    assert len(at_xroom.double.bookings) == 1  # the stranger's


def test_what_is_given_back_meanwhile_needs_no_repair(at_xroom: AtXroom, ours: Reservation) -> None:
    (kept,) = there(at_xroom, ours)
    Reservation.objects.update(is_wanted=False)
    ours.owe()
    mirror(ours.pk)
    at_xroom.double.bookings[kept.id] = kept
    found()
    del at_xroom.double.bookings[kept.id]

    assert mend().outcome == Outcome.VANISHED


@pytest.mark.parametrize("switch", ["missing", "moved", "left"])
def test_a_strangers_reservation_is_never_touched(
    at_xroom: AtXroom, ours: Reservation, switch: str
) -> None:
    double = at_xroom.double
    (stranger,) = (kept for kept in double.bookings.values() if kept not in there(at_xroom, ours))
    before = (stranger.start, dict(stranger.options))
    (kept,) = there(at_xroom, ours)
    if switch == "missing":
        del double.bookings[kept.id]
    elif switch == "moved":
        kept.start += 3_600_000
    else:
        Reservation.objects.update(is_wanted=False)
    since = len(at_xroom.asked())

    assert found()
    mend()

    assert double.bookings[stranger.id] is stranger
    assert (stranger.start, stranger.options) == before
    assert at_xroom.named(stranger.room, since) == []
    assert at_xroom.named(f'"id":{stranger.id}', since) == []


def test_a_number_that_is_a_strangers_now_is_not_ours(at_xroom: AtXroom, ours: Reservation) -> None:
    """A domain set up anew counts from the beginning: our number may be somebody else's."""
    double = at_xroom.double
    (kept,) = there(at_xroom, ours)
    theirs = type(kept)(kept.id, kept.domain, "somebody-elses-room", kept.start + 1, kept.options)
    double.bookings[kept.id] = theirs

    assert found() == [Kind.BOOKING_MISSING]
    mend()

    ours.refresh_from_db()
    assert double.bookings[theirs.id] is theirs
    assert theirs.room == "somebody-elses-room"
    assert len(there(at_xroom, ours)) == 1
    assert ours.provider_booking_id != str(theirs.id)


def test_the_timer_repairs_at_the_second_look(at_xroom: AtXroom, ours: Reservation) -> None:
    at_xroom.double.bookings.pop(int(ours.provider_booking_id))

    reconcile.run()
    ours.refresh_from_db()
    owed_after_one_look = ours.is_outstanding
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=True):
        reconcile.run()

    ours.refresh_from_db()
    assert not owed_after_one_look
    assert ours.is_outstanding or there(at_xroom, ours)
    assert Drift.objects.get().outcome == Outcome.REPAIRED


def test_what_is_owed_anyway_is_no_difference(at_xroom: AtXroom, ours: Reservation) -> None:
    at_xroom.double.bookings.pop(int(ours.provider_booking_id))
    ours.owe()

    assert found() == []


def test_while_people_meet_their_reservation_is_let_be(
    at_xroom: AtXroom, ours: Reservation
) -> None:
    """Opened ahead of its hour, the reservation there begins when the room was opened."""
    at_xroom.hold(ours.booking.room, ours.booking)
    at_xroom.double.bookings.pop(int(ours.provider_booking_id))

    assert found() == []


def test_what_changes_between_look_and_repair_is_let_be(
    at_xroom: AtXroom, ours: Reservation
) -> None:
    at_xroom.double.bookings.pop(int(ours.provider_booking_id))
    found()
    at_xroom.hold(ours.booking.room, ours.booking)
    drift = Drift.objects.get()

    assert reconcile.repair(drift)

    assert drift.outcome == Outcome.VANISHED
    ours.refresh_from_db()
    assert not ours.is_outstanding


def test_a_meeting_that_has_begun_needs_no_reservation(
    at_xroom: AtXroom, ours: Reservation
) -> None:
    at_xroom.double.bookings.pop(int(ours.provider_booking_id))

    with time_machine.travel(ours.booking.starts_at + timedelta(minutes=1), tick=True):
        assert found() == []


def test_reservations_ahead_make_an_account_one_in_use(
    at_xroom: AtXroom, ours: Reservation
) -> None:
    in_use = reconcile.aliases_in_use()
    with time_machine.travel(ours.booking.ends_at + timedelta(days=2), tick=True):
        in_use_after = reconcile.aliases_in_use()

    assert in_use == [ALIAS]
    assert in_use_after == []
