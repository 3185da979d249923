"""Calling a meeting off, ending it, and taking it out of the lists."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from meetings.models import Booking, RoomSession
from meetings.services.opening import open_room

from .reading import error_at, page, text_of

Book = Callable[..., Booking]


@pytest.fixture
def booking(book: Book) -> Booking:
    return book("Review", at=timezone.now() - timedelta(minutes=5))


def links(booking: Booking) -> list[str]:
    return [link.get_absolute_url() for link in booking.links.all()]


def test_cancelled_meeting_says_so_and_why_to_everyone_with_a_link(
    as_dana: Client, client: Client, booking: Booking
) -> None:
    asked = as_dana.get(f"/meetings/{booking.pk}/cancel/")

    answer = as_dana.post(
        f"/meetings/{booking.pk}/cancel/", {"reason": "Ana is <b>ill</b>."}, follow=True
    )

    assert "Cancel “Review”?" in text_of(asked)
    assert "“Review” is cancelled." in text_of(answer)
    assert "This meeting is cancelled. Ana is <b>ill</b>." in text_of(answer)
    participants = booking.links.get(purpose="participant").get_absolute_url()
    door = client.get(participants)
    assert "This meeting is cancelled. Ana is <b>ill</b>." in text_of(door)
    assert 'data-state="cancelled"' in page(as_dana.get(links(booking)[0]))
    assert page(door).count("<b>ill") == 0


def test_cancelling_ends_what_runs_and_nobody_comes_in_again(
    as_dana: Client, client: Client, booking: Booking
) -> None:
    session = open_room(booking.room, booking)

    as_dana.post(f"/meetings/{booking.pk}/cancel/", {"reason": ""})

    session.refresh_from_db()
    assert (session.state, session.end_reason) == ("ended", "cancelled")
    for link in links(booking):
        assert as_dana.post(f"{link}enter/", {"name": "Ana"}).status_code == 302
    assert RoomSession.objects.count() == 1


def test_second_cancelling_changes_nothing(as_dana: Client, booking: Booking) -> None:
    for reason in ("Ana is ill.", "Something else."):
        as_dana.post(f"/meetings/{booking.pk}/cancel/", {"reason": reason})

    booking.refresh_from_db()
    assert booking.cancel_reason == "Ana is ill."
    assert [change.kind for change in booking.changes.all()] == ["cancelled", "booked"]


@pytest.mark.parametrize(
    ("reason", "complaint"), [("x" * 501, "at most 500"), ("\0", "Null characters")]
)
def test_reason_that_cannot_be_kept_cancels_nothing(
    as_dana: Client, booking: Booking, reason: str, complaint: str
) -> None:
    answer = as_dana.post(f"/meetings/{booking.pk}/cancel/", {"reason": reason})

    assert answer.status_code == 422
    assert complaint in error_at(answer, "reason")
    booking.refresh_from_db()
    assert not booking.is_cancelled


def test_time_of_a_cancelled_meeting_is_free_again(
    as_dana: Client, booking: Booking, book: Book
) -> None:
    as_dana.post(f"/meetings/{booking.pk}/cancel/")

    assert book("Instead", at=booking.starts_at).starts_at == booking.starts_at


def test_host_ends_the_running_meeting_for_everybody(
    as_dana: Client, client: Client, booking: Booking
) -> None:
    session = open_room(booking.room, booking)

    answer = as_dana.post(f"/meetings/{booking.pk}/end/", follow=True)
    again = as_dana.post(f"/meetings/{booking.pk}/end/", follow=True)

    session.refresh_from_db()
    assert (session.state, session.end_reason) == ("ended", "host")
    assert "over for everybody" in text_of(answer)
    assert again.status_code == 200
    participants = booking.links.get(purpose="participant").get_absolute_url()
    assert "This meeting is over." in text_of(client.get(participants))


def test_meeting_that_is_still_to_come_must_be_cancelled_before_it_is_removed(
    as_dana: Client, book: Book
) -> None:
    booking = book("Tomorrow")

    answer = as_dana.post(f"/meetings/{booking.pk}/delete/", follow=True)

    assert "Cancel the meeting first: people may have its links." in text_of(answer)
    assert "Tomorrow" in text_of(as_dana.get("/meetings/"))


@pytest.mark.parametrize("how", ["cancelled", "over"])
def test_removed_meeting_is_in_no_list_and_its_history_stays(
    as_dana: Client, client: Client, book: Book, how: str
) -> None:
    booking = book("Gone", at=timezone.now() - timedelta(hours=2 if how == "over" else 0))
    if how == "cancelled":
        as_dana.post(f"/meetings/{booking.pk}/cancel/", {"reason": "No need."})

    answer = as_dana.post(f"/meetings/{booking.pk}/delete/", follow=True)

    assert "“Gone” is removed." in text_of(answer)
    for show in ("upcoming", "past", "cancelled"):
        assert "Gone" not in text_of(as_dana.get(f"/meetings/?show={show}"))
    assert as_dana.get(f"/meetings/{booking.pk}/").status_code == 404
    booking.refresh_from_db()
    assert booking.deleted_at == timezone.now()
    assert booking.changes.latest("pk").kind == "deleted"
    door = client.get(booking.links.get(purpose="participant").get_absolute_url())
    assert door.status_code == 200
