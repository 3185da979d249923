"""Recordings deleted where they are: wanted at the click, done whatever happens."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from meetings.models import Recording, RoomSession
from meetings.providers.errors import (
    BadCredentials,
    OutcomeUnknown,
    ProviderUnavailable,
    RoomNotFound,
)
from meetings.services.recordings import deletions, recordings
from tests.able_provider import able, memory
from tests.provider_for_tests import Telling

from .recording import ended, hold, made, states

__all__ = ["able"]

State = Recording.State


@pytest.fixture
def held(dana: User, able: Telling) -> RoomSession:
    return ended(hold(dana))


@pytest.fixture
def recording(held: RoomSession) -> Recording:
    memory.keep(held.ref.room_id, "r1")
    return made(held)


def want(recording: Recording, by: User | None) -> int:
    return deletions.delete(Recording.objects.filter(pk=recording.pk), by=by)


def be_due() -> None:
    Recording.objects.outstanding().update(next_try_at=timezone.now())


class Killed(BaseException):
    """The process is gone."""


def test_from_the_click_on_it_is_being_deleted_and_then_it_is_known_who_did(
    recording: Recording, dana: User
) -> None:
    assert want(recording, dana) == 1
    assert states() == {"r1": State.DELETING}
    assert memory.done == []

    deletions.delete_due()

    recording.refresh_from_db()
    assert (recording.state, recording.deleted_by) == (State.DELETED, dana)
    assert recording.deleted_at is not None
    assert not recording.is_outstanding
    assert memory.kept == {}


def test_the_queue_does_it_as_soon_as_the_click_is_saved(
    recording: Recording,
    dana: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        want(recording, dana)

    assert states() == {"r1": State.DELETED}


def test_twice_is_fine(recording: Recording, dana: User, colin: User) -> None:
    want(recording, dana)
    assert want(recording, colin) == 0
    deletions.delete_due()
    assert want(recording, colin) == 0
    deletions.delete_due()

    recording.refresh_from_db()
    assert recording.deleted_by == dana
    assert memory.done == [("delete_recording", "r1")]


@pytest.mark.parametrize("trouble", [ProviderUnavailable("away"), OutcomeUnknown("cut off")])
def test_no_answer_is_told_and_tried_again(
    recording: Recording, dana: User, able: Telling, trouble: Exception
) -> None:
    want(recording, dana)
    able.trouble["delete_recording"] = trouble  # type: ignore[assignment]
    deletions.delete_due()
    recording.refresh_from_db()
    assert (recording.state, recording.error) == (State.DELETING, str(trouble))
    assert recording.next_try_at is not None
    assert recording.next_try_at > timezone.now()

    able.trouble.clear()
    be_due()
    deletions.delete_due()

    assert states() == {"r1": State.DELETED}


def test_an_answer_lost_after_the_effect_does_no_harm(
    recording: Recording, dana: User, able: Telling
) -> None:
    want(recording, dana)
    able.pause["delete_recording"] = memory.kept.clear
    able.trouble["delete_recording"] = OutcomeUnknown("cut off")
    deletions.delete_due()
    able.forget()

    be_due()
    deletions.delete_due()

    assert states() == {"r1": State.DELETED}


def test_killed_between_their_yes_and_our_save_it_is_finished_by_the_next(
    recording: Recording, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    want(recording, dana)

    def die(*_: object, **__: object) -> bool:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Recording, "settle", die)
        with pytest.raises(Killed):
            deletions.delete_due()
    assert memory.kept == {}
    deletions.delete_due()
    assert states() == {"r1": State.DELETING}  # the dead one's lease still stands

    Recording.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    deletions.delete_due()

    assert states() == {"r1": State.DELETED}


def test_what_they_do_not_know_is_deleted(recording: Recording, dana: User, able: Telling) -> None:
    able.trouble["delete_recording"] = RoomNotFound("never heard of it")
    want(recording, dana)

    deletions.delete_due()

    assert states() == {"r1": State.DELETED}


def test_a_no_is_told_and_tried_again_in_an_hour(
    recording: Recording, dana: User, able: Telling
) -> None:
    able.trouble["delete_recording"] = BadCredentials("wrong key")
    want(recording, dana)

    deletions.delete_due()

    recording.refresh_from_db()
    assert (recording.state, recording.error) == (State.DELETING, "wrong key")
    assert recording.next_try_at is not None
    assert recording.next_try_at > timezone.now() + timedelta(minutes=55)


def test_an_account_that_is_gone_is_waited_for(
    recording: Recording, dana: User, settings: Settings
) -> None:
    settings.MEETING_PROVIDERS = {}
    want(recording, dana)

    deletions.delete_due()

    recording.refresh_from_db()
    assert recording.state == State.DELETING
    assert "main" in recording.error


def test_a_silent_provider_is_tried_once_a_round(
    held: RoomSession, dana: User, able: Telling
) -> None:
    for name in ("r1", "r2", "r3"):
        want(made(held, name), dana)
    able.trouble["delete_recording"] = ProviderUnavailable("away")

    deletions.delete_due()

    assert able.asked.count("delete_recording") == 1


def test_what_has_expired_is_deleted_by_nobody_in_particular(
    held: RoomSession, recording: Recording
) -> None:
    later = timezone.now() + timedelta(hours=1)
    kept = made(held, "r2", expires_at=later)
    Recording.objects.filter(pk=recording.pk).update(expires_at=timezone.now())

    deletions.delete_due()

    assert states() == {"r1": State.DELETED, "r2": State.READY}
    recording.refresh_from_db()
    assert recording.deleted_by is None
    assert kept.expires_at == later


def test_what_is_given_more_time_this_moment_is_kept(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletions, "_expired", lambda: [recording.pk])

    deletions.delete_due()

    assert states() == {"r1": State.READY}


def test_a_look_meanwhile_does_not_bring_it_back(
    held: RoomSession, recording: Recording, dana: User, able: Telling
) -> None:
    able.pause["recordings"] = lambda: want(recording, dana)

    recordings.look_due()

    assert states() == {"r1": State.DELETING}
