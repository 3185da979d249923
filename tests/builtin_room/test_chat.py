"""What is said in a room's chat."""

from typing import Any

import pytest

from meetings.builtin_room.protocol import Code
from meetings.models import ChatMessage, RoomPeer, RoomSession

from .commands import do, refusal
from .conftest import ComeIn


def test_chat_message_goes_to_all_and_is_kept(session: RoomSession, ana: RoomPeer) -> None:
    [effect] = do(session, ana, "chat", text="  Hello <b>all</b> ", cid="c1")

    assert effect.to == ""
    assert effect.message["text"] == "Hello <b>all</b>"
    assert (effect.message["from"], effect.message["cid"]) == (ana.pid, "c1")
    assert ChatMessage.objects.get().text == "Hello <b>all</b>"


def test_chat_message_sent_again_is_one_message(
    session: RoomSession, ana: RoomPeer, come_in: ComeIn
) -> None:
    [first] = do(session, ana, "chat", text="Hello", cid="c1")

    [again] = do(session, ana, "chat", text="Hello", cid="c1")

    assert again.to == ana.pid
    assert again.message["id"] == first.message["id"]
    assert [each["text"] for each in come_in("Ben").welcome["chat"]] == ["Hello"]


def test_newcomer_reads_the_last_fifty_messages_in_order(
    session: RoomSession, ana: RoomPeer, come_in: ComeIn
) -> None:
    for number in range(52):
        do(session, ana, "chat", text=str(number), cid=str(number))

    chat = come_in("Ben").welcome["chat"]

    assert [each["text"] for each in chat] == [str(number) for number in range(2, 52)]


def test_chat_keeps_no_nul_and_no_half_characters(session: RoomSession, ana: RoomPeer) -> None:
    [effect] = do(session, ana, "chat", text="a\x00b\ud83d", cid="c1")

    assert effect.message["text"] == "ab?"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"text": "", "cid": "c"},
        {"text": " \x00 ", "cid": "c"},
        {"text": "x" * 4001, "cid": "c"},
        {"text": ["x"], "cid": "c"},
        {"text": "x"},
        {"text": "x", "cid": ""},
        {"text": "x", "cid": "c" * 41},
    ],
    ids=lambda fields: str(fields)[:30],
)
def test_empty_or_endless_chat_is_a_bad_message(
    session: RoomSession, ana: RoomPeer, fields: dict[str, Any]
) -> None:
    assert refusal(session, ana, "chat", **fields) is Code.BAD_MESSAGE


def test_closed_chat_takes_no_messages(session: RoomSession, host: RoomPeer, ana: RoomPeer) -> None:
    do(session, host, "chat_open", on=False)

    assert refusal(session, ana, "chat", text="Hello", cid="c1") is Code.CHAT_CLOSED
