import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest
import requests
import time_machine
from hypothesis import given
from hypothesis import settings as few
from hypothesis import strategies as st

from meetings.providers.base import Attendee, Role
from meetings.providers.errors import BadCredentials
from meetings.providers.videosdk import Provider, tokens
from tests.providers.contract import GUEST, HOST, REF, SPEC
from tests.providers.doubles import base as faults
from tests.providers.doubles.videosdk import API_KEY, Double
from tests.providers.doubles.videosdk.tokens import claims_of, commands, refusal

from . import vectors
from .kit import build, saying

SERIAL = "00000000-0000-4000-8000-00000000000{}"
WAITING = replace(GUEST, waits=True)
ROOM = "abcd-efgh-ijkl"


def read(token: str) -> dict[str, object]:
    claims = claims_of(token, api_key=API_KEY, secret=vectors.SECRET)
    assert claims is not None
    return claims


class TestVectors:
    @pytest.fixture(autouse=True)
    def that_moment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        serials = (SERIAL.format(number) for number in itertools.count(2))
        monkeypatch.setattr(tokens, "uuid4", lambda: next(serials))

    def test_servers_token_is_the_known_one(self) -> None:
        claims = {**tokens.server_claims(API_KEY, now=vectors.ISSUED), "jti": SERIAL.format(1)}

        assert tokens.sign(claims, vectors.SECRET) == vectors.SERVER

    def test_hosts_and_waiting_guests_tokens_are_the_known_ones(self) -> None:
        options = build().options
        with time_machine.travel(vectors.ISSUED + 30, tick=False):  # dated back by 30 s
            host = tokens.participant_claims(
                options, ROOM, "host-1", HOST, vectors.ISSUED + 2 * 3600
            )
            guest = tokens.participant_claims(
                options, ROOM, "guest-7", WAITING, vectors.ISSUED + 3600
            )

        assert tokens.sign(host, vectors.SECRET) == vectors.HOST
        assert tokens.sign(guest, vectors.SECRET) == vectors.GUEST


class TestServersToken:
    def test_one_token_serves_many_calls_and_is_renewed_in_time(self) -> None:
        server = tokens.ServerToken(build().options)
        with time_machine.travel(vectors.ISSUED, tick=False) as clock:
            first = server.current()
            clock.shift(539)
            assert server.current() == first
            clock.shift(1)
            assert server.current() != first

    def test_clock_that_was_put_back_makes_a_new_token(self) -> None:
        server = tokens.ServerToken(build().options)
        with time_machine.travel(vectors.ISSUED, tick=False) as clock:
            first = server.current()
            clock.shift(-3600)
            assert server.current() != first

    def test_refused_token_is_not_used_again(self, provider: Provider, double: Double) -> None:
        first = provider.server_token.current()

        with double.failing(faults.status(401)), pytest.raises(BadCredentials):
            provider.is_live(REF)

        assert provider.server_token.current() != first

    def test_clock_that_is_wrong_is_told_in_their_words(
        self, provider: Provider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with time_machine.travel(timedelta(hours=-2)):
            stale = provider.server_token.current()
        monkeypatch.setattr(provider.server_token, "current", lambda: stale)

        with pytest.raises(BadCredentials, match="Token is invalid or expired"):
            provider.is_live(REF)

    def test_it_is_sent_raw_and_in_no_address(self, provider: Provider, double: Double) -> None:
        provider.is_live(REF)

        (call,) = double.journal
        assert call.headers["authorization"].count(".") == 2
        assert " " not in call.headers["authorization"]
        assert call.headers["authorization"] not in call.path

    def test_it_can_not_join_and_does_not_leave_the_server(self, provider: Provider) -> None:
        ticket = provider.join(REF, HOST, until=datetime.now(UTC))
        server = provider.server_token.current()

        assert refusal(read(server), room_id=REF.room_id, participant_id="h-1").startswith("4024")
        assert server not in ticket.context["embed"].url


class TestPersonsToken:
    def test_it_commands_nothing(self, provider: Provider, double: Double) -> None:
        token = provider.get_token(ROOM, "h-1", HOST, datetime.now(UTC))

        answer = requests.get(f"{double.url}/v2/rooms", headers={"Authorization": token}, timeout=5)

        assert answer.status_code == 401

    @pytest.mark.parametrize(
        ("person", "rights"),
        [
            (HOST, ["allow_join", "allow_mod"]),
            (replace(HOST, role=Role.COHOST), ["allow_join", "allow_mod"]),
            (replace(HOST, waits=True), ["allow_join", "allow_mod"]),
            (GUEST, ["allow_join"]),
            (WAITING, ["ask_join"]),
        ],
    )
    def test_rights_are_named_and_only_these(self, person: Attendee, rights: list[str]) -> None:
        claims = read(build().get_token(ROOM, "x-1", person, datetime.now(UTC)))

        assert claims["permissions"] == rights
        assert claims["roles"] == ["rtc"]
        assert claims["version"] == 2
        assert refusal(claims, room_id=ROOM, participant_id="x-1") == ""

    def test_it_opens_no_other_room_and_serves_no_other_person(self) -> None:
        claims = read(build().get_token(ROOM, "p-1", GUEST, datetime.now(UTC)))

        assert refusal(claims, room_id="other-room", participant_id="p-1").startswith("4022")
        assert refusal(claims, room_id=ROOM, participant_id="p-2").startswith("4023")

    def test_no_two_tokens_are_alike(self) -> None:
        provider, until = build(), datetime.now(UTC)

        assert provider.get_token(ROOM, "p-1", GUEST, until) != provider.get_token(
            ROOM, "p-1", GUEST, until
        )

    def test_account_may_leave_the_roles_out_to_find_a_fault(self) -> None:
        claims = read(build(rtc_only="no").get_token(ROOM, "p-1", GUEST, datetime.now(UTC)))

        assert "roles" not in claims
        assert commands(claims)  # which is why it is not the rule

    @pytest.mark.parametrize(
        ("until", "lasts"),
        [
            (timedelta(hours=-1), timedelta(minutes=30)),
            (timedelta(minutes=10), timedelta(minutes=30)),
            (timedelta(hours=2), timedelta(hours=2)),
            (timedelta(days=3), timedelta(hours=8)),
        ],
    )
    def test_it_lives_as_long_as_the_way_in_within_reason(
        self, until: timedelta, lasts: timedelta
    ) -> None:
        now = datetime.fromtimestamp(vectors.ISSUED, UTC)
        with time_machine.travel(now, tick=False):
            claims = read(build().get_token(ROOM, "p-1", GUEST, now + until))

        assert claims["exp"] == vectors.ISSUED + lasts.total_seconds()
        assert claims["iat"] == vectors.ISSUED - 30

    def test_account_says_how_short_it_may_live(self) -> None:
        now = datetime.fromtimestamp(vectors.ISSUED, UTC)
        with time_machine.travel(now, tick=False):
            claims = read(build(token_minutes="5").get_token(ROOM, "p-1", GUEST, now))

        assert claims["exp"] == vectors.ISSUED + 300

    def test_another_library_reads_it_too(self) -> None:
        token = build().get_token(ROOM, "p-1", GUEST, datetime.now(UTC))

        assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
        assert jwt.decode(token, vectors.SECRET, algorithms=["HS256"])["roomId"] == ROOM


# Those that could matter: to have any, hypothesis reads all of Unicode first.
LETTERS = "aZ09-_.~ :/@,;=+%&\"'\t\n\0äß日🎥\u0301\u200d"


class TestParticipantIds:
    @given(st.text(LETTERS), st.sampled_from(Role))
    @few(max_examples=50)
    def test_person_is_known_again_by_their_id(self, key: str, role: Role) -> None:
        attendee = Attendee(key=key or "u:1", name="Ana", role=role)

        participant_id = tokens.participant_id_of(attendee)

        assert participant_id.isascii()
        assert not set(participant_id) & set(" \t:/@,")
        assert tokens.person_of(participant_id) == (attendee.key, role)

    def test_host_has_one_for_each_device_and_a_participant_only_one(self) -> None:
        assert tokens.participant_id_of(HOST) != tokens.participant_id_of(HOST)
        assert tokens.participant_id_of(GUEST) == tokens.participant_id_of(GUEST)

    @pytest.mark.parametrize("odd", ["", "p-", "u:1", "x-dToy", "p-_w", "p-A", "p-dToy ", "h!-a"])
    def test_id_that_is_not_ours_is_a_strangers(self, odd: str) -> None:
        assert tokens.person_of(odd) == (f"stranger:{odd}", Role.PARTICIPANT)


def test_three_steps_of_the_vendors_server_pattern(provider: Provider, double: Double) -> None:
    room = provider.create_meeting(SPEC)
    token = provider.get_token(room.room_id, "h-1", HOST, datetime.now(UTC))

    assert provider.validate_meeting(room.room_id)
    assert double.claims(token)
    with double.failing(saying({"message": "RoomId is invalid."}, 400)):
        assert not provider.validate_meeting(room.room_id)
