"""Sessions elsewhere that nobody uses any more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.utils import timezone
from pytest_django import Settings

from meetings import tasks
from meetings.models import Admission, Attendance, Booking, Room, RoomSession
from meetings.models.session import CLAIM_LASTS
from meetings.providers.errors import ProviderUnavailable, RoomNotFound
from meetings.services.closing import (
    GIVEN_UP_AFTER,
    close_forgotten_stays,
    end_unused,
    give_up_dead_openings,
)
from tests.accounts_at_doubles import AtVideosdk, AtXroom, hold
from tests.deliveries import ANA, minutes_ago
from tests.provider_for_tests import Telling
from tests.providers.doubles import base as faults

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]

OVER = timedelta(minutes=30 + 30)  # its length, and the time to finish one's sentence


@pytest.fixture
def booking(book: Book) -> Booking:
    return book("Review", at=timezone.now(), minutes=30)


def at(session: RoomSession, since_start: timedelta) -> str:
    """What has become of the session once the minute's task has run, that long after its start."""
    with time_machine.travel(timezone.now() + since_start):
        end_unused()
    session.refresh_from_db()
    return session.end_reason or session.state


def stay(session: RoomSession, *, since: float = 5) -> Attendance:
    return Attendance.objects.create(
        session=session, identity=ANA, name="Ana", joined_at=minutes_ago(since)
    )


# At VideoSDK, where a room never ends by itself


def test_meeting_that_everybody_has_left_ends_when_its_time_is_over(
    at_videosdk: AtVideosdk, booking: Booking
) -> None:
    session = at_videosdk.hold(booking.room, booking)

    assert at(session, OVER - timedelta(minutes=1)) == "live"
    assert at(session, OVER + timedelta(minutes=1)) == "time"

    assert "/v2/rooms/deactivate" in at_videosdk.double.paths()


def test_meeting_goes_on_over_its_time_while_somebody_is_inside(
    at_videosdk: AtVideosdk, booking: Booking
) -> None:
    session = at_videosdk.hold(booking.room, booking)
    at_videosdk.come(session.ref, ANA, "Ana")

    assert at(session, OVER * 2) == "live"
    at_videosdk.leave(session.ref, ANA)

    assert at(session, OVER * 2) == "time"


def test_provider_that_is_down_is_waited_for_but_not_for_ever(
    at_videosdk: AtVideosdk, booking: Booking
) -> None:
    session = at_videosdk.hold(booking.room, booking)

    with at_videosdk.double.failing(faults.html_503):
        assert at(session, OVER * 2) == "live"
        assert at(session, OVER + timedelta(days=1, minutes=1)) == "time"


def test_room_without_a_meeting_ends_ten_minutes_after_the_last_one_left(
    at_videosdk: AtVideosdk, room: Room
) -> None:
    session = at_videosdk.hold(room)
    Attendance.objects.create(
        session=session, identity=ANA, name="Ana", joined_at=minutes_ago(5), left_at=timezone.now()
    )

    assert at(session, timedelta(minutes=9)) == "live"
    assert at(session, timedelta(minutes=11)) == "empty"


def test_room_without_a_meeting_goes_on_while_somebody_is_said_to_be_inside(
    at_videosdk: AtVideosdk, room: Room
) -> None:
    session = at_videosdk.hold(room)
    stay(session)

    assert at(session, timedelta(hours=1)) == "live"


def test_room_without_a_meeting_goes_on_while_somebody_waits_at_its_door(
    at_videosdk: AtVideosdk, room: Room
) -> None:
    session = at_videosdk.hold(room)
    Admission.objects.create(
        session=session, identity=ANA, name="Ana", role="participant", state="waiting"
    )

    assert at(session, timedelta(minutes=20)) == "live"
    assert at(session, timedelta(minutes=40)) == "empty"


# At xroom, which says how many are inside


def test_empty_room_at_xroom_ends_and_is_closed_there(at_xroom: AtXroom, booking: Booking) -> None:
    session = at_xroom.hold(booking.room, booking)
    at_xroom.come(session.ref, "p1", "")

    assert at(session, OVER * 2) == "live"
    at_xroom.leave(session.ref, "p1")

    assert at(session, OVER * 2) == "time"
    assert not at_xroom.is_open(session.ref)


# Anywhere


@pytest.fixture
def session(elsewhere: Telling, booking: Booking) -> RoomSession:
    return hold(booking.room, booking)


def test_room_that_is_gone_when_its_time_is_over_ended_in_time(
    session: RoomSession, elsewhere: Telling
) -> None:
    came = stay(session)
    elsewhere.live.clear()

    assert at(session, OVER * 2) == "time"

    came.refresh_from_db()
    assert came.left_at is not None
    assert came.left_after == came.joined_at


def test_open_room_without_a_roster_is_let_be_for_a_day(session: RoomSession) -> None:
    assert at(session, OVER * 2) == "live"
    assert at(session, OVER + timedelta(days=1, minutes=1)) == "time"


def test_open_room_with_somebody_inside_as_we_were_told_is_let_be(session: RoomSession) -> None:
    stay(session)

    assert at(session, OVER + timedelta(days=3)) == "live"


def test_provider_that_can_say_nothing_is_left_by_our_clock_and_throws_nobody_out(
    session: RoomSession, elsewhere: Telling
) -> None:
    RoomSession.objects.update(alias="modest")

    assert at(session, OVER + timedelta(minutes=1)) == "time"

    assert "end_room" not in elsewhere.asked


def test_room_without_a_meeting_at_such_a_provider_ends_after_a_working_day(
    session: RoomSession,
) -> None:
    RoomSession.objects.update(alias="modest", booking=None)

    assert at(session, timedelta(hours=7)) == "live"
    assert at(session, timedelta(hours=9)) == "empty"


def test_session_whose_account_was_taken_away_ends_in_time(session: RoomSession) -> None:
    RoomSession.objects.update(alias="gone")

    assert at(session, timedelta(minutes=30)) == "live"
    assert at(session, OVER * 2) == "time"


@pytest.mark.parametrize("trouble", [ProviderUnavailable("is away"), RoomNotFound("is gone")])
def test_roster_in_trouble(
    at_xroom: AtXroom, room: Room, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    session = at_xroom.hold(room)

    def roster(*_: Any) -> None:
        raise trouble

    monkeypatch.setattr(type(at_xroom.provider), "roster", roster)

    ended = isinstance(trouble, RoomNotFound)
    assert at(session, timedelta(minutes=20)) == ("empty" if ended else "live")


def test_builtin_rooms_are_the_sweepers(booking: Booking, settings: Settings) -> None:
    session = hold(booking.room, booking, alias="builtin")

    assert at(session, OVER * 2) == "live"


def test_stays_that_nobody_ended_end_with_their_session(session: RoomSession) -> None:
    came = stay(session)
    session.end(RoomSession.EndReason.HOST)

    close_forgotten_stays()
    came.refresh_from_db()
    assert came.left_at is None  # the provider may yet tell when they left
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        close_forgotten_stays()

    came.refresh_from_db()
    assert came.left_at == session.ended_at
    assert came.left_after == came.joined_at  # that is all we know


def test_session_whose_secrets_nobody_can_read_any_more_keeps_no_other_open(
    at_videosdk: AtVideosdk, room: Room, booking: Booking, settings: Settings
) -> None:
    unreadable = at_videosdk.hold(room)
    RoomSession.objects.filter(pk=unreadable.pk).update(host_key="h0st-k3y", passcode="passc0de")
    session = at_videosdk.hold(booking.room, booking)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    ended = at(session, OVER + timedelta(minutes=1))

    assert ended == "time"


def test_worker_does_all_this_every_minute(at_videosdk: AtVideosdk, booking: Booking) -> None:
    session = at_videosdk.hold(booking.room, booking)

    with time_machine.travel(timezone.now() + OVER * 2):
        tasks.close_what_is_over.call_local()
        tasks.hear_providers.call_local()
        tasks.forget_deliveries.call_local()

    session.refresh_from_db()
    assert session.end_reason == "time"


# Opened by nobody any more


def being_opened(booking: Booking, *, since: timedelta) -> RoomSession:
    session = RoomSession.objects.create(room=booking.room, booking=booking, alias="main")
    session.take_claim()
    RoomSession.objects.update(claimed_at=timezone.now() - since)
    return session


def test_session_whose_opener_died_and_to_which_nobody_came_is_given_up(
    elsewhere: Telling, booking: Booking, django_capture_on_commit_callbacks: Any
) -> None:
    session = being_opened(booking, since=GIVEN_UP_AFTER + timedelta(seconds=1))
    elsewhere.live.add(session.key)

    with django_capture_on_commit_callbacks(execute=True):
        give_up_dead_openings()

    session.refresh_from_db()
    assert session.state == RoomSession.State.FAILED
    assert session.key not in elsewhere.live  # it may have been open


def test_session_that_may_still_be_opened_is_let_be(elsewhere: Telling, booking: Booking) -> None:
    session = being_opened(booking, since=CLAIM_LASTS + timedelta(seconds=1))

    give_up_dead_openings()

    session.refresh_from_db()
    assert session.state == RoomSession.State.OPENING
