from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from meetings.providers.errors import (
    BadCredentials,
    Conflict,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RoomNotFound,
)
from meetings.providers.videosdk import Provider
from tests.providers.contract import REF
from tests.providers.doubles import base as faults
from tests.providers.doubles.videosdk import SECRET, Double

from .kit import build, once, saying


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "words", "kind"),
        [
            (400, "roomId is required", ProviderRefused),
            (400, "Room not found.", RoomNotFound),
            (400, "RoomId is invalid.", RoomNotFound),
            (400, "This room is disabled.", Conflict),
            (402, "Room not found.", RoomNotFound),
            (403, "Role not allowed", BadCredentials),
            (404, "no active HLS", RoomNotFound),
            (409, "duplicate", Conflict),
            (418, "teapot", ProviderRefused),
            (429, "slow down", ProviderUnavailable),
            (500, "oops", ProviderUnavailable),
        ],
    )
    @pytest.mark.parametrize(
        "body",
        [
            lambda words: {"message": words, "code": 17},
            lambda words: {"message": "", "error": words},
            lambda words: {"error": True, "msg": words},
            lambda words: {"statusMessage": words, "errorCode": "E1"},
            lambda words: words,
        ],
    )
    def test_refusal_is_named_and_keeps_their_words(
        self,
        provider: Provider,
        double: Double,
        status: int,
        words: str,
        kind: type[ProviderError],
        body: Callable[[str], Any],
    ) -> None:
        with double.failing(saying(body(words), status)), pytest.raises(ProviderError) as caught:
            provider.fetch_room("abcd-efgh-ijkl")

        assert type(caught.value) is kind
        assert words in str(caught.value)
        assert f"HTTP {status}" in str(caught.value)

    def test_plain_text_is_their_words(self, provider: Provider, double: Double) -> None:
        said = saying("Plainly no", 400, "text/plain")
        with double.failing(said), pytest.raises(ProviderRefused, match="Plainly no"):
            provider.fetch_room("a-b")

    @pytest.mark.parametrize("silent", [b"<html>Sorry</html>", b"", b"[]", b"{}", b'""'])
    def test_page_is_not_their_words(
        self, provider: Provider, double: Double, silent: bytes
    ) -> None:
        with (
            double.failing(saying(silent, 400)),
            pytest.raises(ProviderRefused, match="refused without a word"),
        ):
            provider.fetch_room("a-b")

    def test_code_of_theirs_is_kept(self, provider: Provider, double: Double) -> None:
        said = saying({"message": "Full", "code": 4009}, 400)
        with double.failing(said), pytest.raises(ProviderRefused, match=r"Full \[4009\]"):
            provider.fetch_room("a-b")

    def test_our_secret_and_tokens_are_cut_out_of_their_words(
        self, provider: Provider, double: Double
    ) -> None:
        token = provider.server_token.current()
        said = saying({"message": f"Token {token} made with {SECRET} is wrong"}, 400)

        with (
            double.failing(said),
            pytest.raises(ProviderRefused, match="Token … made with … is wrong"),
        ):
            provider.fetch_room("a-b")

    def test_too_many_requests_pass(self, provider: Provider, double: Double) -> None:
        with double.failing(once(faults.status(429))):
            with pytest.raises(ProviderUnavailable) as caught:
                provider.is_live(REF)

            assert caught.value.retryable
            assert provider.is_live(REF) is False


class TestPing:
    names: ClassVar[list[str]] = ["secret", "rooms", "sessions", "recordings", "webhooks"]

    def test_everything_works_with_the_right_keys(self, provider: Provider, double: Double) -> None:
        found = provider.ping()

        assert [(each.name, each.passed) for each in found] == [(n, True) for n in self.names]
        assert {call.method for call in double.journal} == {"GET"}

    @pytest.mark.parametrize("wrong", [{"secret": "x" * 64}, {"api_key": "another"}])
    def test_wrong_key_is_told_in_their_words(self, double: Double, wrong: dict[str, str]) -> None:
        found = {each.name: each for each in build(double, **wrong).ping()}

        assert found["webhooks"].passed  # their public key is for everybody
        for name in ("rooms", "sessions", "recordings"):
            assert not found[name].passed
            assert "Token is invalid or expired" in found[name].message

    @pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
    def test_short_secret_is_told_and_not_shown(self, double: Double) -> None:
        found = build(double, secret="hunter2").ping()

        assert not found[0].passed
        assert "too short" in found[0].message
        assert "hunter2" not in repr(found)

    def test_provider_that_does_not_answer_is_not_asked_for_everything(
        self, provider: Provider, double: Double
    ) -> None:
        with double.failing(faults.html_503):
            found = provider.ping()

        assert [each.passed for each in found] == [True, False, False, False, False]
        assert [each.name for each in found] == self.names
        assert len(double.journal) == 2
