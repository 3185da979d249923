import re
import urllib.error
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from meetings.providers.base import Attendee, Role, RoomRef
from meetings.providers.videosdk import Provider
from meetings.providers.videosdk.embed import Embed, encoded
from tests.providers.contract import GUEST, HOST, REF, SPEC
from tests.providers.doubles.videosdk import SECRET, Double
from tests.providers.doubles.videosdk.embed import told

from .kit import HOOK, build

ROOM = RoomRef(room_id="abcd-efgh-ijkl")
WAITING = replace(GUEST, waits=True)


def embed_of(person: Attendee, provider: Provider | None = None, room: RoomRef = ROOM) -> Embed:
    ticket = (provider or build()).join(room, person, until=datetime.now(UTC))
    assert ticket.template == "meetings/embed/videosdk.html"
    embed: Embed = ticket.context["embed"]
    return embed


def params_of(person: Attendee, provider: Provider | None = None) -> dict[str, str]:
    return told(urlsplit(embed_of(person, provider).url).query)


def visit(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


class TestAddress:
    @pytest.mark.parametrize(
        ("value", "query"),
        [("100% Bob", "100%2525%20Bob"), ("Zoë & Co", "Zo%C3%AB%20%26%20Co")],
    )
    def test_values_are_encoded_as_known(self, value: str, query: str) -> None:
        assert encoded(value) == query
        assert told(f"name={query}") == {"name": value}

    @given(st.text(min_size=1))
    def test_any_name_arrives_as_it_is(self, name: str) -> None:
        assert params_of(Attendee(key="g:2", name=name))["name"] == name

    @pytest.mark.parametrize("name", ["A+B", "x%41y", "%", "%zz", '"><script>'])
    def test_odd_name_arrives_as_it_is(self, name: str) -> None:
        assert params_of(Attendee(key="g:2", name=name))["name"] == name

    def test_lost_character_in_a_name_keeps_nobody_out(self) -> None:
        assert params_of(Attendee(key="g:2", name="An\ud800a"))["name"] == "An?a"

    def test_it_is_the_vendors_page_unless_the_account_says_otherwise(self) -> None:
        assert embed_of(HOST).url.startswith("https://embed.videosdk.live/rtc-js-prebuilt/0.3.44/?")
        own = build(embed_url="https://meet.example/room?x=1")
        assert embed_of(HOST, own).url.startswith("https://meet.example/room?token=")
        assert own.origins == ("https://meet.example",)

    def test_every_switch_is_said(self) -> None:
        for person in (HOST, GUEST, WAITING):
            params = params_of(person)
            switches = {name for name, value in params.items() if value in {"true", "false"}}
            assert switches == {n for n in params if n not in TEXTS}
            assert len(switches) > 40

    def test_nothing_secret_is_in_it_but_this_persons_token(self) -> None:
        params = params_of(HOST)

        assert SECRET not in str(params)
        assert not {"apiKey", "recordingWebhookUrl", "liveStreamOutputs", "region"} & set(params)
        assert HOOK not in str(params)

    def test_person_in_the_address_is_the_one_in_the_token(self) -> None:
        for person in (HOST, GUEST):
            params = params_of(person)
            claims = build_claims(params["token"])
            assert claims["participantId"] == params["participantId"]
            assert claims["roomId"] == params["meetingId"] == ROOM.room_id

    def test_address_is_not_shown_by_accident(self) -> None:
        assert "token=" not in repr(embed_of(HOST))

    def test_people_go_where_the_account_says_when_they_leave(self) -> None:
        page = "https://parley.example/left/3f2a/?from=videosdk"

        assert params_of(GUEST, build(return_url=page))["redirectOnLeave"] == page
        assert "redirectOnLeave" not in params_of(GUEST)


TEXTS = {
    "token",
    "meetingId",
    "participantId",
    "name",
    "preferredProtocol",
    "mode",
    "layoutType",
}


def build_claims(token: str) -> dict[str, Any]:
    with Double() as double:
        return double.claims(token) or {}


class TestAbilities:
    def test_host_and_participant_are_shown_different_things(self) -> None:
        host, guest = params_of(HOST), params_of(GUEST)

        more = {name for name, value in host.items() if value == "true" and guest[name] == "false"}
        assert {
            "canRemoveOtherParticipant",
            "participantCanEndMeeting",
            "participantCanToggleOtherMic",
            "participantCanToggleOtherWebcam",
            "partcipantCanToogleOtherScreenShare",
            "participantCanToggleRecording",
        } <= more
        assert not [n for n, value in guest.items() if value == "true" and host[n] == "false"]
        assert params_of(replace(HOST, role=Role.COHOST)).keys() == host.keys()

    @pytest.mark.parametrize(
        ("person", "asks"), [(HOST, "false"), (GUEST, "false"), (WAITING, "true")]
    )
    def test_only_who_must_wait_asks_to_come_in(self, person: Attendee, asks: str) -> None:
        assert params_of(person)["askJoin"] == asks
        assert params_of(replace(HOST, waits=True))["askJoin"] == "false"

    def test_nobody_streams_from_an_address(self) -> None:
        for name in ("liveStreamEnabled", "hlsEnabled", "autoStartRecording", "debug"):
            assert params_of(HOST)[name] == "false"

    @pytest.mark.parametrize(("name", "looks"), [("Ana", "true"), ("Al", "false")])
    def test_short_name_is_not_held_up_by_the_join_screen(self, name: str, looks: str) -> None:
        params = params_of(replace(GUEST, name=name))

        assert params["joinScreenEnabled"] == looks
        assert params["micEnabled"] == params["webcamEnabled"] == looks

    def test_account_may_do_without_the_join_screen(self) -> None:
        params = params_of(GUEST, build(join_screen="no"))

        assert params["joinScreenEnabled"] == params["webcamEnabled"] == "false"


class TestOurPage:
    def html(self, person: Attendee) -> str:
        door = SimpleNamespace(title='Review <b>"1"</b>', url="/j/t0ken/")
        context = {"embed": embed_of(person), "door": door, "site_name": "Parley"}
        return render_to_string("meetings/embed/videosdk.html", context)

    def test_their_page_may_use_the_camera_and_gets_our_origin_only(self) -> None:
        frame = re.findall(r"<iframe.*?</iframe>", self.html(GUEST), re.DOTALL)[0]

        for ability in ("camera", "microphone", "display-capture", "fullscreen"):
            assert f"{ability} https://embed.videosdk.live" in frame
        assert 'referrerpolicy="strict-origin"' in frame
        assert "allowfullscreen" in frame
        assert "sandbox" not in frame
        assert "title=" in frame

    def test_page_holds_no_script_and_no_style_of_its_own(self) -> None:
        html = self.html(replace(GUEST, name='"><script>alert(1)</script>'))

        assert not re.findall(r"<script(?![^>]*src=)", html)
        assert " style=" not in html
        assert "<style" not in html
        assert "<b>" not in html


class TestTheirPage:
    def test_host_is_in_with_more_rights_than_a_participant(
        self, provider: Provider, double: Double
    ) -> None:
        room = provider.init_room(REF, SPEC)

        host = visit(embed_of(HOST, provider, room).url)
        guest = visit(embed_of(GUEST, provider, room).url)

        assert host[0] == guest[0] == 200
        assert "Hanna is in the meeting" in host[1]
        assert "allow_join allow_mod" in host[1]
        assert "Ana is in the meeting" in guest[1]
        assert "allow_mod" not in guest[1]
        assert "End for all" in host[1]
        assert "End for all" not in guest[1]
        assert [peer.key for peer in provider.roster(room)] == [HOST.key, GUEST.key]

    @pytest.mark.parametrize("replayed", [True, False])
    def test_person_who_must_wait_is_let_in_by_a_host(self, replayed: bool) -> None:
        with Double(knocks_are_replayed=replayed) as double:
            provider = build(double)
            room = provider.init_room(REF, SPEC)
            early = embed_of(WAITING, provider, room).url

            assert "asks to be let in" in visit(early)[1]
            page = visit(embed_of(HOST, provider, room).url)[1]
            assert ("Let Ana in" in page) is replayed
            assert [peer.key for peer in provider.roster(room)] == [HOST.key]

            who = told(urlsplit(early).query)["participantId"]
            admit = f"{double.url}/embed/admit?room={room.room_id}&who={who}"
            urllib.request.urlopen(admit, b"", timeout=5).close()
            assert "Ana is in the meeting" in visit(early)[1]

    def test_token_for_another_room_or_person_opens_nothing(
        self, provider: Provider, double: Double
    ) -> None:
        room = provider.init_room(REF, SPEC)
        other = provider.init_room(REF, replace(SPEC, key="other"))
        url = embed_of(GUEST, provider, room).url

        assert "4022" in visit(url.replace(room.room_id, other.room_id))[1]
        assert "4023" in visit(url.replace("participantId=p-", "participantId=h-"))[1]
        provider.deactivate_room(room.room_id)
        assert visit(url)[0] == 403

    def test_page_that_refuses_tokens_for_joining_only_has_a_way_round(self) -> None:
        with Double(takes_rtc=False) as double:
            provider = build(double)
            room = provider.init_room(REF, SPEC)
            assert "4024" in visit(embed_of(HOST, provider, room).url)[1]

            without_roles = build(double, rtc_only="no")
            assert visit(embed_of(HOST, without_roles, room).url)[0] == 200

    @pytest.mark.parametrize("slashes", ["/embed", "/embed/", "/embed//"])
    def test_one_slash_or_two_is_the_same_page(self, double: Double, slashes: str) -> None:
        provider = build(double, embed_url=double.url + slashes)
        room = provider.init_room(REF, SPEC)

        assert visit(embed_of(HOST, provider, room).url)[0] == 200

    def test_value_that_was_encoded_once_too_few_kills_the_page(self, double: Double) -> None:
        assert visit(f"{double.embed_url}?name=100%25%20Bob")[0] == 500
