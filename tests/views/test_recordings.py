"""Recordings on the page of a meeting and of a permanent room, for its organizer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from meetings.models import Booking, Recording, Room, RoomSession
from meetings.providers.errors import ProviderUnavailable
from meetings.services.opening import open_room
from meetings.services.recordings import recordings
from tests.able_provider import PLACE, able, memory
from tests.provider_for_tests import Telling
from tests.services.recording import made, states

from .conftest import NOW
from .reading import error_at, form_with, page, text_of

__all__ = ["able"]

Book = Callable[..., Booking]
State, Access = Recording.State, Recording.Access


@pytest.fixture
def held(able: Telling, live: RoomSession) -> RoomSession:
    """A meeting that was held where recordings are kept."""
    live.end(RoomSession.EndReason.HOST)
    able.asked.clear()
    return live


def meeting(client: Client, session: RoomSession) -> Any:
    return client.get(f"/meetings/{session.booking_id}/")


def press(client: Client, recording: Recording, button: str) -> Any:
    return client.post(f"/recordings/{recording.pk}/{button}/", follow=True)


def test_page_reads_our_rows_and_asks_nobody(
    as_dana: Client, held: RoomSession, able: Telling
) -> None:
    made(
        held,
        title="Part one",
        seconds=2700,
        size=5_500_000,
        started_at=datetime(2026, 11, 23, 8, 25, tzinfo=UTC),
    )
    made(held, "r2", title="", state=State.PROCESSING)
    able.trouble["recordings"] = ProviderUnavailable("down")

    answer = meeting(as_dana, held)

    text = text_of(answer)
    assert "Part one Mon, 23 November 2026, 9:25 AM Berlin (UTC+01:00) · 45 minutes · 5.2" in text
    assert "not ready yet" in text
    assert "Who may see it: Only me" in text
    assert text.count("Watch or download") == 1
    assert PLACE not in page(answer)
    assert able.asked == []


def test_meeting_that_was_never_held_or_is_held_elsewhere_has_no_such_part(
    as_dana: Client, able: Telling, book: Book
) -> None:
    planned = book("Planned")
    modest = book("Modest", at=NOW, options={"provider_alias": "modest"})
    open_room(modest.room, modest)

    for booking in (planned, modest):
        assert "recordings-title" not in page(as_dana.get(f"/meetings/{booking.pk}/"))


def test_it_says_what_is_expected_and_what_is_not(as_dana: Client, held: RoomSession) -> None:
    expected = text_of(meeting(as_dana, held))
    RoomSession.objects.update(recordings_due_at=None, recordings_seen_at=NOW)

    nothing = text_of(meeting(as_dana, held))

    assert "None yet. The provider is asked again by itself." in expected
    assert "The provider keeps no recordings." in nothing
    assert "Last looked Mon, 23 November 2026, 9:20 AM Berlin" in nothing


def test_trouble_is_told_beside_what_we_know(as_dana: Client, held: RoomSession) -> None:
    made(held, title="Part one")
    RoomSession.objects.update(recordings_error="Able: did not answer.")

    text = text_of(meeting(as_dana, held))

    assert "The recordings at Able cannot be listed now: Able: did not answer." in text
    assert "Part one" in text


def test_what_is_gone_is_told_with_when_and_by_whom(
    as_dana: Client, held: RoomSession, dana: User
) -> None:
    made(held, "r1", title="One", state=State.DELETED, deleted_at=NOW, deleted_by=dana)
    made(held, "r2", title="Two", state=State.DELETED, deleted_at=NOW)
    made(held, "r3", title="Three", state=State.MISSING)

    text = text_of(meeting(as_dana, held))

    assert "One · deleted Mon, 23 November 2026, 9:20 AM Berlin (UTC+01:00) by Dana" in text
    assert "Two · deleted Mon, 23 November 2026, 9:20 AM Berlin (UTC+01:00), as its time" in text
    assert "Three · gone from the provider, not by us" in text
    assert "Watch or download" not in text


def test_look_again_has_the_provider_asked(as_dana: Client, held: RoomSession) -> None:
    RoomSession.objects.update(recordings_due_at=None)
    memory.keep(held.ref.room_id, "r1")

    answer = as_dana.post(f"/meetings/{held.booking_id}/recordings/", follow=True)
    recordings.look_due()

    assert "The provider is being asked." in text_of(answer)
    assert states() == {"r1": State.READY}


def test_permanent_room_shows_what_was_recorded_without_a_meeting(
    as_dana: Client, able: Telling, room: Room, book: Book
) -> None:
    Room.objects.update(provider_alias="main")
    room.refresh_from_db()
    in_meeting = open_room(room, book("With a meeting", at=NOW, room=room))
    made(in_meeting, title="Of the meeting")
    in_meeting.end(RoomSession.EndReason.HOST)
    alone = open_room(room)
    recording = made(alone, title="Of the room")

    text = text_of(as_dana.get(f"/rooms/{room.pk}/"))

    assert "Of the room" in text
    assert "Of the meeting" not in text
    answer = press(as_dana, recording, "delete")
    assert answer.redirect_chain == [(f"/rooms/{room.pk}/", 302)]
    looked = as_dana.post(f"/rooms/{room.pk}/recordings/")
    assert looked.headers["Location"] == f"/rooms/{room.pk}/"


# Seeing one


def test_press_leads_to_an_address_made_for_it(as_dana: Client, held: RoomSession) -> None:
    answer = press(as_dana, made(held), "open")

    address = f"{PLACE}/r1?a=1&b=2"
    assert answer.headers["Refresh"] == f"0; url={address}"
    assert address.replace("&", "&amp;") in page(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_press_on_what_is_gone_says_so(as_dana: Client, held: RoomSession) -> None:
    answer = press(as_dana, made(held, state=State.MISSING), "open")

    assert "This recording is not there any more." in text_of(answer)
    assert answer.redirect_chain == [(f"/meetings/{held.booking_id}/", 302)]


def test_press_that_fails_says_why(as_dana: Client, held: RoomSession, able: Telling) -> None:
    able.trouble["recording_url"] = ProviderUnavailable("did not answer.", provider="Able")

    answer = press(as_dana, made(held), "open")

    assert "The recording cannot be had now: Able: did not answer." in text_of(answer)


# Deleting one


def test_it_is_being_deleted_from_the_press_on_and_twice_is_fine(
    as_dana: Client, held: RoomSession
) -> None:
    recording = made(held, title="Part one")

    first, second = (press(as_dana, recording, "delete") for _ in range(2))

    assert "The recording is being deleted at the provider." in text_of(first)
    assert "Part one being deleted" in text_of(second)
    assert "Watch or download" not in text_of(second)
    assert states() == {"r1": State.DELETING}


def test_a_delete_that_waits_says_why_and_when_it_is_tried_again(
    as_dana: Client, held: RoomSession
) -> None:
    at = NOW + timedelta(minutes=5)
    made(held, state=State.DELETING, error="Able: did not answer.", next_try_at=at)

    text = text_of(meeting(as_dana, held))

    assert "The provider did not confirm it: Able: did not answer. Next try: Mon, 23 Nov" in text


# Who may see it, and how long


def change(client: Client, recording: Recording, **typed: Any) -> Any:
    address = f"/recordings/{recording.pk}/"
    return client.post(address, form_with(client.get(address), "access", **typed), follow=True)


def test_only_the_organizer_sees_it_at_first(held: RoomSession) -> None:
    memory.keep(held.ref.room_id, "r1")

    recordings.look_due()

    assert Recording.objects.get().access == Access.NOBODY


@pytest.mark.parametrize("access", list(Access))
def test_organizer_says_who_may_see_it(as_dana: Client, held: RoomSession, access: Access) -> None:
    recording = made(held)

    answer = change(as_dana, recording, access=access)

    recording.refresh_from_db()
    assert recording.access == access
    assert f"Who may see it: {access.label}" in text_of(answer)


@pytest.mark.parametrize(
    ("typed", "expires_at"),
    [
        ({"lasts": "never"}, None),
        ({"lasts": "30"}, NOW + timedelta(days=30)),
        ({"lasts": "90"}, NOW + timedelta(days=90)),
        ({"lasts": "day", "day": "2026-11-23"}, datetime(2026, 11, 23, 23, tzinfo=UTC)),
        ({"lasts": "day", "day": "2027-07-01"}, datetime(2027, 7, 1, 22, tzinfo=UTC)),
    ],
)
def test_organizer_says_how_long_it_is_kept(
    as_dana: Client, held: RoomSession, typed: dict[str, str], expires_at: datetime | None
) -> None:
    recording = made(held)

    change(as_dana, recording, **typed)
    recording.refresh_from_db()
    assert recording.expires_at == expires_at

    change(as_dana, recording)  # saved again as it is shown
    recording.refresh_from_db()
    shown = recording.expires_at
    assert (shown and shown.date()) == (expires_at and expires_at.date())


@pytest.mark.parametrize(
    ("day", "said"),
    [("", "Please say which day."), ("2026-11-22", "This is past."), ("2099-01-01", "ten years")],
)
def test_a_day_that_cannot_be_is_named(
    as_dana: Client, held: RoomSession, day: str, said: str
) -> None:
    recording = made(held)

    answer = change(as_dana, recording, lasts="day", day=day)

    assert answer.status_code == 422
    assert said in error_at(answer, "day")
    recording.refresh_from_db()
    assert recording.expires_at is None


def test_what_is_on_its_way_out_is_not_changed(as_dana: Client, held: RoomSession) -> None:
    recording = made(held, state=State.DELETING)

    answer = as_dana.post(f"/recordings/{recording.pk}/", {"access": "links"}, follow=True)

    assert "This recording is gone, or being deleted." in text_of(answer)
    recording.refresh_from_db()
    assert recording.access == Access.NOBODY
