"""What a provider says of a session when it is asked."""

import pytest
import time_machine
from django.utils import timezone

from meetings.models import Attendance, Room, RoomSession
from meetings.providers.errors import ProviderUnavailable, RoomNotFound
from meetings.services.checking import JUST_CAME, check_session
from meetings.services.rooms import create_room
from tests.accounts_at_doubles import AtPlugnmeet, AtVideosdk, AtXroom, hold
from tests.deliveries import ANA, minutes_ago
from tests.provider_for_tests import Telling
from tests.providers.doubles import base as faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(elsewhere: Telling, room: Room) -> RoomSession:
    return hold(room)


def stay(session: RoomSession, *, since: float = 5) -> Attendance:
    return Attendance.objects.create(
        session=session, identity=ANA, name="Ana", joined_at=minutes_ago(since)
    )


def test_room_that_is_open_changes_nothing(session: RoomSession) -> None:
    came = stay(session)

    assert check_session(session) is True

    session.refresh_from_db()
    came.refresh_from_db()
    assert (session.is_live, came.left_at) == (True, None)


@pytest.mark.parametrize("gone", ["not open", "unknown"])
def test_room_that_is_gone_ends_the_session_and_every_stay(
    session: RoomSession, elsewhere: Telling, gone: str
) -> None:
    came = stay(session)
    elsewhere.live.clear()
    if gone == "unknown":
        elsewhere.trouble["is_live"] = RoomNotFound("no such room")

    assert check_session(session) is False

    came.refresh_from_db()
    assert (session.state, session.end_reason) == ("ended", "provider")
    assert came.left_at == session.ended_at


def test_provider_that_does_not_answer_says_nothing(
    session: RoomSession, elsewhere: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere.trouble["is_live"] = ProviderUnavailable("is away")

    assert check_session(session) is None

    session.refresh_from_db()
    assert session.is_live
    assert "is away" in caplog.text


@pytest.mark.parametrize("alias", ["modest", "gone"])
def test_provider_that_cannot_say_or_is_gone_says_nothing(
    session: RoomSession, elsewhere: Telling, alias: str
) -> None:
    RoomSession.objects.update(alias=alias)
    session.refresh_from_db()

    assert check_session(session) is None
    assert "is_live" not in elsewhere.asked


def test_session_that_does_not_run_is_not_asked_about(
    session: RoomSession, elsewhere: Telling
) -> None:
    session.end(RoomSession.EndReason.HOST)
    opening = RoomSession.objects.create(room=session.room, alias="main")

    assert check_session(session) is False
    assert check_session(opening) is None
    assert "is_live" not in elsewhere.asked


def test_reason_of_who_was_first_stands(session: RoomSession, elsewhere: Telling) -> None:
    mine = RoomSession.objects.get(pk=session.pk)
    elsewhere.live.clear()
    elsewhere.pause["is_live"] = lambda: mine.end(RoomSession.EndReason.HOST)

    assert check_session(session) is False

    session.refresh_from_db()
    assert session.end_reason == "host"


def test_nobody_at_videosdk_is_no_end(at_videosdk: AtVideosdk, room: Room) -> None:
    session = at_videosdk.hold(room)
    came = stay(session)

    assert check_session(session) is True

    session.refresh_from_db()
    came.refresh_from_db()
    assert session.is_live
    assert came.left_at is not None


def test_who_has_just_come_to_videosdk_may_not_be_on_its_list_yet(
    at_videosdk: AtVideosdk, room: Room
) -> None:
    session = at_videosdk.hold(room)
    came = stay(session, since=0)

    assert check_session(session) is True
    came.refresh_from_db()
    assert came.left_at is None

    with time_machine.travel(timezone.now() + JUST_CAME * 2):
        check_session(session)
    came.refresh_from_db()
    assert came.left_at is not None


def test_people_come_back_to_videosdk_into_the_same_session(
    at_videosdk: AtVideosdk, room: Room
) -> None:
    session = at_videosdk.hold(room)
    at_videosdk.come(session.ref, ANA, "Ana")
    at_videosdk.leave(session.ref, ANA)
    check_session(session)

    at_videosdk.come(session.ref, ANA, "Ana")

    assert check_session(session) is True
    session.refresh_from_db()
    assert session.is_live


def test_doubles_of_others_say_what_is_true(at_plugnmeet: AtPlugnmeet, room: Room) -> None:
    session = at_plugnmeet.hold(room)

    assert check_session(session) is True
    with at_plugnmeet.double.failing(faults.html_503):
        assert check_session(session) is None
    at_plugnmeet.close(session.ref)

    assert check_session(session) is False


def test_xroom_says_what_is_true(at_xroom: AtXroom, room: Room) -> None:
    session = at_xroom.hold(room)

    assert check_session(session) is True
    with at_xroom.double.failing(faults.status(500)):
        assert check_session(session) is None
    at_xroom.close(session.ref)

    assert check_session(session) is False


def test_builtin_room_is_its_own_witness(room: Room) -> None:
    session = hold(create_room(room.owner, name="Here"), alias="builtin")

    assert check_session(session) is True
