"""Who was at a meeting: the page that tells it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from meetings.models import Answer, Booking, Guest, JoinLink, Outage, Room, RoomSession
from meetings.services.attendance.attending import attendance_of
from tests.inviting import invite

from .attended import booking, held, minute, page, session, stay
from .conftest import NOW
from .reading import text_of

__all__ = ["booking", "session"]

Book = Callable[..., Booking]
pytestmark = pytest.mark.django_db


def link_of(guest: Guest) -> JoinLink:
    return JoinLink.objects.get(guest=guest)


def test_page_says_who_was_there_how_long(
    as_dana: Client, booking: Booking, session: RoomSession
) -> None:
    stay(session, "Ana", 5, 20)
    stay(session, "Ana", 30, 50.5)

    text = page(as_dana, booking)

    for told in ("Ana", "0:35:30", "lasted 1:00:00", "Berlin"):
        assert told in text
    assert "gaps" not in text


@pytest.mark.parametrize(("language", "clock"), [("en", "9:25 AM"), ("de", "09:25")])
def test_page_has_the_clock_of_all_pages(
    as_dana: Client, dana: User, booking: Booking, session: RoomSession, language: str, clock: str
) -> None:
    User.objects.filter(pk=dana.pk).update(language=language)
    stay(session, "Ana", 5.2, 20)

    text = page(as_dana, booking)

    assert clock in text
    assert not re.search(r"\d\d:\d\d:\d\d", text)
    assert bool(re.search(r"\d (AM|PM)", text)) is (language == "en")


def test_time_that_was_seen_lies_between_the_minutes_that_are_told(
    as_dana: Client, booking: Booking, session: RoomSession
) -> None:
    stay(session, "Ana", 5, 20.5, left_after=minute(20.2))

    assert "Left between 9:40 AM and 9:41 AM" in page(as_dana, booking)


def test_meetings_own_page_names_the_day_only_of_who_left_on_another_one(
    as_dana: Client, booking: Booking, session: RoomSession
) -> None:
    stay(session, "Ana", 5, 20)
    stay(session, "Ben", 5, 24 * 60)

    text = text_of(as_dana.get(reverse("booking", args=[booking.pk])))

    assert "Ana Participant 9:25 AM 9:40 AM" in text
    assert "Ben Participant 9:25 AM 24 Nov 2026, 9:20 AM" in text


def test_page_of_a_meeting_that_runs_is_so_far(as_dana: Client, booking: Booking) -> None:
    stay(held(booking.room, booking, end=None), "Ana", -0.1, None)

    text = page(as_dana, booking)

    assert "Attendance so far" in text
    assert "in the room" in text


def test_gaps_are_said_in_sentences(
    as_dana: Client, booking: Booking, session: RoomSession
) -> None:
    Outage.objects.create(alias="builtin", began_at=minute(10), ended_at=minute(15))
    Outage.objects.create(alias="other", began_at=minute(20), ended_at=minute(25))
    stay(session, "Ana", 5, 20, left_after=minute(18))

    text = page(as_dana, booking)

    assert "This list has gaps" in text
    assert text.count("did not answer from") == 1
    assert "Left between" in text
    assert "0:08:00 certain, at most 0:15:00" in text


def test_where_nothing_is_told_the_door_is_all_that_is_known(
    as_dana: Client, booking: Booking, session: RoomSession
) -> None:
    who = {"identity": "g:1", "name": "Ana", "role": "participant", "state": "admitted"}
    session.admissions.create(**who)
    session.admissions.create(**{**who, "identity": "g:2", "name": "Ben", "state": "refused"})
    session.admissions.update(asked_at=minute(10))

    text = page(as_dana, booking)

    assert "told nothing of who came and went" in text
    assert "not known" in text
    assert "0:00:00 certain, at most 0:50:00" in text
    assert "Ben" not in text


def test_invited_people_are_marked_and_the_missing_are_named(
    as_dana: Client, booking: Booking, session: RoomSession
) -> None:
    ana, ben, _ = invite(booking, "Ana Ost <ana@example.com>", "ben@example.com", "c@example.com")
    Answer.objects.create(guest=ben, booking=booking, choice="declined")
    session.admissions.create(
        identity="g:1", name="A.", role="participant", state="admitted", link=link_of(ana)
    )
    stay(session, "A.", 5, 20, identity="g:1")
    stay(session, "Dora", 5, 20)

    record = attendance_of(booking)
    text = page(as_dana, booking)

    assert {each.name: each.guest == ana for each in record.came} == {
        "Ana Ost": True,
        "Dora": False,
    }
    assert [str(each.guest) for each in record.missing] == ["ben@example.com", "c@example.com"]
    assert "Invited and did not come" in text
    assert text.index("ben@example.com") < text.index("Declined")


def test_person_who_comes_by_their_account_is_known_by_its_address(
    colin: User, booking: Booking, session: RoomSession
) -> None:
    (guest,) = invite(booking, colin.email)
    session.admissions.create(
        identity=f"u:{colin.pk}", name="Colin", role="participant", state="admitted", user=colin
    )
    stay(session, "Colin", 5, 20, identity=f"u:{colin.pk}")

    record = attendance_of(booking)

    assert record.came[0].guest == guest
    assert record.missing == ()


def test_meeting_that_moved_is_one_meeting(booking: Booking) -> None:
    here = held(booking.room, booking, end=30)
    there = held(booking.room, booking, live_at=minute(30), moved_from=here)
    stay(here, "Ana", 0, 30)
    stay(there, "Ana", 31, 60)

    (person,) = attendance_of(booking).came

    assert person.sum.total == timedelta(minutes=59)
    assert person.sum.rejoins == 0


@pytest.mark.parametrize("show", ["here", "there"])
def test_room_used_without_a_meeting_has_its_own_and_moves_along(
    as_dana: Client, room: Room, show: str
) -> None:
    here = held(room, None, end=30)
    there = held(room, None, live_at=minute(30), moved_from=here)
    other = held(room, None, live_at=minute(-100), end=-90)
    stay(here, "Ana", 0, 30)
    stay(other, "Ben", -100, -90)
    meant = here if show == "here" else there

    text = text_of(as_dana.get(reverse("session-attendance", args=[meant.pk])))

    assert "Ana" in text
    assert "lasted 1:00:00" in text
    assert "Ben" not in text
    assert reverse("session-attendance", args=[here.pk]) in as_dana.get(f"/rooms/{room.pk}/").text


@pytest.mark.parametrize("kind", ["", "-csv", "-xlsx"])
def test_session_of_a_meeting_leads_to_the_meeting(
    as_dana: Client, booking: Booking, session: RoomSession, kind: str
) -> None:
    answer = as_dana.get(reverse(f"session-attendance{kind}", args=[session.pk]))

    assert answer.headers["Location"] == reverse(f"booking-attendance{kind}", args=[booking.pk])


def test_meeting_and_past_list_lead_there(as_dana: Client, book: Book) -> None:
    over = book("Last week", at=NOW - timedelta(days=7))
    never = book("Never held", at=NOW - timedelta(days=8))
    held(over.room, over, live_at=minute(-7 * 24 * 60), end=-7 * 24 * 60 + 5)
    address = reverse("booking-attendance", args=[over.pk])

    past = as_dana.get("/meetings/?show=past").text

    assert address in past
    assert reverse("booking-attendance", args=[never.pk]) not in past
    assert address in as_dana.get(reverse("booking", args=[over.pk])).text


def test_meeting_that_was_never_held_says_so(as_dana: Client, booking: Booking) -> None:
    assert "has not been held" in page(as_dana, booking)


def test_page_costs_as_much_for_fifty_as_for_one(
    as_dana: Client, booking: Booking, session: RoomSession
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(as_dana, booking)
        return len(queries)

    def come(number: int) -> None:
        guest = invite(booking, f"{number}@example.com")[-1]
        session.admissions.create(
            identity=f"g:{number}", name="N.", state="admitted", link=link_of(guest)
        )
        stay(session, "N.", 5, 20, identity=f"g:{number}")

    come(1)
    cost()
    with_one = cost()
    for number in range(2, 21):
        come(number)

    assert cost() == with_one
