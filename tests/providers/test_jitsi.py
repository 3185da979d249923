"""Jitsi Meet: the contract, twice, and what is its own."""

import base64
import hashlib
import hmac
import json
import logging
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests
from django.test import Client
from pytest_django import Settings

from meetings.models import Room, RoomSession
from meetings.providers.base import Attendee, Role, RoomKind, RoomSpec
from meetings.providers.errors import ProviderMisconfigured, ProviderUnavailable, UnexpectedReply
from meetings.providers.jitsi import Provider
from tests.views import doors

from .contract import GUEST, HOST, REF, SPEC, AnyProvider
from .doubles import base as doubles
from .doubles.base import Call, Reply
from .http_contract import HttpProviderContract

APP_ID, APP_SECRET = "parley", "a-secret-of-thirty-two-characters"
CONFIG = "/* Jitsi Meet configuration. */\nvar config = {};\n"


class Double(doubles.Double):
    """A server that believes tokens: its settings, and rooms that tell who came in as what."""

    def verify(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
        return method == "GET" and "authorization" not in headers

    def answer(self, call: Call) -> Reply:
        url = urlsplit(call.path)
        if url.path == "/config.js":
            return Reply(CONFIG, kind="application/javascript")
        claims = claims_of(parse_qs(url.query).get("jwt", [""])[0])
        room = unquote(url.path.removeprefix("/"))
        if not claims or claims["room"] != room or not claims["nbf"] < time.time() < claims["exp"]:
            return Reply("You are not allowed to join.", status=403, kind="text/plain")
        user = claims["context"]["user"]
        role = "moderator" if user["moderator"] == "true" else "participant"
        return Reply(f"{user['name']} is {role} in {room}.", kind="text/plain; charset=utf-8")


def claims_of(token: str) -> dict[str, Any]:
    """What a token says if its signature is right, by arithmetic of our own; else nothing."""
    head, _, mark = token.rpartition(".")
    proof = hmac.new(APP_SECRET.encode(), head.encode(), hashlib.sha256).digest()
    if base64.urlsafe_b64encode(proof).decode().rstrip("=") != mark:
        return {}
    payload = head.partition(".")[2]
    claims: dict[str, Any] = json.loads(
        base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return claims


def read_by_their_page(address: str) -> dict[str, Any]:
    """What their page makes of an address, with the quirks of jitsi-meet's parseURLParams."""
    found = {}
    for part in urlsplit(address).fragment.split("&"):
        name, value = part.split("=")
        text = unquote(value, errors="strict").replace("\\&", "&", 1)
        text = re.sub("[\u201c\u201d]", '"', re.sub("[\u2018\u2019]", "'", text))
        found[name] = json.loads(text)
    return found


def account(**options: Any) -> Provider:
    given = {"url": "https://meet.example", **options}
    return Provider("main", Provider.options_class.read(given, alias="main"))


def with_tokens(**options: Any) -> Provider:
    return account(app_id=APP_ID, app_secret=APP_SECRET, **options)


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=10)


class TestPlain(HttpProviderContract):
    """A server without accounts."""

    provider_class = Provider
    double_class = Double
    options = {"url": "https://meet.example"}
    secrets = ()

    def harmless_call(self, provider: AnyProvider) -> Any:
        assert isinstance(provider, Provider)
        return provider.hello()


class TestWithTokens(TestPlain):
    """A server that shares a secret with us."""

    options = {"url": "https://meet.example", "app_id": APP_ID, "app_secret": APP_SECRET}
    secrets = ("app_secret",)


@pytest.fixture
def double() -> Iterator[Double]:
    with Double() as double:
        yield double


# Options


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"app_id": APP_ID}, "app_secret"),
        ({"app_secret": APP_SECRET}, "app_id"),
        ({"room_prefix": "Parley!"}, "room_prefix"),
        ({"url": "https://meet.example/?lang=de"}, "url"),
        ({"url": "https://meet.example/#config"}, "url"),
    ],
)
def test_half_of_an_account_is_refused_by_name(options: dict[str, str], name: str) -> None:
    with pytest.raises(ProviderMisconfigured, match=f"“main” cannot work with: {name}") as refusal:
        account(**options)

    assert APP_SECRET not in str(refusal.value)


# Rooms


def test_room_is_named_for_our_key_and_small(double: Double) -> None:
    provider = account(url=double.url)

    rooms = [provider.init_room(REF, RoomSpec(key=key, title="A")) for key in ("5e55", "Émile?")]

    assert rooms[0].room_id == "parley-5e55"
    assert re.fullmatch("parley-[0-9a-f]{32}", rooms[1].room_id)
    assert double.paths() == ["/config.js", "/config.js"]


def test_server_that_is_gone_opens_no_room_so_that_another_can() -> None:
    with pytest.raises(ProviderUnavailable):
        account(url="http://127.0.0.1:9").init_room(REF, SPEC)


def test_page_of_somebody_else_is_no_jitsi(double: Double) -> None:
    def parked(double: Any, call: Call, reply: Reply) -> Reply:
        return Reply("This domain is for sale.", kind="text/plain")

    with double.failing(parked), pytest.raises(UnexpectedReply, match="somebody else"):
        account(url=double.url).hello()


def test_organizer_is_told_what_jitsi_does_otherwise(double: Double) -> None:
    wish = RoomSpec(
        key="5e55",
        title="A",
        chat=False,
        participants_share=False,
        kind=RoomKind.WEBINAR,
        passcode="otter",
        record=True,
    )

    room = account(url=double.url).init_room(REF, wish)

    told = ("chat_switch", "sharing_switch", "webinars", "passcode", "recording")
    assert room.differences == told
    assert account(url=double.url).init_room(REF, SPEC).differences == ()


# The way in


@pytest.mark.parametrize(
    "name",
    [
        "Ana",
        'Ana "the boss" O\'Neill',
        "“Ana” \u2018Bea\u2019",
        "R&D \\& friends = 100 % #1?",
        "Zoë 李 😀",
        "<script>alert(1)</script>",
        "a\nb\tc",
        "",
    ],
)
def test_any_name_arrives_as_it_was_written(name: str) -> None:
    person = Attendee(key="g:2", name=name)

    address = account().join(REF, person, until=soon()).url

    assert address.isascii()
    assert read_by_their_page(address) == {"userInfo.displayName": name}


def test_way_in_of_a_server_without_accounts_holds_no_token() -> None:
    address = account(url="https://meet.example/team/").join(REF, HOST, until=soon()).url

    assert address.startswith(f"https://meet.example/team/{REF.room_id}#")
    assert "jwt" not in address


def test_join_screen_can_be_left_out() -> None:
    address = account(join_screen="no").join(REF, GUEST, until=soon()).url

    assert read_by_their_page(address)["config.prejoinConfig.enabled"] is False


@pytest.mark.parametrize(
    ("role", "hosts"), [(Role.HOST, True), (Role.COHOST, True), (Role.PARTICIPANT, False)]
)
def test_token_makes_hosts_of_hosts_only(role: Role, hosts: bool) -> None:
    until = soon()
    person = Attendee(key="u:1", name="Hanna", role=role)

    address = with_tokens().join(REF, person, until=until).url

    claims = claims_of(parse_qs(urlsplit(address).query)["jwt"][0])
    assert abs(claims.pop("nbf") - (time.time() - 60)) < 5
    assert claims == {
        "iss": APP_ID,
        "aud": APP_ID,
        "sub": "meet.example",
        "room": REF.room_id,
        "exp": int(until.timestamp()),
        "moderator": hosts,
        "context": {
            "user": {
                "id": "u:1",
                "name": "Hanna",
                "affiliation": "owner" if hosts else "member",
                "moderator": "true" if hosts else "false",
            }
        },
    }


def test_token_is_for_whom_the_operator_says() -> None:
    provider = with_tokens(audience="jitsi", subject="team")

    claims = provider.claims(REF.room_id, GUEST, soon())

    assert (claims["aud"], claims["sub"]) == ("jitsi", "team")


def test_token_opens_its_room_for_its_time_and_no_other(double: Double) -> None:
    provider = with_tokens(url=double.url)
    room = provider.init_room(REF, SPEC)

    host, guest = (provider.join(room, who, until=soon()).url for who in (HOST, GUEST))
    late = provider.join(room, GUEST, until=datetime.now(UTC) - timedelta(seconds=1)).url
    elsewhere = guest.replace(room.room_id, "another-room")

    assert requests.get(host, timeout=5).text == f"Hanna is moderator in {room.room_id}."
    assert requests.get(guest, timeout=5).text == f"Ana is participant in {room.room_id}."
    assert requests.get(late, timeout=5).status_code == 403
    assert requests.get(elsewhere, timeout=5).status_code == 403


def test_token_is_neither_logged_nor_shown(
    double: Double, caplog: pytest.LogCaptureFixture
) -> None:
    provider = with_tokens(url=double.url)

    with caplog.at_level(logging.DEBUG):
        ticket = provider.join(provider.init_room(REF, SPEC), HOST, until=soon())

    token = parse_qs(urlsplit(ticket.url).query)["jwt"][0]
    assert token not in caplog.text + repr(ticket)


# From the door to the room


@pytest.mark.django_db
def test_people_come_from_their_links_into_one_room_each_with_their_rights(
    settings: Settings, double: Double, as_dana: Client, client: Client, room: Room
) -> None:
    options = {"url": double.url, "app_id": APP_ID, "app_secret": APP_SECRET}
    settings.MEETING_PROVIDERS = {"main": {"BACKEND": "jitsi", "OPTIONS": options}}
    Room.objects.update(provider_alias="main", waiting_room="nobody")

    host = as_dana.post(f"{doors.host(room)}enter/", {"name": "Dana"})
    guest = client.post(f"{doors.participants(room)}enter/", {"name": "Ana & “Bea”"})

    name = RoomSession.objects.get().provider_room_id
    seen = [requests.get(answer["Location"], timeout=5).text for answer in (host, guest)]
    assert seen == [f"Dana is moderator in {name}.", f"Ana & “Bea” is participant in {name}."]
    told = read_by_their_page(guest["Location"])
    assert told == {"userInfo.displayName": "Ana & “Bea”"}
    assert "no-store" in guest["Cache-Control"]


@pytest.mark.django_db
def test_meeting_goes_to_the_next_provider_when_the_server_is_gone(
    settings: Settings, as_dana: Client, room: Room
) -> None:
    settings.MEETING_PROVIDERS = {
        "main": {"BACKEND": "jitsi", "OPTIONS": {"url": "http://127.0.0.1:9"}},
        "spare": {"BACKEND": "builtin"},
    }
    Room.objects.update(provider_alias="main")

    answer = as_dana.post(f"{doors.host(room)}enter/", {"name": "Dana"})

    assert answer.status_code == 200
    assert RoomSession.objects.get().alias == "spare"


# The test button


def lines(provider: Provider) -> dict[str, tuple[bool, str]]:
    return {line.name: (line.passed, line.message) for line in provider.ping()}


def test_button_passes_and_says_who_will_be_host(double: Double) -> None:
    plain, signed = lines(account(url=double.url)), lines(with_tokens(url=double.url))

    assert all(passed for passed, _ in (plain | signed).values())
    assert "whoever comes first is the host" in plain["Hosts"][1]
    assert "A token can be made" in signed["Hosts"][1]


def test_button_names_a_clock_that_would_refuse_our_tokens(double: Double) -> None:
    ahead = Reply(CONFIG, headers={"Date": format_datetime(datetime.now(UTC) + timedelta(hours=1))})

    with double.failing(lambda double, call, reply: ahead):
        plain, signed = lines(account(url=double.url)), lines(with_tokens(url=double.url))

    assert plain["Clock"][0]
    assert not signed["Clock"][0]
    assert re.search(r"clock is 3[56]\d\d s off", signed["Clock"][1])


@pytest.mark.parametrize("date", ["soon", "Sat, 21 Nov 2026 13:00:00", ""])
def test_button_says_when_the_server_tells_no_time(double: Double, date: str) -> None:
    timeless = Reply(CONFIG, headers={"Date": date})

    with double.failing(lambda double, call, reply: timeless):
        found = lines(with_tokens(url=double.url))

    assert found["Clock"] == (True, "It does not say what time it has.")


def test_button_names_what_is_wrong_with_the_account() -> None:
    found = lines(account(url="http://[::1]:9", app_id="parley", app_secret="short"))

    assert found["Server"] == (False, "Jitsi Meet: does not answer.")
    assert found["Way in"] == (False, "Jitsi Meet: is not reached by https.")
    assert found["Hosts"][0] is False
    assert "fewer than 32" in found["Hosts"][1]
    assert "short" not in found["Hosts"][1]
