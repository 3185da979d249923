"""What every provider behind HTTP keeps to, beside the contract of all providers."""

import logging
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from meetings.providers.errors import (
    BadCredentials,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    UnexpectedReply,
)

from .contract import GUEST, HOST, REF, SPEC, AnyProvider, ProviderContract
from .doubles import base as faults
from .doubles.base import Double, Fault

NO_ANSWER = (ProviderUnavailable, OutcomeUnknown)
Expected = type[ProviderError] | tuple[type[ProviderError], ...]

TROUBLES: dict[str, tuple[Fault, Expected]] = {
    "401": (faults.status(401), BadCredentials),
    "403": (faults.status(403), BadCredentials),
    "429": (faults.status(429), ProviderUnavailable),
    "500": (faults.status(500), ProviderUnavailable),
    "503 in html": (faults.html_503, ProviderUnavailable),
    "html with 200": (faults.html, UnexpectedReply),
    "too long": (faults.huge, UnexpectedReply),
    "redirect": (faults.elsewhere, UnexpectedReply),
    "lost answer": (faults.cut, NO_ANSWER),
}


class HttpProviderContract(ProviderContract):
    """Inherit, and name the double. Its address replaces `url` in the options."""

    double_class: ClassVar[type[Double]]
    secrets: ClassVar[tuple[str, ...]]

    @abstractmethod
    def harmless_call(self, provider: AnyProvider) -> Any:
        """A call that only reads, and asks the provider for sure."""

    @pytest.fixture
    def double(self) -> Iterator[Double]:
        with self.double_class() as double:
            yield double

    @pytest.fixture
    def provider(self, double: Double) -> AnyProvider:
        return self.build(url=double.url, read_timeout=8.0)  # a busy machine takes its time

    @pytest.mark.parametrize("trouble", TROUBLES)
    def test_trouble_is_named_for_what_to_do(
        self, provider: AnyProvider, double: Double, trouble: str
    ) -> None:
        fault, expected = TROUBLES[trouble]

        with double.failing(fault), pytest.raises(expected) as caught:
            self.harmless_call(provider)

        assert provider.label in str(caught.value)
        self.assert_no_secret(str(caught.value))

    def test_answer_that_takes_too_long_is_not_waited_for(self, double: Double) -> None:
        provider = self.build(url=double.url, read_timeout=0.2)

        with double.failing(faults.slow(0.6)), pytest.raises(NO_ANSWER) as caught:
            self.harmless_call(provider)

        assert provider.label in str(caught.value)
        self.assert_no_secret(str(caught.value))

    def test_nobody_there_is_unavailable(self) -> None:
        with pytest.raises(ProviderUnavailable):
            self.harmless_call(self.build(url="http://127.0.0.1:9"))

    def test_every_call_is_signed_as_the_provider_verifies(
        self, provider: AnyProvider, double: Double
    ) -> None:
        room = provider.init_room(REF, SPEC)
        provider.join(room, HOST, until=SPEC.until)
        provider.join(room, GUEST, until=SPEC.until)
        provider.ping()

        assert double.journal
        assert all(call.verified for call in double.journal)

    def test_nothing_secret_is_logged_or_said(
        self, provider: AnyProvider, double: Double, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            room = provider.init_room(REF, SPEC)
            ticket = provider.join(room, HOST, until=SPEC.until)

        self.assert_no_secret(caplog.text + repr(room) + repr(ticket) + repr(provider.options))
        for call in double.journal:
            self.assert_no_secret(call.path)

    def test_private_address_from_the_admin_is_not_called(self, double: Double) -> None:
        options = self.build(url=double.url).options
        typed_in = self.provider_class("main", options, trusted=False)

        with pytest.raises(ProviderRefused, match="own network"):
            self.harmless_call(typed_in)

        assert double.journal == []

    def test_address_that_is_none_is_refused(self) -> None:
        with pytest.raises(Exception, match="url"):
            self.build(url="javascript:alert(1)")

    def assert_no_secret(self, text: str) -> None:
        for name in self.secrets:
            assert str(self.options[name]) not in text
