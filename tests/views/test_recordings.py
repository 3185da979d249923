"""Recordings on the page of a meeting and of a permanent room."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from meetings.models import Booking, Room, RoomSession
from meetings.providers.errors import ProviderUnavailable
from meetings.services.opening import open_room
from tests.able_provider import PLACE, able, memory
from tests.provider_for_tests import Telling

from .conftest import NOW
from .reading import page, text_of

__all__ = ["able"]

Book = Callable[..., Booking]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def held(able: Telling, live: RoomSession) -> RoomSession:
    """A meeting that was held where recordings are kept."""
    live.end(RoomSession.EndReason.HOST)
    return live


def shelf_of(client: Client, session: RoomSession, **headers: str) -> Any:
    return client.get(f"/meetings/{session.booking_id}/recordings/", headers=headers or HTMX)


def press(client: Client, session: RoomSession, button: str, recording: str) -> Any:
    address = f"/sessions/{session.pk}/recording/{button}"
    return client.post(address, {"recording": recording}, follow=True)


def test_page_of_the_meeting_asks_nobody_itself(
    as_dana: Client, held: RoomSession, able: Telling
) -> None:
    html = page(as_dana.get(f"/meetings/{held.booking_id}/"))

    assert f'hx-get="/meetings/{held.booking_id}/recordings/"' in html
    assert f'href="/meetings/{held.booking_id}/recordings/"' in html  # without JavaScript
    assert "recordings" not in able.asked


def test_meeting_that_was_never_held_or_is_held_elsewhere_has_no_such_part(
    as_dana: Client, able: Telling, book: Book
) -> None:
    planned = book("Planned")
    modest = book("Modest", at=NOW, options={"provider_alias": "modest"})
    open_room(modest.room, modest)

    for booking in (planned, modest):
        assert "recordings" not in page(as_dana.get(f"/meetings/{booking.pk}/"))


def test_recording_is_shown_with_what_is_known_of_it(as_dana: Client, held: RoomSession) -> None:
    memory.keep(held.ref.room_id, "r1", title="Part one", seconds=2700, size=5_500_000)
    memory.keep(held.ref.room_id, "r2", title="", started_at=None, ready=False)

    answer = shelf_of(as_dana, held)

    text = text_of(answer)
    assert "Part one Mon, 23 November 2026, 9:25 AM Berlin (UTC+01:00) · 45 minutes · 5.2" in text
    assert "Recording not ready yet" in text
    assert text.count("Download") == 1
    assert "<html" not in page(answer)
    assert PLACE not in page(answer)
    assert "no-store" in answer.headers["Cache-Control"]


def test_without_javascript_it_is_a_page_of_its_own(as_dana: Client, held: RoomSession) -> None:
    memory.keep(held.ref.room_id, "r1")

    answer = as_dana.get(f"/meetings/{held.booking_id}/recordings/")

    assert "<html" in page(answer)
    assert "Download" in text_of(answer)


def test_nothing_kept_is_said(as_dana: Client, held: RoomSession) -> None:
    assert "keeps no recording" in text_of(shelf_of(as_dana, held))


def test_trouble_is_told_in_words(as_dana: Client, held: RoomSession, able: Telling) -> None:
    able.trouble["recordings"] = ProviderUnavailable("did not answer.", provider="Able")

    answer = shelf_of(as_dana, held)

    assert answer.status_code == 200
    assert "The recordings at Able cannot be listed now: Able: did not answer." in text_of(answer)
    assert "keeps no recording" not in text_of(answer)


def test_permanent_room_shows_what_was_recorded_without_a_meeting(
    as_dana: Client, able: Telling, dana: User, room: Room, book: Book
) -> None:
    Room.objects.update(provider_alias="main")
    room.refresh_from_db()
    booking = book("With a meeting", at=NOW, room=room)
    in_meeting = open_room(room, booking)
    memory.keep(in_meeting.ref.room_id, "r1", title="Of the meeting")
    in_meeting.end(RoomSession.EndReason.HOST)
    alone = open_room(room)
    memory.keep(alone.ref.room_id, "r2", title="Of the room")

    shown = page(as_dana.get(f"/rooms/{room.pk}/"))
    text = text_of(as_dana.get(f"/rooms/{room.pk}/recordings/", headers=HTMX))

    assert f'hx-get="/rooms/{room.pk}/recordings/"' in shown
    assert "Of the room" in text
    assert "Of the meeting" not in text
    answer = press(as_dana, alone, "delete/", "r2")
    assert answer.redirect_chain == [(f"/rooms/{room.pk}/", 302)]


# Download


def test_download_leads_to_an_address_made_for_this_press(
    as_dana: Client, held: RoomSession
) -> None:
    memory.keep(held.ref.room_id, "r1")

    answer = press(as_dana, held, "", "r1")

    address = f"{PLACE}/r1?a=1&b=2"
    assert answer.headers["Refresh"] == f"0; url={address}"
    assert address.replace("&", "&amp;") in page(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_download_of_what_is_gone_says_so(as_dana: Client, held: RoomSession) -> None:
    answer = press(as_dana, held, "", "r1")

    assert "This recording is not there any more." in text_of(answer)
    assert answer.redirect_chain == [(f"/meetings/{held.booking_id}/", 302)]


def test_recording_of_another_meeting_cannot_be_had_by_its_name(
    as_colin: Client, held: RoomSession, colin: User, book: Book
) -> None:
    memory.keep(held.ref.room_id, "r1")
    booking = book("Colin’s", at=NOW, by=colin)
    his = open_room(booking.room, booking)

    download, delete = press(as_colin, his, "", "r1"), press(as_colin, his, "delete/", "r1")

    assert "not there any more" in text_of(download)
    assert delete.status_code == 200
    assert memory.done == []
    assert press(as_colin, held, "", "r1").status_code == 404


def test_download_that_fails_says_why(as_dana: Client, held: RoomSession, able: Telling) -> None:
    memory.keep(held.ref.room_id, "r1")
    able.trouble["recording_url"] = ProviderUnavailable("did not answer.", provider="Able")

    answer = press(as_dana, held, "", "r1")

    assert "The recording cannot be had now: Able: did not answer." in text_of(answer)


# Delete


def test_recording_is_deleted_and_twice_is_fine(as_dana: Client, held: RoomSession) -> None:
    memory.keep(held.ref.room_id, "r1")

    answers = [press(as_dana, held, "delete/", "r1") for _ in range(2)]

    assert all("The recording is deleted." in text_of(each) for each in answers)
    assert memory.done == [("delete_recording", "r1")]


def test_delete_that_fails_says_so_and_works_later(
    as_dana: Client, held: RoomSession, able: Telling
) -> None:
    memory.keep(held.ref.room_id, "r1")
    able.trouble["delete_recording"] = ProviderUnavailable("did not answer.", provider="Able")

    failed = press(as_dana, held, "delete/", "r1")
    able.trouble.clear()
    press(as_dana, held, "delete/", "r1")

    assert "The provider did not confirm it: Able: did not answer." in text_of(failed)
    assert memory.kept == {}
