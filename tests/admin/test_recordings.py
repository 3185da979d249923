"""Recordings in the administration: found by state, asked about, deleted where they are."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from meetings.models import Booking, Recording, RoomSession
from tests.able_provider import PLACE, able, memory
from tests.provider_for_tests import Telling
from tests.services.recording import ended, hold, made, states

from .conftest import act, list_of, page_of

__all__ = ["able"]

Book = Callable[..., Booking]
State = Recording.State


@pytest.fixture
def recording(dana: User, able: Telling) -> Recording:
    """One that is there, as its provider has it."""
    session = ended(hold(dana))
    memory.keep(session.ref.room_id, "r1")
    return made(session, title="Part one", seconds=2700, size=5_500_000)


def test_list_tells_what_it_is_and_who_may_see_it(as_staff: Client, recording: Recording) -> None:
    text = as_staff.get(list_of(Recording)).text

    for words in ("Part one", "Abroad", "main", "Ready", "45 minutes", "5.2", "Only me"):
        assert words in text


@pytest.mark.parametrize(
    ("asked", "found"),
    [("?state__exact=ready", True), ("?state__exact=deleted", False), ("?q=abroad", True)],
)
def test_it_is_found_by_state_and_words(
    as_staff: Client, recording: Recording, asked: str, found: bool
) -> None:
    assert ("Part one" in as_staff.get(list_of(Recording, asked)).text) is found


def test_its_page_leads_to_no_file(as_staff: Client, recording: Recording) -> None:
    text = as_staff.get(page_of(recording)).text

    assert "Part one" in text
    assert PLACE not in text
    assert "r1" in text


def test_it_is_deleted_at_the_provider(as_staff: Client, staff: User, recording: Recording) -> None:
    first = act(as_staff, "delete_there", recording)
    second = act(as_staff, "delete_there", recording)

    assert "1 recording is being deleted." in first
    assert "Nothing to do" in second
    assert states() == {"r1": State.DELETING}
    recording.refresh_from_db()
    assert recording.deleted_by == staff


def test_the_provider_is_asked_again(as_staff: Client, recording: Recording) -> None:
    RoomSession.objects.update(recordings_due_at=None)

    answer = act(as_staff, "look_again", recording)

    assert "The provider is being asked." in answer
    assert RoomSession.objects.filter(recordings_due_at__isnull=False).exists()
