"""Who may speak to a room at all, and for how long strangers are waited for."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from meetings.builtin_room import tokens
from meetings.builtin_room.protocol import SOCKET, Close
from meetings.builtin_room.sockets import JsonSocket
from meetings.models import RoomPeer, RoomSession
from meetings.providers.base import Attendee

from .conftest import Hello
from .pages import OUR_SITE, is_accepted, page, play, socket_to

pytestmark = pytest.mark.usefixtures("sockets")


def test_page_says_hello_before_anything_else(session: RoomSession) -> None:
    async def scene() -> None:
        async with page() as stranger:
            await stranger.say("lock")
            assert (await stranger.hear("error"))["code"] == "bad_message"

    play(scene)


def test_page_says_hello_once(hello: Hello) -> None:
    async def scene() -> None:
        async with page(hello("Ana")) as ana:
            await ana.say_text(json.dumps(hello("Ben")))
            assert (await ana.hear("error"))["code"] == "bad_message"

    play(scene)


def test_silent_stranger_is_not_waited_for(
    session: RoomSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JsonSocket, "HELLO_WITHIN", 0.05)

    async def scene() -> None:
        async with page() as stranger:
            assert await stranger.closed() == Close.MISBEHAVED

    play(scene)


def test_page_in_the_room_may_be_silent_longer_than_a_stranger(
    hello: Hello, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JsonSocket, "HELLO_WITHIN", 0.3)

    async def scene() -> None:
        async with page(hello("Ana")) as ana:
            await asyncio.sleep(0.5)
            await ana.say("ping", n=5)
            assert (await ana.next())["n"] == 5

    play(scene)


def expired(session: RoomSession) -> str:
    past = timezone.now() - timedelta(minutes=1)
    return tokens.mint(session.key, Attendee(key="g:ana", name="Ana"), until=past)


def forged(session: RoomSession) -> str:
    good = tokens.mint(
        session.key,
        Attendee(key="g:ana", name="Ana"),
        until=timezone.now() + timedelta(minutes=5),
    )
    return good[:-6] + "AAAAAA"


def of_another_room(session: RoomSession) -> str:
    until = timezone.now() + timedelta(minutes=5)
    return tokens.mint("elsewhere", Attendee(key="g:ana", name="Ana"), until=until)


@pytest.mark.parametrize(
    ("make", "code"),
    [(expired, "bad_token"), (forged, "bad_token"), (of_another_room, "no_room")],
)
def test_bad_token_closes_the_socket_for_good(session: RoomSession, make: Any, code: str) -> None:
    token = make(session)

    async def scene() -> None:
        async with page() as stranger:
            await stranger.say("hello", v=1, token=token)
            error = await stranger.hear("error")
            closed = await stranger.closed()

        assert (error["code"], error["fatal"], closed) == (code, True, Close.REFUSED)

    play(scene)
    assert not RoomPeer.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [[(b"origin", b"https://elsewhere.example")], [(b"origin", b"null")], []],
    ids=str,
)
def test_pages_of_other_sites_get_no_socket(
    session: RoomSession, headers: list[tuple[bytes, bytes]]
) -> None:
    async def scene() -> None:
        assert not await is_accepted(socket_to(SOCKET, *headers))

    play(scene)


def test_there_is_one_socket_address_only() -> None:
    async def scene() -> None:
        assert not await is_accepted(socket_to("/ws/secrets/", OUR_SITE))

    play(scene)


def test_chatterbox_is_slowed_down_and_then_cut_off(hello: Hello) -> None:
    async def scene() -> None:
        async with page(hello("Ana")) as ana:
            for number in range(40):
                await ana.say("chat", text="spam", cid=str(number))
            told = []
            while not told or told[-1]["t"] != "closed":
                told.append(await ana.next())

        errors = [each for each in told if each["t"] == "error"]
        assert sum(each["t"] == "chat" for each in told) == 5
        assert {error["code"] for error in errors} == {"too_fast"}
        assert (errors[0]["re"], errors[0]["cid"]) == ("chat", "5")
        assert told[-1]["code"] == Close.MISBEHAVED

    play(scene)
