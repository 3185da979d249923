"""Planning, without a page: what takes the time, and what is said when it is taken."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from meetings.models import Booking, JoinLink, Room
from meetings.services import scheduling
from meetings.services.scheduling import MeetingWish, Overlaps
from tests.conftest import next_hour

Book = Callable[..., Booking]
AT = next_hour() + timedelta(days=1)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize(
    ("start", "length", "taken"),
    [
        (0, 30, True),
        (29, 5, True),
        (-5, 6, True),
        (-5, 60, True),
        (30, 30, False),
        (-30, 30, False),
    ],
)
def test_meetings_of_one_organizer_may_touch_and_not_overlap(
    book: Book, start: int, length: int, taken: bool
) -> None:
    first = book(at=AT, minutes=30)

    try:
        book(at=AT + minutes(start), minutes=length)
        found = []
    except Overlaps as overlap:
        found = overlap.bookings

    assert found == ([first] if taken else [])


def test_longest_meeting_takes_the_whole_day(book: Book) -> None:
    book("Marathon", at=AT, minutes=1440)

    with pytest.raises(Overlaps):
        book(at=AT + minutes(1439))
    book(at=AT + minutes(1440))


def test_meetings_of_different_people_in_different_rooms_have_nothing_to_do_with_each_other(
    book: Book, colin: User
) -> None:
    book(at=AT)
    book(at=AT, by=colin)

    assert Booking.objects.count() == 2


def test_room_is_taken_by_whoever_meets_there(book: Book, colin: User, room: Room) -> None:
    book(at=AT, by=colin, room=room)

    with pytest.raises(Overlaps):
        book(at=AT, room=room)
    book(at=AT)


def test_cancelled_meetings_take_no_time(book: Book, dana: User) -> None:
    scheduling.cancel(book(at=AT), by=dana)

    assert book(at=AT).starts_at == AT


def test_meeting_beside_another_one_is_remembered_as_meant(book: Book) -> None:
    book(at=AT)

    beside = book(at=AT, may_overlap=True)

    assert beside.may_overlap


def test_no_more_than_ten_meetings_are_named_as_taking_the_time(book: Book) -> None:
    for number in range(12):
        book(at=AT + minutes(5 * number), minutes=5)

    with pytest.raises(Overlaps) as overlap:
        book(at=AT, minutes=60)

    assert len(overlap.value.bookings) == 10


def test_times_on_offer_are_free_also_in_the_busiest_fortnight(book: Book, colin: User) -> None:
    for day in range(16):
        book(f"Day {day}", at=AT + timedelta(days=day), minutes=1440)

    with pytest.raises(Overlaps) as overlap:
        book(at=AT + minutes(60))

    for each in overlap.value.free:
        assert not Booking.objects.overlapping(each.start, each.end).exists()


def test_offered_time_can_be_booked(book: Book) -> None:
    book(at=AT, minutes=50)
    with pytest.raises(Overlaps) as overlap:
        book(at=AT)

    for each in overlap.value.free:
        assert book(at=each.start).ends_at == each.end


def test_failed_booking_leaves_nothing_behind(book: Book) -> None:
    book(at=AT)
    before = (Room.objects.count(), JoinLink.objects.count())

    with pytest.raises(Overlaps):
        book(at=AT)

    assert (Room.objects.count(), JoinLink.objects.count()) == before


def wish_like(booking: Booking, **changed: Any) -> MeetingWish:
    values = {
        "title": booking.title,
        "starts_at": booking.starts_at,
        "duration": booking.duration,
        "time_zone": booking.time_zone,
    }
    return MeetingWish(**{**values, **changed})


def test_edit_that_changes_nothing_is_no_entry_in_the_history(book: Book, dana: User) -> None:
    booking = book()

    scheduling.edit(booking, wish_like(booking), by=dana, version=1)

    assert [change.kind for change in booking.changes.all()] == ["booked"]


def test_meeting_does_not_stand_in_its_own_way(book: Book, dana: User) -> None:
    booking = book(at=AT, minutes=30)

    moved = scheduling.edit(
        booking, wish_like(booking, starts_at=AT + minutes(10)), by=dana, version=1
    )

    assert moved.starts_at == AT + minutes(10)


def test_meeting_that_may_overlap_no_more_must_have_its_time_free(book: Book, dana: User) -> None:
    book(at=AT)
    beside = book(at=AT, may_overlap=True)

    with pytest.raises(Overlaps):
        scheduling.edit(beside, wish_like(beside), by=dana, version=1)


def test_room_of_its_own_takes_the_new_title(book: Book, dana: User) -> None:
    booking = book("Review")

    edited = scheduling.edit(booking, wish_like(booking, title="Retro"), by=dana, version=1)

    assert edited.room == booking.room
    assert edited.room.name == "Retro"


def test_cancelled_meeting_is_not_changed(book: Book, dana: User) -> None:
    booking = book()
    scheduling.cancel(booking, by=dana)

    with pytest.raises(scheduling.AlreadyCancelled, match="cancelled in the meantime"):
        scheduling.edit(booking, wish_like(booking, title="Retro"), by=dana, version=2)


def test_meeting_is_removed_from_lists_once(book: Book, dana: User) -> None:
    booking = book()

    for _ in range(2):
        scheduling.remove_from_lists(booking, by=dana)

    booking.refresh_from_db()
    assert booking.deleted_at is not None
    assert [change.kind for change in booking.changes.all()] == ["deleted", "booked"]


def test_meeting_of_this_moment_has_begun(dana: User) -> None:
    booking = scheduling.meet_now(dana, request_key=uuid.uuid4())

    assert booking.is_now
    assert booking.starts_at <= timezone.now() < booking.starts_at + timedelta(minutes=1)
