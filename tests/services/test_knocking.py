"""A host is told by mail, once for each meeting, that somebody waits while no host is there."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from meetings.models import Admission, Attendance, Booking, Caller, Knock, OutgoingMail, Room
from meetings.services import hosting, scheduling
from meetings.services.opening import open_room
from meetings.services.waiting import callers, knocking
from tests.conftest import Share
from tests.together import seen_by_all, together

from .mailing import html_of, posted, text_of

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture

A_WHILE = timedelta(seconds=30)


@pytest.fixture
def booking(book: Book) -> Booking:
    """A meeting that has just begun."""
    return book("Weekly planning", at=timezone.now() - timedelta(minutes=1))


def call(place: Booking | Room, name: str = "Ana Lima", **fields: Any) -> Caller:
    """Somebody at a door that no host has opened; since half a minute unless said."""
    booking = place if isinstance(place, Booking) else None
    values = {
        "room": booking.room if booking else place,
        "booking": booking,
        "link": place.links.get(purpose="participant"),
        "identity": f"g:{name}",
        "name": name,
        "asked_at": timezone.now() - A_WHILE,
    }
    return Caller.objects.create(**{**values, **fields})


def knock(booking: Booking, name: str = "Ana Lima", **fields: Any) -> Admission:
    """Somebody in the waiting room of what runs."""
    session = open_room(booking.room, booking)
    asked = session.admissions.create(
        identity=f"g:{name}", name=name, state="waiting", link=booking.links.last(), **fields
    )
    Admission.objects.filter(pk=asked.pk).update(asked_at=timezone.now() - A_WHILE)
    return asked


def test_host_is_told_who_waits_with_one_link(booking: Booking) -> None:
    call(booking, "Ana Lima")
    call(booking, "Ben Okoro")

    knocking.tell_due()
    (mail,) = posted()

    told = Knock.objects.get()
    assert mail["To"] == "Dana <dana@example.org>"
    assert mail["Subject"] == "2 people wait: Weekly planning"
    assert "Ana Lima, since" in text_of(mail)
    assert "Ben Okoro, since" in text_of(mail)
    assert text_of(mail).count("/admit/") == 1
    assert f"/admit/{told.pk}." in html_of(mail)


def test_host_is_told_once_for_each_meeting(booking: Booking) -> None:
    for number in range(40):
        call(booking, f"No. {number}")
        if number % 10 == 0:
            knocking.tell_due()
    knock(booking, "Later")
    knocking.tell_due()

    (mail,) = posted()
    assert "No. 0 waits" in mail["Subject"]


def test_worker_that_looks_at_one_door_tells_of_that_one(booking: Booking, room: Room) -> None:
    call(booking)
    call(room)

    knocking.look.call(booking.room_id, booking.pk)
    knocking.look.call(booking.room_id, 987_654)
    knocking.look.call(987_654, None)

    assert [each.booking for each in Knock.objects.all()] == [booking]


def test_many_are_counted_and_the_first_named(booking: Booking) -> None:
    for number in range(40):
        call(booking, f"No. {number}")

    knocking.tell_due()

    (mail,) = posted()
    assert "No. 19, since" in text_of(mail)
    assert "No. 20, since" not in text_of(mail)
    assert "and 20 more" in text_of(mail)


@pytest.mark.parametrize("waits", [call, knock])
def test_nobody_is_told_before_a_host_could_have_come(
    booking: Booking, waits: Callable[..., Any], time_machine: Clock
) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    waits(booking)
    now = timezone.now() - knocking.PATIENCE + timedelta(seconds=1)
    Caller.objects.update(asked_at=now)
    Admission.objects.update(asked_at=now)

    knocking.tell_due()
    early = Knock.objects.count()
    time_machine.shift(1)
    knocking.tell_due()

    assert (early, Knock.objects.count()) == (0, 1)


def test_nobody_is_late_before_the_meeting_begins(book: Book, time_machine: Clock) -> None:
    booking = book(at=timezone.now() + timedelta(minutes=5))
    caller = call(booking)

    knocking.tell_due()
    early = Knock.objects.count()
    time_machine.move_to(booking.starts_at + timedelta(seconds=1))
    Caller.objects.filter(pk=caller.pk).update(seen_at=timezone.now())
    knocking.tell_due()

    assert (early, Knock.objects.count()) == (0, 1)


def test_host_inside_is_not_told(booking: Booking) -> None:
    session = knock(booking).session
    Attendance.objects.create(
        session=session, identity="u:1", name="Dana", role="host", joined_at=timezone.now()
    )

    knocking.tell_due()

    assert not Knock.objects.exists()


def test_host_who_was_handed_over_to_counts_and_one_who_left_does_not(booking: Booking) -> None:
    session = knock(booking).session
    made = session.admissions.create(
        identity="g:Eve", name="Eve", state="admitted", given_role="cohost"
    )
    stay = Attendance.objects.create(
        session=session, identity=made.identity, name="Eve", joined_at=timezone.now()
    )
    knocking.tell_due()
    while_inside = Knock.objects.count()

    stay.left_at = timezone.now()
    stay.save()
    knocking.tell_due()

    assert (while_inside, Knock.objects.count()) == (0, 1)


def test_host_who_decides_from_outside_is_not_told(booking: Booking, dana: User) -> None:
    session = knock(booking).session
    ben = session.admissions.create(identity="g:Ben", name="Ben", state="waiting")
    hosting.admit(session, [ben.pk], by=dana)

    knocking.tell_due()

    assert not Knock.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda each: scheduling.cancel(each, by=each.organizer),
        lambda each: User.objects.update(is_active=False),
        lambda each: Booking.objects.update(
            starts_at=timezone.now() - timedelta(hours=2),
            ends_at=timezone.now() - timedelta(hours=1),
        ),
        lambda each: hosting.end_for_all(open_room(each.room, each)),
        lambda each: Caller.objects.update(seen_at=timezone.now() - timedelta(minutes=2)),
        lambda each: Caller.objects.update(identity=f"u:{each.organizer.pk}"),
    ],
    ids=["cancelled", "account closed", "over", "ended", "gone", "the host's own"],
)
def test_nobody_is_told_of_what_needs_no_host(
    booking: Booking, change: Callable[[Booking], object]
) -> None:
    call(booking)
    change(booking)

    knocking.tell_due()

    assert not Knock.objects.exists()


def test_meeting_at_another_time_is_told_of_anew(booking: Booking) -> None:
    call(booking)
    knocking.tell_due()
    Booking.objects.update(starts_at=booking.starts_at - timedelta(seconds=30))
    knocking.tell_due()

    assert Knock.objects.count() == 2


def test_room_without_a_meeting_is_told_of_by_its_name(room: Room) -> None:
    call(room)

    knocking.tell_due()
    knocking.tell_due()

    (mail,) = posted()
    assert mail["Subject"] == "Ana Lima waits: Office hours"


def test_name_steers_neither_mail_nor_page(booking: Booking) -> None:
    name = "A\r\nBcc: eve@example.net\u202e<script>👩‍👩‍👧"
    call(booking, name[:80])

    knocking.tell_due()

    (mail,) = posted()
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]
    assert "<script>" not in html_of(mail)
    assert "👩‍👩‍👧" in text_of(mail)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Ana Lima, since 1:25 PM"), ("de", "Ana Lima, seit 13:25")],
)
def test_mail_is_in_the_language_and_zone_of_the_host(
    book: Book, dana: User, time_machine: Clock, language: str, said: str
) -> None:
    User.objects.filter(pk=dana.pk).update(time_zone="Asia/Tokyo", language=language)
    time_machine.move_to(datetime(2026, 11, 23, 4, 25, 30, tzinfo=UTC), tick=False)
    call(book("Weekly planning", at=timezone.now() - timedelta(minutes=1)))

    knocking.tell_due()

    (mail,) = posted()
    assert said in text_of(mail)
    assert "(UTC+09:00)" in text_of(mail)


def test_mail_that_is_late_is_dropped(booking: Booking) -> None:
    call(booking)
    knocking.tell_due()
    OutgoingMail.objects.update(send_before=timezone.now() - timedelta(seconds=1))

    assert posted() == []
    assert OutgoingMail.objects.get().outcome == "dropped"


def test_mail_is_dropped_when_a_host_has_come(booking: Booking) -> None:
    call(booking)
    knocking.tell_due()
    session = open_room(booking.room, booking)
    session.admissions.create(identity="u:1", name="Dana", role="host", state="admitted")

    assert posted() == []
    assert OutgoingMail.objects.get().error == "A host was there before it was sent."


def test_people_who_went_long_ago_are_forgotten(booking: Booking) -> None:
    call(booking, "Old", seen_at=timezone.now() - timedelta(days=2))
    call(booking, "New")

    callers.forget_old()

    assert [each.name for each in Caller.objects.all()] == ["New"]


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_moment_tell_once(booking: Booking, share_database: Share) -> None:
    for number in range(40):
        call(booking, f"No. {number}")
    share_database()

    answers = together(*[knocking.tell_due] * 4)

    assert answers == [None] * 4
    assert seen_by_all(Knock.objects.count) == 1
    assert seen_by_all(OutgoingMail.objects.count) == 1
