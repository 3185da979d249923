"""Deliveries are theirs when their signature says so."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from meetings.providers.base import EventKind
from meetings.providers.errors import (
    ProviderMisconfigured,
    ProviderUnavailable,
    UnexpectedReply,
    WebhookRejected,
)
from meetings.providers.videosdk import Provider
from tests.providers.doubles import base as faults
from tests.providers.doubles.videosdk import Double, events

from . import vectors
from .deliveries import ROOM, request, sent
from .kit import build, saying

KEY_PATH = "/v2/public/rsa-public-key"


class TestSignature:
    pinned = staticmethod(lambda: build(webhook_key=vectors.PUBLIC_KEY))

    @pytest.mark.parametrize("header", ["videosdk-signature", "Videosdk-Signature"])
    def test_known_delivery_is_theirs(self, header: str) -> None:
        (event,) = (
            self.pinned().parse_webhook(request(vectors.BODY, vectors.SIGNATURE, header)).events
        )

        assert event.kind is EventKind.ROOM_ENDED
        assert event.room_id == "abcd-efgh-ijkl"
        assert event.session_id == "613731342f27f56e4fc4b6d0"
        assert event.occurred_at == datetime(2026, 1, 1, 0, 45, tzinfo=UTC)

    @pytest.mark.parametrize("at", range(0, len(vectors.BODY), 17))
    def test_one_changed_byte_is_rejected(self, at: int) -> None:
        body = bytearray(vectors.BODY)
        body[at] ^= 1

        with pytest.raises(WebhookRejected):
            self.pinned().parse_webhook(request(bytes(body), vectors.SIGNATURE))

    @pytest.mark.parametrize("body", [vectors.BODY + b"\n", vectors.BODY[:-1], b""])
    def test_longer_and_shorter_bytes_are_rejected(self, body: bytes) -> None:
        with pytest.raises(WebhookRejected):
            self.pinned().parse_webhook(request(body, vectors.SIGNATURE))

    @pytest.mark.parametrize(
        "signature",
        ["", " ", "AAAA", "not base64!", vectors.SIGNATURE[:-4], "é" * 344, vectors.SIGNATURE * 2],
    )
    def test_signature_that_is_none_is_rejected(self, signature: str) -> None:
        with pytest.raises(WebhookRejected):
            self.pinned().parse_webhook(request(vectors.BODY, signature))

    def test_hash_is_ours_to_choose(self) -> None:
        body = vectors.BODY
        for digest in (hashes.SHA1(), hashes.SHA512()):
            weak = events.key_pair().sign(body, padding.PKCS1v15(), digest)
            with Double() as double, pytest.raises(WebhookRejected):
                build(double).parse_webhook(request(body, base64.b64encode(weak).decode()))

    def test_pinned_key_may_come_on_one_line(self) -> None:
        provider = build(webhook_key=vectors.PUBLIC_KEY.replace("\n", "\\n"))

        assert provider.parse_webhook(request(vectors.BODY, vectors.SIGNATURE)).events

    def test_pinned_key_is_the_only_one_believed(self, double: Double) -> None:
        provider = build(double, webhook_key=vectors.PUBLIC_KEY)

        with pytest.raises(WebhookRejected):
            provider.parse_webhook(sent(double, "session-started", ROOM))
        assert double.journal == []

    @pytest.mark.parametrize("kind", ["private", "short"])
    def test_key_that_is_not_a_good_public_one_is_refused(self, kind: str) -> None:
        size = 1024 if kind == "short" else 2048
        key = rsa.generate_private_key(public_exponent=65537, key_size=size)
        pem = serialization.Encoding.PEM
        if kind == "private":
            form = serialization.PrivateFormat.PKCS8
            text = key.private_bytes(pem, form, serialization.NoEncryption())
        else:
            text = key.public_key().public_bytes(pem, serialization.PublicFormat.PKCS1)

        with pytest.raises(ProviderMisconfigured, match="webhook_key"):
            build(webhook_key=text.decode())


class TestTheirKey:
    @pytest.mark.parametrize("form", ["pkcs1", "spki"])
    def test_either_form_of_key_will_do(self, form: str) -> None:
        with Double(key_form=form) as double:
            assert build(double).parse_webhook(sent(double, "session-started", ROOM)).events

    def test_it_is_asked_for_once_and_without_a_token(
        self, provider: Provider, double: Double
    ) -> None:
        for _ in range(3):
            provider.parse_webhook(sent(double, "session-started", ROOM))

        (call,) = double.journal
        assert call.path == KEY_PATH
        assert "authorization" not in call.headers

    def test_first_events_that_come_together_are_all_read(
        self, provider: Provider, double: Double
    ) -> None:
        events = [sent(double, name, ROOM) for name in ("session-started", "participant-joined")]

        with double.failing(faults.slow(0.3)), ThreadPoolExecutor() as pool:
            results = list(pool.map(provider.parse_webhook, events))

        assert [len(result.events) for result in results] == [1, 1]
        assert double.paths() == [KEY_PATH]

    def test_nobody_waits_for_another_while_a_key_is_known(self, double: Double) -> None:
        provider = build(double, read_timeout=20.0)
        delivery = sent(double, "session-started", ROOM)
        provider.parse_webhook(delivery)
        provider._asked_at = 0.0  # long ago
        asked, heard = Event(), Event()
        in_time: list[bool] = []

        def hold(double: Any, call: Any, reply: Any) -> Any:
            asked.set()
            in_time.append(heard.wait(10))
            return reply

        with double.failing(hold), ThreadPoolExecutor() as pool:
            asking = pool.submit(provider.parse_webhook, delivery)
            assert asked.wait(10)
            provider.parse_webhook(delivery)
            heard.set()

        assert asking.result().events
        assert in_time == [True]

    def test_it_is_asked_for_again_after_a_day(self, provider: Provider, double: Double) -> None:
        with time_machine.travel(0, tick=False) as clock:
            provider.parse_webhook(sent(double, "session-started", ROOM))
            clock.shift(timedelta(hours=24))
            provider.parse_webhook(sent(double, "session-started", ROOM))

        assert double.paths() == [KEY_PATH] * 2

    def test_new_key_is_learned(self, provider: Provider, double: Double) -> None:
        with time_machine.travel(0, tick=False) as clock:
            provider.parse_webhook(sent(double, "session-started", ROOM))
            clock.shift(timedelta(minutes=10))
            double.switch["key_number"] = 1

            assert provider.parse_webhook(sent(double, "session-started", ROOM)).events

    def test_forgeries_do_not_make_us_ask(self, provider: Provider, double: Double) -> None:
        forged = request(vectors.BODY, vectors.SIGNATURE)
        with time_machine.travel(0, tick=False) as clock:
            for _ in range(5):
                with pytest.raises(WebhookRejected):
                    provider.parse_webhook(forged)
                clock.shift(60)

        assert double.paths() == [KEY_PATH]

    def test_key_that_cannot_be_had_is_no_verdict(self, provider: Provider, double: Double) -> None:
        delivery = sent(double, "session-started", ROOM)
        with time_machine.travel(0, tick=False) as clock:
            with double.failing(faults.html_503):
                for _ in range(3):
                    with pytest.raises(ProviderUnavailable):
                        provider.parse_webhook(delivery)
            clock.shift(10)
            assert provider.parse_webhook(delivery).events

        assert len(double.journal) == 3  # twice without an answer, and once with

    def test_known_key_is_kept_while_they_do_not_answer(
        self, provider: Provider, double: Double
    ) -> None:
        delivery = sent(double, "session-started", ROOM)
        with time_machine.travel(0, tick=False) as clock:
            provider.parse_webhook(delivery)
            clock.shift(timedelta(days=2))
            with double.failing(faults.html_503):
                assert provider.parse_webhook(delivery).events
                clock.shift(timedelta(minutes=10))
                with pytest.raises(WebhookRejected):
                    provider.parse_webhook(request(vectors.BODY, vectors.SIGNATURE))

    @pytest.mark.parametrize("answer", [{}, {"publicKey": "none"}, {"publicKey": ["x"]}, "text"])
    def test_key_that_is_none_is_not_believed(
        self, provider: Provider, double: Double, answer: Any
    ) -> None:
        with double.failing(saying(answer)), pytest.raises(UnexpectedReply, match="VideoSDK"):
            provider.parse_webhook(sent(double, "session-started", ROOM))
