from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from meetings.models import Booking, JoinLink, Room, RoomSession
from meetings.services import opening, scheduling

from .conftest import act, list_of

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]


def test_cancelling_meetings_tells_the_reason_and_who_did_it(
    as_staff: Client, staff: User, book: Book
) -> None:
    booking = book("Review")

    page = act(as_staff, "cancel_meetings", booking, reason="The building is closed.")

    booking.refresh_from_db()
    assert booking.is_cancelled
    assert booking.changes.get(kind="cancelled").by == staff
    assert "1 meeting is cancelled." in page
    door = Client().get(booking.links.get(purpose="participant").get_absolute_url())
    assert "The building is closed." in door.text


def test_cancelling_a_running_meeting_ends_it(as_staff: Client, book: Book) -> None:
    booking = book(at=timezone.now())
    session = opening.open_room(booking.room, booking)

    act(as_staff, "cancel_meetings", booking)

    session.refresh_from_db()
    assert session.state == RoomSession.State.ENDED


def test_cancelling_from_a_filtered_list_counts_what_was_cancelled(
    as_staff: Client, book: Book
) -> None:
    booking = book()
    chosen = {"action": "cancel_meetings", "_selected_action": [booking.pk]}

    page = as_staff.post(list_of(Booking, "?state__exact=confirmed"), chosen, follow=True).text

    assert "1 meeting is cancelled." in page
    assert "over or cancelled before" not in page


def test_meetings_that_are_over_or_cancelled_stay_as_they_are(
    as_staff: Client, dana: User, book: Book
) -> None:
    past = book(at=timezone.now() - timedelta(hours=3))
    cancelled = scheduling.cancel(book(), by=dana, reason="First")

    page = act(as_staff, "cancel_meetings", past, cancelled, reason="Second")

    past.refresh_from_db()
    cancelled.refresh_from_db()
    assert not past.is_cancelled
    assert cancelled.cancel_reason == "First"
    assert "2 meetings were over or cancelled before" in page


def test_a_reason_that_is_too_long_cancels_nothing(as_staff: Client, book: Book) -> None:
    booking = book()

    act(as_staff, "cancel_meetings", booking, reason="x" * 501)

    booking.refresh_from_db()
    assert not booking.is_cancelled


def test_ending_sessions_closes_their_rooms(as_staff: Client, room: Room, book: Book) -> None:
    running = opening.open_room(room)
    other = opening.open_room(book(at=timezone.now()).room)

    page = act(as_staff, "end_for_all", running)

    running.refresh_from_db()
    other.refresh_from_db()
    assert (running.state, running.end_reason) == ("ended", "host")
    assert other.is_live
    assert "1 session is over." in page
    assert "none of these runs" in act(as_staff, "end_for_all", running)


def test_a_session_can_be_ended_though_its_provider_is_gone(as_staff: Client, room: Room) -> None:
    session = opening.open_room(room)
    RoomSession.objects.filter(pk=session.pk).update(alias="gone")

    act(as_staff, "end_for_all", session)

    session.refresh_from_db()
    assert not session.is_running


def test_a_revoked_link_leads_nowhere(as_staff: Client, book: Book) -> None:
    booking = book()
    link = booking.links.get(purpose="participant")
    assert Client().get(link.get_absolute_url()).status_code == 200

    page = act(as_staff, "revoke", link)

    assert "1 link no longer works." in page
    assert Client().get(link.get_absolute_url()).status_code == 410
    assert "revoked before" in act(as_staff, "revoke", link)
    assert JoinLink.objects.usable().count() == 2


def test_a_room_is_given_up_and_what_runs_in_it_ends(as_staff: Client, room: Room) -> None:
    session = opening.open_room(room)

    page = act(as_staff, "give_up", room)

    room.refresh_from_db()
    session.refresh_from_db()
    assert room.is_archived
    assert not session.is_running
    assert "1 room is given up." in page
    assert "Given up</span>" in page


def test_a_room_with_planned_meetings_is_kept_and_the_operator_told(
    as_staff: Client, room: Room, book: Book
) -> None:
    book(room=room)

    page = act(as_staff, "give_up", room)

    room.refresh_from_db()
    assert not room.is_archived
    assert "Meetings are planned in “Office hours”." in page


def test_the_room_of_one_meeting_is_not_given_up(as_staff: Client, book: Book) -> None:
    room = book().room

    page = act(as_staff, "give_up", room)

    room.refresh_from_db()
    assert not room.is_archived
    assert "0 rooms are given up." in page
