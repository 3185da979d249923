"""Every command, by every role."""

import pytest

from meetings.builtin_room import engine
from meetings.builtin_room.effects import Effect
from meetings.builtin_room.protocol import Close, Code, Message, RoomRefusal
from meetings.models import RoomPeer, RoomSession

from .commands import do, refusal
from .conftest import ComeIn

HOST_COMMANDS: list[Message] = [
    {"t": "admit", "id": "all"},
    {"t": "deny", "id": "all"},
    {"t": "kick", "id": "ana"},
    {"t": "mute", "id": "ana", "kind": "audio", "on": True},
    {"t": "lower_hand", "id": "ana"},
    {"t": "role", "id": "ana", "role": "cohost"},
    {"t": "lock"},
    {"t": "unlock"},
    {"t": "waiting_room", "who": "nobody"},
    {"t": "chat_open", "on": False},
    {"t": "share_open", "on": False},
    {"t": "end"},
]


def about(ana: RoomPeer, command: Message) -> Message:
    return command | ({"id": ana.pid} if command.get("id") == "ana" else {})


@pytest.mark.parametrize("command", HOST_COMMANDS, ids=lambda each: each["t"])
def test_participant_has_no_host_command(
    session: RoomSession, ana: RoomPeer, come_in: ComeIn, command: Message
) -> None:
    ben = come_in("Ben").peer

    with pytest.raises(RoomRefusal) as error:
        engine.carry_out(session.key, ben.pid, about(ana, command))

    assert error.value.code is Code.FORBIDDEN


@pytest.mark.parametrize("command", HOST_COMMANDS, ids=lambda each: each["t"])
@pytest.mark.parametrize("who", ["host", "cohost"])
def test_host_and_cohost_have_every_host_command(
    session: RoomSession,
    ana: RoomPeer,
    request: pytest.FixtureRequest,
    who: str,
    command: Message,
) -> None:
    actor = request.getfixturevalue(who)

    engine.carry_out(session.key, actor.pid, about(ana, command))

    assert RoomSession.objects.get().rev > session.rev


@pytest.mark.parametrize("kind", ["", "welcome", "doors", "__class__", "hello"])
def test_unknown_command_is_a_bad_message(session: RoomSession, host: RoomPeer, kind: str) -> None:
    assert refusal(session, host, kind) is Code.BAD_MESSAGE


def test_page_that_left_commands_nothing(session: RoomSession, host: RoomPeer) -> None:
    do(session, host, "leave")

    assert refusal(session, host, "lock") is Code.NO_PEER


def test_host_ends_the_meeting_for_everyone(
    session: RoomSession, host: RoomPeer, ana: RoomPeer
) -> None:
    [bye] = do(session, host, "end")

    session.refresh_from_db()
    assert bye == Effect(message={"t": "bye", "why": "ended"}, close=Close.ENDED)
    assert (session.state, session.end_reason) == ("ended", "host")
    assert not RoomPeer.objects.inside().exists()
