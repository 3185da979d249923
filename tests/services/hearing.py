"""A session at plugNmeet's double, what is told of it, and what came of that."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from meetings.models import Attendance, Room, RoomSession, WebhookDelivery
from tests.accounts_at_doubles import AtPlugnmeet
from tests.deliveries import Delivery, minutes_ago, plugnmeet_tells

Tells = Callable[..., Delivery]


def since_an_hour(session: RoomSession) -> RoomSession:
    RoomSession.objects.update(live_at=minutes_ago(60))
    session.refresh_from_db()
    return session


@pytest.fixture
def session(at_plugnmeet: AtPlugnmeet, room: Room) -> RoomSession:
    return since_an_hour(at_plugnmeet.hold(room))


@pytest.fixture
def tells(at_plugnmeet: AtPlugnmeet, session: RoomSession) -> Tells:
    def tell(event: str, **more: Any) -> Delivery:
        return plugnmeet_tells(at_plugnmeet, session, event, **more)

    return tell


def stays() -> list[tuple[str, int | None]]:
    """Who stayed for how many minutes; None while they are still there."""
    minute = timedelta(minutes=1)
    return [
        (each.identity, round((each.left_at - each.joined_at) / minute) if each.left_at else None)
        for each in Attendance.objects.all()
    ]


def outcomes() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("outcome", flat=True))
