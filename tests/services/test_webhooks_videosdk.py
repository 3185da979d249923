"""What VideoSDK tells: signed, without ids and, for people, without times."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from meetings.models import Attendance, Room, RoomSession, WebhookDelivery
from tests.accounts_at_doubles import AtVideosdk
from tests.deliveries import ANA, Delivery, minutes_ago, videosdk_tells
from tests.providers.doubles.videosdk import events as videosdk_events

from .hearing import outcomes, since_an_hour, stays

pytestmark = pytest.mark.django_db


@pytest.fixture
def embedded(at_videosdk: AtVideosdk, room: Room) -> RoomSession:
    return since_an_hour(at_videosdk.hold(room))


@pytest.fixture
def says(at_videosdk: AtVideosdk, embedded: RoomSession) -> Callable[..., int]:
    def say(event: str, **more: Any) -> int:
        return videosdk_tells(at_videosdk, embedded, event, **more).arrive(embedded)

    return say


def test_person_who_comes_back_with_the_same_words_is_there_again(
    says: Callable[..., int],
) -> None:
    comings = ["joined", "joined", "left", "joined", "joined", "left", "left", "joined"]

    for each in comings:
        assert says(f"participant-{each}", who=ANA) == 200

    assert [stay[1] is None for stay in stays()] == [False, False, True]
    assert outcomes() == ["applied"] * 5


def test_same_words_in_another_run_of_the_room_are_news(says: Callable[..., int]) -> None:
    says("participant-joined", who=ANA)
    says("session-ended", end=timezone.now().isoformat())
    says("participant-joined", who=ANA, sessionId="run-2")

    assert [stay[1] is None for stay in stays()] == [False, True]


def test_session_outlives_that_everybody_has_left(
    embedded: RoomSession, says: Callable[..., int]
) -> None:
    says("participant-joined", who=ANA)

    says("session-ended", start=minutes_ago(50).isoformat(), end=timezone.now().isoformat())

    embedded.refresh_from_db()
    assert embedded.is_live
    assert Attendance.objects.get().left_at is not None


def test_end_told_late_puts_nobody_out_who_came_after_it(says: Callable[..., int]) -> None:
    says("participant-joined", who=ANA)

    says("session-ended", start=minutes_ago(50).isoformat(), end=minutes_ago(10).isoformat())

    assert stays() == [(ANA, None)]
    assert outcomes() == ["applied", "ignored"]


def test_recording_that_stopped_with_an_address_is_two_things(says: Callable[..., int]) -> None:
    for _ in range(2):
        says("recording-stopped", id="rec-1", fileUrl="https://files.example/rec-1.mp4")

    kept = WebhookDelivery.objects.order_by("pk")
    assert [each.kind for each in kept] == ["recording_ended", "recording_ready"]
    assert {each.recording_id for each in kept} == {"rec-1"}
    assert "files.example" not in str([vars(each) for each in kept])


def test_signature_of_somebody_elses_key_is_refused(
    at_videosdk: AtVideosdk, embedded: RoomSession
) -> None:
    told = videosdk_tells(at_videosdk, embedded, "participant-joined", who=ANA)
    forged = videosdk_events.signature(told.body, 1)

    assert Delivery(told.body, {"videosdk-signature": forged}).arrive(embedded) == 400

    assert not Attendance.objects.exists()
