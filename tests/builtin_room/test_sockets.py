"""What goes over the wire between pages and the server."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from channels.db import database_sync_to_async as in_database
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings.builtin_room import tokens
from meetings.builtin_room.protocol import MAX_BYTES, SOCKET, Close
from meetings.builtin_room.sockets import JsonSocket
from meetings.models import Admission, RoomPeer, RoomSession
from meetings.providers.base import Attendee, Role
from meetings.services import hosting

from .conftest import Hello
from .pages import OUR_SITE, Page, is_accepted, page, play, socket_to

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


def test_closed_page_is_seen_offline_at_once(hello: Hello, client: Client) -> None:
    def beacon(secret: str) -> int:
        return client.post(reverse("room-leave"), {"resume": secret}).status_code

    async def scene() -> None:
        async with page(hello("Hanna", Role.HOST)) as hanna, page(hello("Ana")) as ana:
            status = await in_database(beacon)(ana.welcome["resume"])
            online = await hanna.hear("online")

        assert status == 204
        assert (online["id"], online["online"]) == (ana.pid, False)

    play(scene)


@pytest.mark.parametrize("body", [{}, {"resume": ""}, {"resume": "made up"}], ids=str)
def test_beacon_answers_alike_whatever_it_was_sent(client: Client, body: dict[str, str]) -> None:
    assert client.post(reverse("room-leave"), body).status_code == 204


def test_beacon_needs_no_form_token_but_a_post(session: RoomSession) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(reverse("room-leave")).status_code == 204
    assert strict.get(reverse("room-leave")).status_code == 405


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
