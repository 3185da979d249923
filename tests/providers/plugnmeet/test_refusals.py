"""plugNmeet: refusals named for what to do, and answers that are none."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from meetings.providers.errors import (
    BadCredentials,
    Conflict,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RoomNotFound,
    UnexpectedReply,
)
from meetings.providers.plugnmeet import Provider
from meetings.providers.plugnmeet.replies import NoSuchCall, NothingFound

from ..contract import GUEST, REF, SPEC
from ..doubles.plugnmeet import Double
from .kit import SOON, account, says

REFUSALS = [
    ("ROOM_NOT_FOUND", "room is not active", RoomNotFound),
    ("ROOM_NOT_ACTIVE", "room is not active", RoomNotFound),
    ("", "room is not active. create room first", RoomNotFound),
    ("INTERNAL_SERVER_ERROR", "room found in delete status, need to recreate it", RoomNotFound),
    ("INTERNAL_SERVER_ERROR", "did not find correct room info", RoomNotFound),
    ("INTERNAL_SERVER_ERROR", "user_id should only contain ASCII letters", ProviderRefused),
    ("INTERNAL_SERVER_ERROR", "room_id contains a reserved pattern", ProviderRefused),
    ("INTERNAL_SERVER_ERROR", "timeout waiting to acquire lock for room x", ProviderUnavailable),
    ("INTERNAL_SERVER_ERROR", "failed to end room, it may be starting", ProviderUnavailable),
    ("INTERNAL_SERVER_ERROR", "dial tcp: connection refused", ProviderUnavailable),
    ("INTERNAL_SERVER_ERROR", "nats: key not found", ProviderUnavailable),
    ("", "timeout waiting to acquire lock for room x", ProviderUnavailable),
    ("", "failed to end room, it may be starting", ProviderUnavailable),
    ("INVALID_PARAMETERS", "validation error: x: not found", ProviderRefused),
    ("USER_BLOCKED", "this user is blocked to join this session", ProviderRefused),
    ("NOT_FOUND", "no recording found", NothingFound),
    ("UNKNOWN_STATUS", "no recording found", NothingFound),
    ("CONFLICT", "another upload runs", Conflict),
    ("INVALID_API_KEY", "Invalid API key provided.", BadCredentials),
    ("", "can't verify provided information", BadCredentials),
    ("A_NEW_CODE", "something new", ProviderRefused),
    ("", "", ProviderRefused),
]


@pytest.mark.parametrize(("code", "words", "error"), REFUSALS)
def test_refusal_is_named_for_what_to_do(
    double: Double, provider: Provider, code: str, words: str, error: type[ProviderError]
) -> None:
    answer = {"status": False, "msg": words, **({"status_code": code} if code else {})}

    with double.failing(says(answer)), pytest.raises(error) as caught:
        provider.call("/room/endRoom", {"room_id": "x"})

    assert type(caught.value) is error
    assert str(caught.value) == f"plugNmeet: {words or 'refused without a word'}"


@pytest.mark.parametrize("version", ["1.9.4", "2.4.0"])
@pytest.mark.parametrize("changed", [{"api_key": "other"}, {"api_secret": "x" * 32}])
def test_wrong_key_or_secret_is_the_operators_to_mend(version: str, changed: Any) -> None:
    with Double(version=version) as double:
        provider = account(double, **changed)

        with pytest.raises(BadCredentials):
            provider.init_room(REF, SPEC)

        assert not double.rooms


@pytest.mark.parametrize("answer", [[], 3, "x", {}, {"status": "yes"}, {"ok": True}])
def test_answer_in_another_language_is_unexpected(
    double: Double, provider: Provider, answer: Any
) -> None:
    with double.failing(says(answer)), pytest.raises(UnexpectedReply, match="plugNmeet"):
        provider.is_live(REF)


JUNK = [None, 3, "x", [], [None, 3, "x", []], {}, {"status": 1}]
PARTS = ["room_info", "room", "rooms", "result", "token", "recording_info", "artifact_info"]


@pytest.mark.parametrize("junk", [*JUNK, dict.fromkeys(PARTS)], ids=repr)
def test_answer_with_junk_in_it_never_breaks_us(
    double: Double, provider: Provider, junk: Any
) -> None:
    """Every call either has an answer or says what is wrong."""
    asks: list[Callable[[], Any]] = [
        lambda: provider.init_room(REF, SPEC),
        lambda: provider.join(REF, GUEST, until=SOON),
        lambda: provider.roster(REF),
        provider.live_rooms,
        lambda: provider.past_rooms([SPEC.key]),
        lambda: provider.recordings(REF),
        lambda: provider.recording("r1"),
        lambda: provider.recording_url("r1"),
        lambda: provider.artifacts(REF),
        lambda: provider.artifact("a1"),
        lambda: provider.artifact_url("a1"),
        provider.ping,
    ]
    parts = {"rooms_list", "recordings_list", "artifacts_list", "participants_info"}
    nested = dict.fromkeys(parts, junk)
    answer = dict.fromkeys(PARTS, junk) | {"status": True}

    for content in (answer, {**answer, "room": nested, "result": nested}):
        with double.failing(says(content)):
            for ask in asks:
                with suppress(ProviderError):
                    ask()


def test_way_in_without_a_token_is_none(double: Double, provider: Provider) -> None:
    answer = {"status": True, "token": ""}

    with double.failing(says(answer)), pytest.raises(UnexpectedReply, match="no “token”"):
        provider.join(REF, GUEST, until=SOON)


@pytest.mark.parametrize("status", [404, 405])
def test_call_that_is_not_there_is_not_a_room_that_is_not_there(
    double: Double, provider: Provider, status: int
) -> None:
    with double.failing(says("not found", status, "text/plain")), pytest.raises(NoSuchCall) as no:
        provider.is_live(REF)

    assert not isinstance(no.value, RoomNotFound)
    assert str(no.value) == f"plugNmeet: not found (HTTP {status})"


def test_secret_in_the_servers_words_is_not_repeated(double: Double, provider: Provider) -> None:
    leak = says(f"<b>key</b> {Double.api_secret}", 400, "text/plain")
    plain = says(f"key {Double.api_secret}", 500, "text/plain")

    for fault in (leak, plain):
        with double.failing(fault), pytest.raises(ProviderError) as caught:
            provider.is_live(REF)
        assert Double.api_secret not in str(caught.value)


def test_room_id_that_the_server_cannot_hold_is_refused_in_its_words(provider: Provider) -> None:
    with pytest.raises(ProviderRefused, match="should only contain"):
        provider.init_room(REF, replace(SPEC, key="a b"))
