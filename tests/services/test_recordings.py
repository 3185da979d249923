"""Recordings that providers keep: found, led to and deleted, for the session they are of."""

import time
from collections.abc import Callable

import pytest
from pytest_django import Settings

from accounts.models import User
from meetings.models import RoomSession
from meetings.providers.errors import OutcomeUnknown, ProviderUnavailable, RoomNotFound
from meetings.providers.time_limit import time_left
from meetings.services import recordings
from meetings.services.opening import open_room
from meetings.services.recordings import NoSuchRecording
from meetings.services.rooms import create_room
from tests.able_provider import PLACE, Able, able, memory
from tests.provider_for_tests import Telling

__all__ = ["able"]

Hold = Callable[..., RoomSession]


@pytest.fixture
def hold(dana: User, able: Telling) -> Hold:
    """A run of another room of Dana's, at `main` unless said."""

    def opened(alias: str = "main") -> RoomSession:
        return open_room(create_room(dana, name="Abroad", provider_alias=alias))

    return opened


def names(*sessions: RoomSession) -> list[str]:
    return [each.recording.recording_id for each in recordings.of_sessions(sessions).kept]


def test_recordings_of_all_runs_are_found_each_with_its_run(hold: Hold) -> None:
    first, second, other = hold(), hold(), hold()
    for session, name in ((first, "r1"), (second, "r2"), (other, "r3")):
        memory.keep(session.ref.room_id, name)

    shelf = recordings.of_sessions([first, second])

    found = {each.recording.recording_id: each.session for each in shelf.kept}
    assert found == {"r1": first, "r2": second}
    assert shelf.troubles == {}


def test_provider_that_keeps_nothing_is_not_asked(
    hold: Hold, able: Telling, settings: Settings
) -> None:
    session = hold("modest")

    assert names(session) == []
    assert not recordings.are_kept_at(["modest", "gone"])
    assert recordings.are_kept_at(["modest", "main"])
    assert "recordings" not in able.asked


def test_provider_that_fails_is_told_and_not_asked_again(hold: Hold, able: Telling) -> None:
    sessions = [hold(), hold()]
    able.trouble["recordings"] = ProviderUnavailable("no answer", provider="Able")

    shelf = recordings.of_sessions(sessions)

    assert shelf.troubles == {"main": "Able: no answer"}
    assert able.asked.count("recordings") == 1


def test_one_provider_that_fails_hides_nothing_of_another(
    hold: Hold, able: Telling, settings: Settings
) -> None:
    class_path = f"{Able.__module__}.Able"
    settings.MEETING_PROVIDERS = {
        **settings.MEETING_PROVIDERS,
        "spare": {"BACKEND": class_path},
    }
    failing, fine = hold(), hold("spare")
    memory.keep(fine.ref.room_id, "r1")
    able.trouble["recordings"] = ProviderUnavailable("no answer")
    able.pause["recordings"] = lambda: (
        able.trouble.clear() if able.asked.count("recordings") > 1 else None
    )

    shelf = recordings.of_sessions([failing, fine])

    assert set(shelf.troubles) == {"main"}
    assert [each.session for each in shelf.kept] == [fine]


def test_all_questions_together_take_no_longer_than_a_page_may(
    hold: Hold, able: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "LONGEST_LOOK", 0.3)
    sessions = [hold(), hold(), hold()]
    memory.keep(sessions[0].ref.room_id, "r1")
    left: list[float | None] = []
    able.pause["recordings"] = lambda: (left.append(time_left()), time.sleep(0.4))

    shelf = recordings.of_sessions(sessions)

    assert [each.recording.recording_id for each in shelf.kept] == ["r1"]
    assert shelf.troubles == {"main": "there was no time to ask about all of them."}
    assert len(left) == 1
    assert left[0]
    assert 0 < left[0] <= 0.3


def test_room_that_they_have_forgotten_has_no_recordings(hold: Hold, able: Telling) -> None:
    able.trouble["recordings"] = RoomNotFound("no such room")

    shelf = recordings.of_sessions([hold()])

    assert (shelf.kept, shelf.troubles) == ([], {})


def test_only_the_latest_runs_are_asked_about(hold: Hold, able: Telling) -> None:
    session = hold()

    recordings.of_sessions([session] * 30)

    assert able.asked.count("recordings") == recordings.MOST_SESSIONS


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(None, None), (0, None), (5, 1), (89, 1), (91, 2), (3600, 60)]
)
def test_length_is_told_in_minutes(hold: Hold, seconds: int | None, minutes: int | None) -> None:
    session = hold()
    memory.keep(session.ref.room_id, "r1", seconds=seconds)

    (kept,) = recordings.of_sessions([session]).kept

    assert kept.minutes == minutes


def test_address_is_made_for_a_recording_of_this_run_alone(hold: Hold, able: Telling) -> None:
    mine, theirs = hold(), hold()
    memory.keep(mine.ref.room_id, "r1")
    memory.keep(theirs.ref.room_id, "r2")

    assert recordings.url(mine, "r1").startswith(f"{PLACE}/r1")
    with pytest.raises(NoSuchRecording):
        recordings.url(mine, "r2")
    assert ("recording_url", "r2") not in memory.done


def test_recording_of_somebody_else_is_not_deleted(hold: Hold) -> None:
    mine, theirs = hold(), hold()
    memory.keep(theirs.ref.room_id, "r2")

    recordings.delete(mine, "r2")

    assert "r2" in memory.kept
    assert memory.done == []


def test_recording_is_deleted_and_twice_is_fine(hold: Hold) -> None:
    session = hold()
    memory.keep(session.ref.room_id, "r1")

    recordings.delete(session, "r1")
    recordings.delete(session, "r1")

    assert memory.kept == {}
    assert memory.done == [("delete_recording", "r1")]


def test_delete_whose_answer_was_lost_can_be_repeated(hold: Hold, able: Telling) -> None:
    session = hold()
    memory.keep(session.ref.room_id, "r1")
    able.trouble["delete_recording"] = OutcomeUnknown("no answer")
    with pytest.raises(OutcomeUnknown):
        recordings.delete(session, "r1")
    able.trouble.clear()

    recordings.delete(session, "r1")

    assert memory.kept == {}


def test_nothing_is_led_to_where_the_provider_is_gone(hold: Hold, settings: Settings) -> None:
    session = hold()
    memory.keep(session.ref.room_id, "r1")
    settings.MEETING_PROVIDERS = {}

    with pytest.raises(NoSuchRecording):
        recordings.url(session, "r1")
    recordings.delete(session, "r1")

    assert "r1" in memory.kept
