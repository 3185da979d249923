"""A page that lost its socket, or comes on another one."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest
from channels.db import database_sync_to_async as in_database

from meetings.builtin_room.protocol import Close
from meetings.models import RoomPeer
from meetings.providers.base import Role

from .conftest import Hello
from .pages import page, play

pytestmark = pytest.mark.usefixtures("sockets")


def test_page_that_lost_its_socket_comes_back_on_another(hello: Hello) -> None:
    async def scene() -> None:
        async with page(hello("Hanna", Role.HOST)) as hanna:
            async with page(hello("Ana")) as ana:
                pass
            offline = await hanna.hear("online")
            again = {"t": "hello", "v": 1, "resume": ana.welcome["resume"]}
            async with page(again) as back:
                online = await hanna.hear("online")

        assert (offline["online"], online["online"]) == (False, True)
        assert back.pid == ana.pid
        assert back.welcome["conn"] == 2

    play(scene)


def test_newer_socket_of_a_page_takes_over_and_the_late_close_of_the_old_one_is_harmless(
    hello: Hello,
) -> None:
    async def scene() -> None:
        async with page(hello("Ana")) as old:
            resume = {"t": "hello", "v": 1, "resume": old.welcome["resume"]}
            async with page(resume) as new:
                code = await old.closed()
                await old.lose_socket()
                peer = await in_database(RoomPeer.objects.get)(pid=new.pid)

        assert code == Close.TAKEN_OVER
        assert (peer.online, peer.conn) == (True, 2)

    play(scene)


def test_page_asked_to_resync_says_hello_on_the_same_socket(hello: Hello) -> None:
    async def scene() -> None:
        async with page(hello("Ana")) as ana:
            before = ana.welcome
            await ana.come_in({"t": "hello", "v": 1, "resume": before["resume"]})
            await ana.say("ping", n=9)

            assert ana.welcome["self"] == before["self"]
            assert (await ana.next())["n"] == 9

    play(scene)


def test_page_whose_place_was_given_up_starts_afresh(hello: Hello) -> None:
    async def scene() -> None:
        async with page(hello("Ana")) as ana:
            gone = in_database(RoomPeer.objects.update)
            await gone(status=RoomPeer.Status.GONE, left_why="timeout")
            await ana.say_text(json.dumps(hello("Ana", resume=ana.welcome["resume"])))
            assert await ana.closed() == Close.AGAIN

    play(scene)


def test_second_tab_takes_over_from_the_first(hello: Hello) -> None:
    async def scene() -> None:
        async with page(hello("Ana")) as first, page(hello("Ana")) as second:
            await second.say("take_over")
            bye = await first.hear("bye")
            code = await first.closed()

        assert second.welcome["elsewhere"] == 1
        assert (bye["why"], code) == ("replaced", Close.TAKEN_OVER)

    play(scene)


def test_everybody_in_a_full_room_reloads_at_once_and_keeps_their_place(hello: Hello) -> None:
    names = ["Hanna", "Ana", "Ben", "Cem", "Eva", "Finn"]  # as many as there are seats

    async def scene() -> None:
        async with AsyncExitStack() as open_pages:
            before = [await open_pages.enter_async_context(page(hello(name))) for name in names]
            secrets = [each.welcome["resume"] for each in before]
            after = await asyncio.gather(
                *(
                    open_pages.enter_async_context(page(hello(name, replaces=secret)))
                    for name, secret in zip(names, secrets, strict=True)
                )
            )
            codes = await asyncio.gather(*(each.closed() for each in before))
            inside = await in_database(lambda: set(RoomPeer.objects.inside().values_list("pid")))()
            await after[0].say("chat", text="Everybody back?", cid="1")
            heard = await asyncio.gather(*(each.hear("chat") for each in after))

        assert inside == {(each.pid,) for each in after}
        assert set(codes) == {Close.TAKEN_OVER}
        assert [each["text"] for each in heard] == ["Everybody back?"] * len(names)

    play(scene)
