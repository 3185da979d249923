"""What becomes of recordings when the room, meeting or series that they are of is given up."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from meetings.models import Booking, Recording, Room, RoomSession
from meetings.services import scheduling
from meetings.services.opening import open_room
from meetings.services.recordings import recordings
from meetings.services.series.cancelling import cancel_all
from tests.able_provider import able, memory
from tests.provider_for_tests import Telling
from tests.services.recording import made, states

from .conftest import NOW
from .reading import form_with, text_of
from .repeating import make_series

__all__ = ["able"]

Book = Callable[..., Booking]
State = Recording.State


@pytest.fixture
def held(able: Telling, live: RoomSession) -> RoomSession:
    """A meeting that was held where recordings are kept."""
    live.end(RoomSession.EndReason.HOST)
    return live


# Giving a room up


@pytest.fixture
def used(room: Room, able: Telling) -> RoomSession:
    """Dana's permanent room, used where recordings are kept, and left."""
    Room.objects.update(provider_alias="main")
    room.refresh_from_db()
    session = open_room(room)
    session.end(RoomSession.EndReason.HOST)
    return session


@pytest.mark.parametrize(
    ("choice", "state", "is_said"),
    [("keep", State.READY, False), ("delete", State.DELETING, True)],
)
def test_giving_a_room_up_keeps_or_deletes_its_recordings_as_chosen(
    as_dana: Client,
    used: RoomSession,
    room: Room,
    choice: str,
    state: State,
    is_said: bool,
) -> None:
    made(used)
    asked = text_of(as_dana.get(f"/rooms/{room.pk}/archive/"))

    as_dana.post(f"/rooms/{room.pk}/archive/", {"recordings": choice})

    assert "The provider keeps 1 recording of what was held here" in asked
    assert states() == {"r1": state}
    said = "Its recordings are deleted at the provider" in text_of(
        as_dana.get(f"/rooms/{room.pk}/")
    )
    assert said is is_said


def test_a_room_without_recordings_asks_nothing_about_them(
    as_dana: Client, used: RoomSession, room: Room
) -> None:
    assert "recording" not in text_of(as_dana.get(f"/rooms/{room.pk}/archive/"))


def test_one_that_came_to_light_since_the_question_is_asked_about(
    as_dana: Client, used: RoomSession, room: Room
) -> None:
    as_dana.get(f"/rooms/{room.pk}/archive/")
    made(used)

    answer = as_dana.post(f"/rooms/{room.pk}/archive/")

    room.refresh_from_db()
    assert "The provider keeps 1 recording of what was held here" in text_of(answer)
    assert not room.is_archived
    assert states() == {"r1": State.READY}


def test_one_that_is_listed_while_the_room_is_given_up_goes_too(
    as_dana: Client, used: RoomSession, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.keep(used.ref.room_id, "r1")
    ask = recordings._ask

    def meanwhile(session: RoomSession) -> object:
        as_dana.post(f"/rooms/{room.pk}/archive/", {"recordings": "delete"})
        return ask(session)

    monkeypatch.setattr(recordings, "_ask", meanwhile)
    recordings.look_due()

    assert states() == {"r1": State.DELETING}


def test_a_recording_that_appears_after_the_room_was_given_up_goes_too(
    as_dana: Client, used: RoomSession, room: Room
) -> None:
    as_dana.post(f"/rooms/{room.pk}/archive/", {"recordings": "delete"})
    memory.keep(used.ref.room_id, "late")

    recordings.look_due()

    assert states() == {"late": State.DELETING}
    assert timezone.now() == NOW


# Taking a meeting out of the lists


@pytest.mark.parametrize(("choice", "state"), [("keep", State.READY), ("delete", State.DELETING)])
def test_who_removes_a_meeting_is_asked_about_its_recordings(
    as_dana: Client, held: RoomSession, dana: User, choice: str, state: State
) -> None:
    made(held)
    scheduling.cancel(Booking.objects.get(), by=dana)
    address = f"/meetings/{held.booking_id}/delete/"

    asked = as_dana.post(address)
    before = Booking.objects.get().deleted_at
    as_dana.post(address, form_with(asked, "recordings", recordings=choice))

    assert "The provider keeps 1 recording of it." in text_of(asked)
    assert before is None
    assert Booking.objects.get().deleted_at == NOW
    assert states() == {"r1": state}


def test_cancelling_a_meeting_keeps_its_recordings(as_dana: Client, held: RoomSession) -> None:
    made(held)

    as_dana.post(f"/meetings/{held.booking_id}/cancel/", {"reason": ""})

    assert states() == {"r1": State.READY}


def test_who_removes_a_series_is_asked_about_its_recordings(
    as_dana: Client, dana: User, able: Telling
) -> None:
    series = make_series(dana)
    first = series.bookings.all()[0]
    held = {"room": first.room, "booking": first, "alias": "main", "state": "ended"}
    made(RoomSession.objects.create(**held))
    address = f"/series/{series.pk}/delete/"
    ahead = as_dana.post(address, {"recordings": "delete"})
    assert ahead.headers["Location"] == f"/series/{series.pk}/"
    assert states() == {"r1": State.READY}
    cancel_all(series, by=dana, version=series.version)

    asked = as_dana.post(address)
    done = as_dana.post(address, {"recordings": "delete"})

    assert "The provider keeps 1 recording of it." in text_of(asked)
    assert done.headers["Location"] == "/meetings/"
    assert states() == {"r1": State.DELETING}
