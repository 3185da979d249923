"""What a page tells of its microphone, camera, screen and hand."""

from typing import Any

import pytest

from meetings.builtin_room.protocol import Close, Code
from meetings.models import RoomPeer, RoomSession

from .commands import do, refusal, told
from .conftest import ComeIn


def test_state_tells_what_microphone_camera_screen_and_hand_do(
    session: RoomSession, ana: RoomPeer
) -> None:
    media = {"audio": False, "screen": True, "smell": True}

    [state] = told(do(session, ana, "state", media=media, hand=True), "state")

    assert state["media"] == {"audio": False, "video": True, "screen": True}
    assert state["hand"] is True


@pytest.mark.parametrize("fields", [{"media": "all"}, {"media": None}, {"hand": 1}], ids=str)
def test_state_of_the_wrong_shape_is_a_bad_message(
    session: RoomSession, ana: RoomPeer, fields: dict[str, Any]
) -> None:
    assert refusal(session, ana, "state", **fields) is Code.BAD_MESSAGE


def test_participants_share_their_screens_only_while_they_may(
    session: RoomSession, host: RoomPeer, ana: RoomPeer
) -> None:
    do(session, ana, "state", media={"screen": True})
    do(session, host, "state", media={"screen": True})

    stopped = told(do(session, host, "share_open", on=False), "state")

    assert [(state["id"], state["media"]["screen"]) for state in stopped] == [(ana.pid, False)]
    assert refusal(session, ana, "state", media={"screen": True}) is Code.SHARE_CLOSED


def test_page_takes_over_from_the_same_persons_other_pages(
    session: RoomSession, come_in: ComeIn
) -> None:
    old, new, ben = come_in("Ana").peer, come_in("Ana").peer, come_in("Ben").peer

    effects = do(session, new, "take_over")

    assert [(e.to, e.close) for e in effects if e.close] == [(old.pid, Close.TAKEN_OVER)]
    assert set(RoomPeer.objects.inside()) == {new, ben}


def test_taking_over_from_nobody_changes_nothing(session: RoomSession, ana: RoomPeer) -> None:
    assert do(session, ana, "take_over") == []
