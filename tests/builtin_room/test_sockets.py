"""What goes over the wire between pages and the server."""

import asyncio
import json
from typing import Any

import pytest
from channels.db import database_sync_to_async as in_database

from meetings.builtin_room.protocol import MAX_BYTES, Close
from meetings.models import Admission, RoomSession
from meetings.providers.base import Role
from meetings.services import hosting

from .conftest import Hello
from .pages import Page, page, play

pytestmark = pytest.mark.usefixtures("sockets")


def test_people_in_a_room_hear_each_other_come_talk_and_go(hello: Hello) -> None:
    async def scene() -> None:
        async with page(hello("Hanna", Role.HOST)) as hanna, page(hello("Ana")) as ana:
            joined = await hanna.hear("joined")
            await ana.say("chat", text="Hello", cid="c1")
            chats = [await each.hear("chat") for each in (hanna, ana)]
            await ana.say("leave")
            left = await hanna.hear("left")
            code = await ana.closed()

        assert joined["peer"]["name"] == "Ana"
        assert {chat["text"] for chat in chats} == {"Hello"}
        assert (left["id"], left["why"], code) == (ana.pid, "left", Close.LEFT)

    play(scene)


def test_signals_reach_the_one_page_they_are_for_unread(hello: Hello) -> None:
    content = {"d": {"type": "offer", "sdp": "v=0 …"}, "odd": [1, None, 2**70, "\ud83d"]}

    async def scene() -> None:
        async with (
            page(hello("Ana")) as ana,
            page(hello("Ben")) as ben,
            page(hello("Cem")) as cem,
        ):
            await cem.say("signal", to=ana.pid, g=3, d=content)
            signal = await ana.hear("signal")
            await ben.say("ping", n=1)
            nothing_for_ben = [await ben.next() for _ in range(2)]

        assert signal == {"t": "signal", "from": cem.pid, "g": 3, "d": content}
        assert [told["t"] for told in nothing_for_ben] == ["joined", "pong"]

    play(scene)


@pytest.mark.parametrize("to", ["", "0123456789abcdef", None, ["x"], "self"], ids=str)
def test_signal_to_nobody_in_the_room_is_refused(hello: Hello, to: object) -> None:
    async def scene() -> None:
        async with page(hello("Ana")) as ana:
            await ana.say("signal", to=ana.pid if to == "self" else to, g=1, d={})
            error = await ana.hear("error")

        assert (error["code"], error["fatal"], error["re"]) == ("no_peer", False, "signal")

    play(scene)


@pytest.mark.parametrize("fields", [{"g": "1", "d": {}}, {"g": 1, "d": "x"}, {}], ids=str)
def test_signal_of_the_wrong_shape_is_a_bad_message(hello: Hello, fields: dict[str, Any]) -> None:
    async def scene() -> None:
        async with page(hello("Ana")) as ana:
            await ana.say("signal", to="0123456789abcdef", **fields)
            assert (await ana.hear("error"))["code"] == "bad_message"

    play(scene)


def test_nobody_signals_to_a_page_that_has_left(hello: Hello) -> None:
    async def scene() -> None:
        async with page(hello("Ana")) as ana, page(hello("Ben")) as ben:
            await ben.say("leave")
            await ana.hear("left")
            await ana.say("signal", to=ben.pid, g=1, d={})
            assert (await ana.hear("error"))["code"] == "no_peer"

    play(scene)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_message"),
        ("{", "bad_message"),
        ("[]", "bad_message"),
        ("null", "bad_message"),
        ('{"t": 1}', "bad_message"),
        ('{"t": "no such thing"}', "bad_message"),
        ('{"t": "hello"}', "reload"),
        ("[" * 60_000, "bad_message"),
        (json.dumps({"t": "chat", "text": "x" * MAX_BYTES}), "too_big"),
        (json.dumps({"t": "chat", "text": "ü" * MAX_BYTES}, ensure_ascii=False), "too_big"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_garbage_is_answered_not_suffered(hello: Hello, text: str, code: str) -> None:
    async def scene() -> None:
        async with page() as stranger:
            await stranger.say_text(text)
            assert (await stranger.hear("error"))["code"] == code

    play(scene)


def test_bytes_are_a_bad_message(hello: Hello) -> None:
    async def scene() -> None:
        async with page(hello("Ana")) as ana:
            await ana.say_bytes(b"\x00\xff")
            assert (await ana.hear("error"))["code"] == "bad_message"

    play(scene)


def test_host_sees_who_knocks_and_lets_them_in(session: RoomSession, hello: Hello) -> None:
    @in_database
    def knock() -> None:
        session.admissions.create(identity="g:wim", name="Wim", state="waiting")
        hosting.announce(session)

    async def scene() -> None:
        async with page(hello("Hanna", Role.HOST)) as hanna, page(hello("Ana")) as ana:
            await knock()
            waiting = await hanna.hear("waiting")
            await hanna.say("admit", id=waiting["people"][0]["id"])
            nobody = await hanna.hear("waiting")
            await ana.say("ping", n=1)
            for_ana = await ana.next()

        assert [person["name"] for person in waiting["people"]] == ["Wim"]
        assert nobody["people"] == []
        assert for_ana["t"] == "pong"

    play(scene)
    assert session.admissions.get().state == Admission.State.ADMITTED


def test_new_cohost_sees_who_waits(session: RoomSession, hello: Hello) -> None:
    session.admissions.create(identity="g:wim", name="Wim", state="waiting")

    async def scene() -> None:
        async with page(hello("Hanna", Role.HOST)) as hanna, page(hello("Ana")) as ana:
            await hanna.say("role", id=ana.pid, role="cohost")
            role = await ana.hear("role")
            waiting = await ana.hear("waiting")

        assert role["role"] == "cohost"
        assert [person["name"] for person in waiting["people"]] == ["Wim"]

    play(scene)


def test_changed_doors_are_told_to_all_once(session: RoomSession, hello: Hello) -> None:
    async def scene() -> None:
        async with page(hello("Hanna", Role.HOST)) as hanna, page(hello("Ana")) as ana:
            await hanna.say("lock")
            room = (await ana.hear("room"))["room"]
            await hanna.say("lock")
            await hanna.knows_all(1)
            await ana.say("ping", n=2)
            after = await ana.next()

        assert room["locked"] is True
        assert after["t"] == "pong"

    play(scene)


def test_kicked_page_is_told_closed_and_gone_for_all(hello: Hello) -> None:
    async def scene() -> None:
        async with page(hello("Hanna", Role.HOST)) as hanna, page(hello("Ana")) as ana:
            await hanna.say("kick", id=ana.pid)
            bye, code = await ana.hear("bye"), await ana.closed()
            left = await hanna.hear("left")

        assert (bye["why"], code, left["why"]) == ("kicked", Close.REMOVED, "kicked")

    play(scene)


def test_end_for_all_closes_every_socket(hello: Hello) -> None:
    async def scene() -> None:
        async with page(hello("Hanna", Role.HOST)) as hanna, page(hello("Ana")) as ana:
            await hanna.say("end")
            codes = [await each.closed() for each in (hanna, ana)]

        assert codes == [Close.ENDED, Close.ENDED]

    play(scene)


def test_commands_from_our_pages_reach_the_room(session: RoomSession, hello: Hello) -> None:
    @in_database
    def from_the_host_page() -> None:
        hosting.end_for_all(RoomSession.objects.get())

    async def scene() -> None:
        async with page(hello("Ana")) as ana:
            await from_the_host_page()
            bye, code = await ana.hear("bye"), await ana.closed()

        assert (bye["why"], code) == ("ended", Close.ENDED)

    play(scene)


async def _everyone_known(guest: Page, count: int) -> set[str]:
    """Whom this page knows, once it has heard of all the others."""
    known = {peer["id"] for peer in guest.welcome["peers"]}
    while len(known) < count:
        known.add((await guest.hear("joined"))["peer"]["id"])
    return known


def test_twenty_who_come_at_once_all_know_each_other(
    session: RoomSession, hello: Hello, settings: Any
) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "tests.builtin_room.pages.DistantLayer"}}
    settings.BUILTIN_ROOM_MAX_PEERS = 20
    RoomSession.objects.update(capacity=20)

    async def scene() -> None:
        known: list[set[str]] = []
        all_met = asyncio.Event()

        async def arrive(number: int) -> None:
            async with page(hello(f"Guest{number}")) as guest:
                known.append(await _everyone_known(guest, 20))
                if len(known) == 20:
                    all_met.set()
                await all_met.wait()

        await asyncio.gather(*(arrive(number) for number in range(20)))

        assert len(known) == 20
        assert len(set.union(*known)) == 20

    play(scene)
