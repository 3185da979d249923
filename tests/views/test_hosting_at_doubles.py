"""The host's buttons over HTTP: what arrives at each provider's double, every call signed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from meetings.models import RoomSession
from meetings.providers.base import Attendee
from meetings.providers.videosdk.tokens import participant_id_of
from meetings.services.opening import open_room
from meetings.services.recordings import deletions, recordings
from meetings.services.rooms import create_room
from tests.providers.doubles import base as faults
from tests.providers.doubles import plugnmeet, videosdk, xroom
from tests.providers.doubles.base import Double

from .reading import page, text_of

At = Callable[[Double, str], RoomSession]


@pytest.fixture
def clock() -> None:
    """It runs: signatures and tokens are checked against it."""


@pytest.fixture
def at(settings: Settings, dana: User) -> At:
    """A permanent room of Dana's that runs at a double."""

    def opened(double: Double, backend: str) -> RoomSession:
        options = {**double.account(), "read_timeout": "8"}
        settings.MEETING_PROVIDERS = {"main": {"BACKEND": backend, "OPTIONS": options}}
        return open_room(create_room(dana, name="Office hours"))

    return opened


def press(client: Client, session: RoomSession, button: str, **values: object) -> Any:
    return client.post(f"/sessions/{session.pk}/{button}/", values, follow=True)


def shelf_of(client: Client, session: RoomSession) -> str:
    """The room's page, after the worker has asked and done what it is to do."""
    RoomSession.objects.filter(pk=session.pk).update(recordings_due_at=timezone.now())
    session.refresh_from_db()
    recordings.look(session)
    deletions.delete_due()
    return text_of(client.get(f"/rooms/{session.room_id}/"))


def press_at(client: Client, session: RoomSession, button: str) -> Any:
    recording = session.recordings.get()
    return client.post(f"/recordings/{recording.pk}/{button}/", follow=True)


def test_lock_and_passcode_arrive_at_xroom(as_dana: Client, at: At) -> None:
    with xroom.Double() as double:
        session = at(double, "xroom")

        press(as_dana, session, "lock", locked="1")
        locked = press(as_dana, session, "passcode", passcode="ärger 100%25&日本")
        (room,) = double.rooms.values()
        held = (room.locked, room.password)
        press(as_dana, session, "lock", locked="0")
        press(as_dana, session, "passcode", clear="1")

        assert held == (True, "ärger 100%25&日本")
        assert (room.locked, room.password) == (False, None)
        assert "People are asked for the new passcode" in text_of(locked)
        assert "100%25" not in page(locked)
        assert all(call.verified for call in double.journal)


def test_xroom_that_breaks_down_is_told_and_our_lock_holds(as_dana: Client, at: At) -> None:
    with xroom.Double() as double:
        session = at(double, "xroom")

        with double.failing(faults.html_503):
            failed = press(as_dana, session, "lock", locked="1")
        again = press(as_dana, session, "lock", locked="1")

        (room,) = double.rooms.values()
        assert "The meeting is locked. The provider did not do it" in text_of(failed)
        assert "did not do it" not in text_of(again)
        assert room.locked


def test_xroom_removes_nobody_and_our_door_says_so(as_dana: Client, at: At) -> None:
    with xroom.Double() as double:
        session = at(double, "xroom")
        session.admissions.create(identity="g:ana", name="Ana", state="admitted")
        asked = len(double.journal)

        answer = press(as_dana, session, "remove", person="g:ana")

        assert "They may still be inside until they leave." in text_of(answer)
        assert len(double.journal) == asked
        assert session.admissions.get().state == "removed"


def test_removed_person_is_put_out_at_videosdk(as_dana: Client, client: Client, at: At) -> None:
    with videosdk.Double() as double:
        session = at(double, "videosdk")
        came, stays = "g:" + "a" * 32, "g:" + "b" * 32
        for identity in (came, stays):
            session.admissions.create(identity=identity, name="Ana", state="admitted")
            _enter(double, session, identity)

        answer = press(as_dana, session, "remove", person=came)

        assert "They are removed." in text_of(answer)
        assert len(double.inside(session.provider_room_id)) == 1
        assert all(call.verified for call in double.journal)


def _enter(double: videosdk.Double, session: RoomSession, identity: str) -> None:
    person = Attendee(key=identity, name="Ana")
    double.enter(session.provider_room_id, participant_id_of(person), "Ana")


def test_recording_at_videosdk_is_made_listed_and_deleted(as_dana: Client, at: At) -> None:
    with videosdk.Double() as double:
        session = at(double, "videosdk")
        _enter(double, session, "g:" + "a" * 32)

        press(as_dana, session, "record", on="1")
        press(as_dana, session, "record", on="0")
        listed = shelf_of(as_dana, session)
        download = press_at(as_dana, session, "open")
        press_at(as_dana, session, "delete")
        gone = shelf_of(as_dana, session)

        assert "Watch or download" in listed
        assert download.headers["Refresh"].startswith("0; url=https://")
        assert "Watch or download" not in gone
        assert double.recordings == []
        assert all(call.verified for call in double.journal)


def test_recording_where_nobody_is_inside_is_refused_in_their_words(
    as_dana: Client, at: At
) -> None:
    with videosdk.Double() as double:
        answer = press(as_dana, at(double, "videosdk"), "record", on="1")

        assert "Nothing has changed. The provider did not do it: VideoSDK" in text_of(answer)


def test_recording_at_plugnmeet_is_listed_led_to_and_deleted(as_dana: Client, at: At) -> None:
    with plugnmeet.Double() as double:
        session = at(double, "plugnmeet")
        began = (timezone.now() - timedelta(minutes=5)).timestamp()
        double.record(session.key, title="Office hours", at=began)

        listed = shelf_of(as_dana, session)
        download = press_at(as_dana, session, "open")
        press_at(as_dana, session, "delete")
        gone = shelf_of(as_dana, session)

        assert "Watch or download" in listed
        assert "/download/recording/" in download.headers["Refresh"]
        assert "Watch or download" not in gone
        assert not session.recordings.kept()


def test_plugnmeet_locks_at_our_door_alone(as_dana: Client, client: Client, at: At) -> None:
    with plugnmeet.Double() as double:
        session = at(double, "plugnmeet")
        asked = len(double.journal)

        press(as_dana, session, "lock", locked="1")

        door = session.room.links.get(purpose="participant").get_absolute_url()
        assert "locked" in text_of(client.get(door))
        assert len(double.journal) == asked
