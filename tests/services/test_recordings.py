"""Our rows of recordings, kept in step with what providers have."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from meetings.models import Outage, Recording, RoomSession
from meetings.providers.base import EventKind, ProviderEvent
from meetings.providers.errors import (
    BadCredentials,
    OutcomeUnknown,
    ProviderRefused,
    ProviderUnavailable,
    RoomNotFound,
)
from meetings.services.breakers import THRESHOLD
from meetings.services.deliveries.events import Effect, apply_event
from meetings.services.recordings import recordings
from meetings.services.recordings.recordings import NoSuchRecording
from tests.able_provider import PLACE, able, memory
from tests.accounts_at_doubles import AtPlugnmeet, at_plugnmeet
from tests.conftest import Share
from tests.provider_for_tests import Telling
from tests.together import seen_by_all, together

from .recording import ended, hold, made, states

__all__ = ["able", "at_plugnmeet"]

State = Recording.State
HOUR = timedelta(hours=1)


@pytest.fixture
def held(dana: User, able: Telling) -> RoomSession:
    """A run that ended just now."""
    return ended(hold(dana))


def pause_of(session: RoomSession) -> timedelta | None:
    session.refresh_from_db()
    due = session.recordings_due_at
    return due and due - timezone.now()


def test_a_session_that_ends_is_due(dana: User, able: Telling) -> None:
    session = hold(dana)
    assert session.recordings_due_at is None

    session.end(RoomSession.EndReason.EMPTY)

    assert session.recordings_due_at is not None


def test_what_the_provider_has_becomes_rows_and_twice_is_fine(held: RoomSession) -> None:
    memory.keep(held.ref.room_id, "r1", title="Part one", seconds=2700, size=5_500_000)
    memory.keep(held.ref.room_id, "r2", ready=False)
    memory.keep("another room", "r3")

    for _ in range(2):
        recordings.look_again(RoomSession.objects.all())
        recordings.look_due()

    assert states() == {"r1": State.READY, "r2": State.PROCESSING}
    row = Recording.objects.get(recording_id="r1")
    assert (row.session, row.title, row.minutes, row.size) == (held, "Part one", 45, 5_500_000)
    assert not row.is_outstanding
    held.refresh_from_db()
    assert held.recordings_seen_at is not None


def test_what_becomes_ready_is_ready_and_what_is_told_no_more_stays(held: RoomSession) -> None:
    memory.keep(held.ref.room_id, "r1", ready=False, seconds=600)
    recordings.look_due()
    memory.keep(held.ref.room_id, "r1", title="Named later")

    recordings.look(RoomSession.objects.get())

    row = Recording.objects.get()
    assert (row.state, row.title, row.seconds) == (State.READY, "Named later", 600)


def test_what_is_gone_there_is_missing_and_back_when_it_is_back(held: RoomSession) -> None:
    memory.keep(held.ref.room_id, "r1")
    recordings.look_due()
    kept = memory.kept.pop("r1")

    recordings.look(RoomSession.objects.get())
    assert states() == {"r1": State.MISSING}

    memory.kept["r1"] = kept
    recordings.look(RoomSession.objects.get())
    assert states() == {"r1": State.READY}


@pytest.mark.parametrize(
    "trouble", [ProviderUnavailable("away"), OutcomeUnknown("?"), RoomNotFound("no such room")]
)
def test_nothing_is_missing_unless_they_have_listed_what_they_have(
    held: RoomSession, able: Telling, trouble: Exception
) -> None:
    made(held)
    able.trouble["recordings"] = trouble  # type: ignore[assignment]

    recordings.look_due()

    assert states() == {"r1": State.READY}
    assert pause_of(held)


@pytest.mark.parametrize("state", [State.DELETING, State.DELETED])
def test_what_was_told_to_go_stays_so_whatever_they_list(held: RoomSession, state: State) -> None:
    made(held, state=state)
    memory.keep(held.ref.room_id, "r1")

    recordings.look_due()

    assert states() == {"r1": state}


def test_a_dead_provider_postpones_all_its_sessions_says_so_and_is_asked_once(
    dana: User, able: Telling
) -> None:
    sessions = [ended(hold(dana)) for _ in range(3)]
    memory.keep(sessions[2].ref.room_id, "r1")
    able.trouble["recordings"] = ProviderUnavailable("no answer", provider="Able")

    recordings.look_due()
    recordings.look_due()

    assert able.asked.count("recordings") == 1
    for session in sessions:
        assert pause_of(session)
        assert session.recordings_error == "Able: no answer"
    able.trouble.clear()
    RoomSession.objects.update(recordings_due_at=timezone.now())
    recordings.look_due()
    assert states() == {"r1": State.READY}
    assert set(RoomSession.objects.values_list("recordings_error", flat=True)) == {""}


def test_a_silence_that_is_met_here_is_on_record_like_any_other(
    held: RoomSession, able: Telling
) -> None:
    able.trouble["recordings"] = ProviderUnavailable("no answer", provider="Able")
    for _ in range(THRESHOLD):
        RoomSession.objects.update(recordings_due_at=timezone.now())
        recordings.look_due()

    assert Outage.objects.get().alias == held.alias


def test_one_that_refuses_keeps_no_other_from_its_turn(dana: User, able: Telling) -> None:
    refused, fine = ended(hold(dana)), ended(hold(dana))
    memory.keep(fine.ref.room_id, "r1")
    able.trouble["recordings"] = BadCredentials("wrong key")
    able.pause["recordings"] = lambda: (
        able.trouble.clear() if able.asked.count("recordings") > 1 else None
    )

    recordings.look_due()

    assert states() == {"r1": State.READY}
    assert pause_of(refused)
    assert refused.recordings_error == "wrong key"


def test_who_keeps_nothing_is_not_asked_and_one_that_is_gone_is_waited_for(
    dana: User, able: Telling, settings: Settings
) -> None:
    modest, gone = ended(hold(dana, "modest")), ended(hold(dana))
    settings.MEETING_PROVIDERS = {"modest": settings.MEETING_PROVIDERS["modest"]}

    recordings.look_due()

    assert pause_of(modest) is None
    assert pause_of(gone) is not None
    assert "recordings" not in able.asked
    assert not recordings.are_kept_at(["modest", "main"])


@pytest.mark.parametrize(
    ("ago", "pause"),
    [
        (timedelta(0), timedelta(minutes=1)),
        (timedelta(minutes=20), timedelta(minutes=10)),
        (timedelta(hours=23), 2 * HOUR),
        (timedelta(hours=25), None),
    ],
)
def test_pauses_grow_and_after_a_day_nothing_more_is_expected(
    dana: User, able: Telling, ago: timedelta, pause: timedelta | None
) -> None:
    session = ended(hold(dana), ago=ago)

    recordings.look_due()

    found = pause_of(session)
    assert found == pause or (found and pause and abs(found - pause) < timedelta(seconds=5))


@pytest.mark.parametrize(("days", "state"), [(6, State.PROCESSING), (8, State.FAILED)])
def test_what_is_being_made_is_waited_for_a_week(
    dana: User, able: Telling, days: int, state: State
) -> None:
    session = ended(hold(dana), ago=timedelta(days=days))
    memory.keep(session.ref.room_id, "r1", ready=False)

    recordings.look_due()

    assert states() == {"r1": state}
    assert bool(pause_of(session)) is (state == State.PROCESSING)


def test_a_live_session_is_asked_about_while_it_is_recorded(dana: User, able: Telling) -> None:
    session = hold(dana)
    session.expect_recordings()
    recordings.look_due()
    assert pause_of(session) is None

    RoomSession.objects.update(recording_since=timezone.now(), recordings_due_at=timezone.now())
    recordings.look_due()

    assert pause_of(session)


def test_what_ends_while_we_ask_stays_due(dana: User, able: Telling) -> None:
    session = hold(dana)
    session.expect_recordings()
    able.pause["recordings"] = lambda: RoomSession.objects.get().end(RoomSession.EndReason.HOST)

    recordings.look_due()

    pause = pause_of(session)
    assert pause is not None
    assert pause <= timedelta(0)


def test_whoever_is_asking_is_not_joined_by_another_worker(
    held: RoomSession, able: Telling
) -> None:
    able.pause["recordings"] = recordings.look_due  # a second worker, meanwhile

    recordings.look_due()

    assert able.asked.count("recordings") == 1


def test_nobody_is_asked_in_a_transaction(held: RoomSession, able: Telling) -> None:
    depth = len(connection.savepoint_ids)
    seen: list[int] = []
    able.pause["recordings"] = lambda: seen.append(len(connection.savepoint_ids))

    recordings.look_due()

    assert seen == [depth]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_row(dana: User, able: Telling, share_database: Share) -> None:
    session = ended(hold(dana))
    memory.keep(session.ref.room_id, "r1")
    share_database()

    def keep() -> None:
        recordings._keep(session, tuple(memory.kept.values()), timezone.now())

    assert together(keep, keep) == [None, None]

    assert seen_by_all(states) == {"r1": State.READY}


def test_a_round_ends_when_its_time_is_up(
    dana: User, able: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        ended(hold(dana))
    monkeypatch.setattr(recordings, "LONGEST_ROUND", -1)

    recordings.look_due()

    assert able.asked.count("recordings") == 0


@pytest.mark.parametrize("name", ["", "r\x00", "r" * 201])
def test_what_could_not_be_found_again_is_left_out(held: RoomSession, name: str) -> None:
    memory.keep(held.ref.room_id, name)
    memory.keep(held.ref.room_id, "r1", title="Two\x00\nlines" + "x" * 300, seconds=-1, size=2**70)

    recordings.look_due()

    row = Recording.objects.get()
    assert (row.recording_id, row.title[:10], len(row.title)) == ("r1", "Two linesx", 200)
    assert (row.seconds, row.size) == (None, None)


# Told by providers


def test_recordings_of_plugnmeet_become_rows(at_plugnmeet: AtPlugnmeet, dana: User) -> None:
    session = ended(hold(dana))
    name = at_plugnmeet.double.record(session.ref.room_id, title="Review", at=1763700000)

    recordings.look_due()

    row = Recording.objects.get()
    assert (row.recording_id, row.title, row.state) == (name, "Review", State.READY)
    assert row.size is None


@pytest.mark.parametrize(
    ("kind", "within"),
    [
        (EventKind.RECORDING_STARTED, timedelta(minutes=1)),
        (EventKind.RECORDING_READY, timedelta(0)),
    ],
)
def test_an_event_about_a_recording_has_the_provider_asked(
    dana: User, able: Telling, kind: EventKind, within: timedelta
) -> None:
    session = hold(dana)

    effect = apply_event("main", ProviderEvent(kind=kind, room_id=session.ref.room_id))

    assert effect == Effect.APPLIED
    pause = pause_of(session)
    assert pause is not None
    assert pause <= within


# Seeing one


def test_address_is_made_at_the_press(held: RoomSession) -> None:
    recording = made(held)

    assert recordings.address_of(recording).startswith(f"{PLACE}/r1")


@pytest.mark.parametrize("state", [each for each in State if each != State.READY])
def test_there_is_no_address_of_what_is_not_ready(held: RoomSession, state: State) -> None:
    with pytest.raises(NoSuchRecording):
        recordings.address_of(made(held, state=state))
    assert memory.done == []


def test_a_provider_that_refuses_the_address_is_asked_what_it_has(
    held: RoomSession, able: Telling
) -> None:
    recording = made(held)
    able.trouble["recording_url"] = ProviderRefused("recording not found")
    RoomSession.objects.update(recordings_due_at=None)

    with pytest.raises(ProviderRefused):
        recordings.address_of(recording)
    recordings.look_due()

    assert states() == {"r1": State.MISSING}


def test_nothing_is_led_to_where_the_provider_is_gone(
    held: RoomSession, settings: Settings
) -> None:
    recording = made(held)
    settings.MEETING_PROVIDERS = {}

    with pytest.raises(NoSuchRecording):
        recordings.address_of(recording)
