"""Somebody who knocks keeps an empty room open, as long as they can be there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.builtin_room.sweeper import sweep
from meetings.models import Admission, RoomSession


@pytest.fixture
def empty(session: RoomSession) -> RoomSession:
    """A session that nobody has been in for two hours."""
    long_ago = timezone.now() - timedelta(hours=2)
    RoomSession.objects.filter(pk=session.pk).update(created_at=long_ago, live_at=long_ago)
    return session


def knock(session: RoomSession, *, minutes_ago: int, state: str = "waiting") -> None:
    asked = session.admissions.create(identity=f"g:{minutes_ago}", name="Wim", state=state)
    at = timezone.now() - timedelta(minutes=minutes_ago)
    Admission.objects.filter(pk=asked.pk).update(asked_at=at)


def after_sweeping(session: RoomSession) -> tuple[str, str]:
    sweep()
    session.refresh_from_db()
    return session.state, session.end_reason


def test_fresh_knock_keeps_an_empty_room_open(empty: RoomSession) -> None:
    knock(empty, minutes_ago=29)

    assert after_sweeping(empty) == ("live", "")


def test_knock_that_nobody_answered_for_half_an_hour_does_not(empty: RoomSession) -> None:
    knock(empty, minutes_ago=31)

    assert after_sweeping(empty) == ("ended", "empty")


def test_one_fresh_knock_among_old_ones_is_enough(empty: RoomSession) -> None:
    knock(empty, minutes_ago=90)
    knock(empty, minutes_ago=5)

    assert after_sweeping(empty) == ("live", "")


@pytest.mark.parametrize("state", ["refused", "removed", "admitted"])
def test_knock_that_was_answered_keeps_no_room_open(empty: RoomSession, state: str) -> None:
    knock(empty, minutes_ago=5, state=state)

    assert after_sweeping(empty) == ("ended", "empty")
