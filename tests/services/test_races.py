"""Many who want the same at the same moment.

On SQLite they share a database in a file, as people run it: in memory, all connections would share
one cache with table locks that nobody waits for.
"""

import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from accounts.models import User
from meetings.models import Admission, Booking, JoinLink, Room, RoomSession
from meetings.services import joining, scheduling
from meetings.services.door import Visitor
from meetings.services.opening import RoomIsOpening, open_room
from meetings.services.rooms import create_room
from meetings.services.scheduling import MeetingWish, Overlaps
from tests.conftest import Share, make_user, next_hour
from tests.provider_for_tests import Telling
from tests.together import seen_by_all, together

pytestmark = pytest.mark.django_db(transaction=True)

AT = next_hour() + timedelta(days=1)


def wish(**changed: Any) -> MeetingWish:
    usual = {"title": "Review", "starts_at": AT, "duration": 30, "time_zone": "UTC"}
    return MeetingWish(**{**usual, **changed})


def outcomes(answers: list[Any]) -> Counter[str]:
    return Counter(type(answer).__name__ for answer in answers)


def test_twenty_who_want_one_slot_get_one_meeting_and_nineteen_hear_what_is_free(
    dana: User, share_database: Share
) -> None:
    share_database()
    # Not only equal times: each begins a minute later, and all overlap.
    wishes = [wish(starts_at=AT + timedelta(minutes=number)) for number in range(20)]

    answers = together(*[lambda each=each: scheduling.book(dana, each) for each in wishes])

    assert outcomes(answers) == {"Booking": 1, "Overlaps": 19}
    (booked,) = (answer for answer in answers if isinstance(answer, Booking))
    assert seen_by_all(Booking.objects.count) == 1
    for refusal in answers:
        if isinstance(refusal, Overlaps):
            assert refusal.bookings == [booked]
            assert all(
                each.start >= booked.ends_at or each.end <= booked.starts_at
                for each in refusal.free
            )


def test_twenty_organizers_who_want_one_room_get_one_meeting(
    room: Room, share_database: Share
) -> None:
    people = [make_user(f"Person{number}") for number in range(20)]
    share_database()

    answers = together(
        *[lambda each=each: scheduling.book(each, wish(room=room)) for each in people]
    )

    assert outcomes(answers) == {"Booking": 1, "Overlaps": 19}


def test_form_sent_twice_at_once_is_one_meeting(dana: User, share_database: Share) -> None:
    share_database()
    sent = wish(request_key=uuid.uuid4())

    answers = together(*[lambda: scheduling.book(dana, sent)] * 4)

    assert outcomes(answers) == {"Booking": 4}
    assert len({answer.pk for answer in answers if isinstance(answer, Booking)}) == 1
    assert seen_by_all(JoinLink.objects.count) == 3
    assert seen_by_all(Room.objects.count) == 1


def test_of_two_edits_at_once_one_is_saved_and_one_is_told(
    dana: User, share_database: Share
) -> None:
    booking = scheduling.book(dana, wish())
    share_database()

    def edit(title: str) -> Booking:
        return scheduling.edit(booking, wish(title=title), by=dana, version=1)

    answers = together(lambda: edit("One"), lambda: edit("Two"))

    assert outcomes(answers) == {"Booking": 1, "StaleEdit": 1}


def test_meetings_moved_onto_one_slot_at_once_do_not_overlap(
    dana: User, share_database: Share
) -> None:
    bookings = [
        scheduling.book(dana, wish(starts_at=AT + timedelta(hours=number))) for number in (1, 2)
    ]
    share_database()

    answers = together(
        *[lambda each=each: scheduling.edit(each, wish(), by=dana, version=1) for each in bookings]
    )

    assert outcomes(answers) == {"Booking": 1, "Overlaps": 1}


def test_meeting_is_cancelled_once(dana: User, share_database: Share) -> None:
    booking = scheduling.book(dana, wish())
    share_database()

    def cancel(reason: str) -> str:
        mine = Booking.objects.get(pk=booking.pk)
        return scheduling.cancel(mine, by=dana, reason=reason).cancel_reason

    reasons = together(*[lambda each=each: cancel(each) for each in ("Snow", "Flu", "Strike")])

    assert len(set(map(str, reasons))) == 1
    kinds = seen_by_all(lambda: [change.kind for change in booking.changes.all()])
    assert kinds == ["cancelled", "booked"]


# Opening


def test_twenty_who_come_at_once_open_the_room_once(
    dana: User, share_database: Share, elsewhere: Telling
) -> None:
    room = create_room(dana, name="Office hours")
    share_database()

    answers = together(*[lambda: open_room(Room.objects.get(pk=room.pk))] * 20)

    assert elsewhere.asked == ["init_room"]
    assert set(outcomes(answers)) <= {"RoomSession", "RoomIsOpening"}
    sessions = {answer.pk for answer in answers if isinstance(answer, RoomSession)}
    assert len(sessions) == 1
    assert together(RoomSession.objects.live().count) == [1]


def test_two_who_start_a_new_run_at_once_share_it(
    dana: User, share_database: Share, elsewhere: Telling
) -> None:
    room = create_room(dana, name="Office hours")
    open_room(room).end(RoomSession.EndReason.HOST)
    share_database()

    answers = together(*[lambda: open_room(Room.objects.get(pk=room.pk))] * 2)

    assert not any(
        isinstance(answer, Exception) and not isinstance(answer, RoomIsOpening)
        for answer in answers
    )
    assert seen_by_all(RoomSession.objects.count) == 2
    assert elsewhere.asked == ["init_room"] * 2


def test_person_who_clicks_twice_at_once_is_one_person(dana: User, share_database: Share) -> None:
    room = create_room(dana, name="Office hours", waiting_room="nobody")
    open_room(room)
    link = JoinLink.objects.with_meeting().get(room=room, purpose="participant")
    share_database()

    tickets = together(*[lambda: joining.enter(link, Visitor(identity="g:1", name="Ana"))] * 4)

    assert outcomes(tickets) == {"JoinTicket": 4}
    assert seen_by_all(Admission.objects.count) == 1


# What the database itself refuses


@pytest.mark.postgres
@pytest.mark.parametrize("same", ["organizer", "room"])
def test_database_refuses_overlapping_rows_written_behind_our_back(
    dana: User, colin: User, same: str
) -> None:
    assert connection.vendor == "postgresql"
    first = scheduling.book(dana, wish())
    shared = {"organizer": dana} if same == "organizer" else {"room": first.room}
    others = {"organizer": colin, "room": create_room(colin, name="Elsewhere")}

    with pytest.raises(IntegrityError, match=f"booking_one_per_{same}"):
        Booking.objects.create(
            title="Behind",
            starts_at=AT + timedelta(minutes=29),
            duration=5,
            time_zone="UTC",
            **{**others, **shared},
        )


@pytest.mark.postgres
@pytest.mark.parametrize("how", ["touching", "cancelled", "on purpose"])
def test_database_lets_rows_be_that_do_not_take_the_time(dana: User, how: str) -> None:
    first = scheduling.book(dana, wish())
    if how == "cancelled":
        scheduling.cancel(first, by=dana)

    beside = Booking.objects.create(
        title="Beside",
        organizer=dana,
        room=first.room,
        starts_at=AT + timedelta(minutes=30 if how == "touching" else 0),
        duration=30,
        time_zone="UTC",
        may_overlap=how == "on purpose",
    )

    assert beside.pk


@pytest.mark.postgres
def test_row_that_our_query_could_not_see_yet_is_an_overlap_and_no_error(
    dana: User, share_database: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two: of more, PostgreSQL breaks one ring of waiting after the other, a second for each."""
    monkeypatch.setattr(scheduling, "lock", lambda organizer, room: None)
    share_database()

    answers = together(*[lambda: scheduling.book(dana, wish())] * 2)

    assert outcomes(answers) == {"Booking": 1, "Overlaps": 1}
