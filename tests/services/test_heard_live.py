"""The doubles tell the running site what people do there, and our pages know it."""

import time
from collections.abc import Callable

import pytest

from meetings.models import Attendance, Room, RoomSession
from meetings.services import hosting, registering
from tests.accounts_at_doubles import AtPlugnmeet, AtVideosdk, AtXroom
from tests.conftest import Share
from tests.deliveries import ANA
from tests.together import seen_by_all

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("running_site")]


def inside() -> list[str]:
    return list(Attendance.objects.filter(left_at=None).values_list("identity", flat=True))


def state() -> str:
    session = RoomSession.objects.get()
    return session.end_reason or session.state


def soon(ask: Callable[[], object], expected: object) -> bool:
    """Whether this becomes true within some seconds: deliveries go their own way."""
    until = time.monotonic() + 10
    while seen_by_all(ask) != expected:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def test_plugnmeet_tells_who_is_inside_and_that_it_is_over(
    at_plugnmeet: AtPlugnmeet, room: Room, share_database: Share
) -> None:
    session = at_plugnmeet.hold(room)
    share_database()
    at_plugnmeet.double.switch |= {"sends_webhooks": True}

    at_plugnmeet.come(session.ref, ANA, "Ana")
    assert soon(inside, [ANA])
    at_plugnmeet.leave(session.ref, ANA)

    assert soon(inside, [])
    assert soon(state, "provider")


def test_videosdk_tells_who_is_inside_also_when_they_come_back(
    at_videosdk: AtVideosdk, room: Room, share_database: Share
) -> None:
    session = at_videosdk.hold(room)
    share_database()

    for _ in range(2):
        at_videosdk.come(session.ref, ANA, "Ana")
        assert soon(inside, [ANA])
        at_videosdk.leave(session.ref, ANA)
        assert soon(inside, [])

    assert seen_by_all(state) == "live"
    seen_by_all(lambda: hosting.end_for_all(session))
    assert soon(state, "host")


def test_xroom_hints_that_a_room_was_closed(
    at_xroom: AtXroom, room: Room, share_database: Share
) -> None:
    session = at_xroom.hold(room)
    share_database()
    seen_by_all(registering.register_due)
    at_xroom.close(session.ref)

    at_xroom.double.announce("roomRemoved", session.provider_room_id)

    assert soon(state, "provider")
