import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Event, Thread
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from meetings.providers.base import EventKind, ProviderEvent, Role, WebhookRequest
from meetings.providers.errors import (
    ProviderMisconfigured,
    ProviderUnavailable,
    UnexpectedReply,
    WebhookRejected,
)
from meetings.providers.videosdk import Provider
from meetings.providers.videosdk.tokens import participant_id_of
from tests.providers.contract import GUEST, HOST, REF, SPEC
from tests.providers.doubles import base as faults
from tests.providers.doubles.videosdk import Double, events

from . import vectors
from .kit import build, saying

KEY_PATH = "/v2/public/rsa-public-key"
ROOM = {"meetingId": "abcd-efgh-ijkl", "sessionId": "s1"}


def request(body: bytes, signature: str, name: str = "videosdk-signature") -> WebhookRequest:
    return WebhookRequest(body=body, headers={name: signature})


def sent(double: Double, event: str, data: dict[str, Any]) -> WebhookRequest:
    body, headers = double.delivery(event, data)
    return WebhookRequest(body=body, headers=headers)


def signed(body: bytes) -> WebhookRequest:
    return request(body, events.signature(body))


def read(provider: Provider, delivery: WebhookRequest) -> ProviderEvent:
    return provider.parse_webhook(delivery).events[0]


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


class TestEvents:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("session-started", EventKind.ROOM_STARTED),
            ("session-ended", EventKind.ROOM_ENDED),
            ("participant-joined", EventKind.ATTENDEE_JOINED),
            ("participant-left", EventKind.ATTENDEE_LEFT),
            ("recording-started", EventKind.RECORDING_STARTED),
            ("recording-stopped", EventKind.RECORDING_ENDED),
            ("recording-failed", EventKind.RECORDING_ENDED),
            ("transcription-completed", EventKind.FILE_READY),
            ("recording-starting", EventKind.UNKNOWN),
            ("participant-recording-stopped", EventKind.UNKNOWN),
            ("hls-playable", EventKind.UNKNOWN),
            ("something-new", EventKind.UNKNOWN),
            ("", EventKind.UNKNOWN),
        ],
    )
    @pytest.mark.parametrize("type_key", ["webhookType", "type"])
    def test_event_has_a_name_of_ours(self, name: str, kind: EventKind, type_key: str) -> None:
        with Double(type_key=type_key) as double:
            result = build(double).parse_webhook(sent(double, name, ROOM))

        assert [each.kind for each in result.events] == [kind]
        assert result.events[0].session_id == "s1"
        assert result.reply == ""

    @pytest.mark.parametrize("name", ["meetingId", "roomId"])
    def test_room_has_its_old_name_or_its_new_one(
        self, provider: Provider, double: Double, name: str
    ) -> None:
        event = read(provider, sent(double, "session-started", {name: "a-b-c"}))

        assert event.room_id == "a-b-c"

    @pytest.mark.parametrize("person", [HOST, GUEST])
    def test_person_is_known_by_our_key(
        self, provider: Provider, double: Double, person: Any
    ) -> None:
        who = {"participantId": participant_id_of(person), "participantName": person.name}

        event = read(provider, sent(double, "participant-joined", ROOM | who))

        assert event.attendee
        assert (event.attendee.key, event.attendee.role) == (person.key, person.role)
        assert event.attendee.name == person.name

    def test_stranger_is_nobody_of_ours(self, provider: Provider, double: Double) -> None:
        event = read(provider, sent(double, "participant-left", ROOM | {"participantId": "u:1"}))

        assert event.attendee
        assert (event.attendee.key, event.attendee.role) == ("stranger:u:1", Role.PARTICIPANT)

    def test_stopped_recording_with_a_file_is_ready(
        self, provider: Provider, double: Double
    ) -> None:
        data = ROOM | {"id": "r1", "filePath": "/r1.mp4", "fileUrl": None}

        ended, ready = provider.parse_webhook(sent(double, "recording-stopped", data)).events

        assert (ended.kind, ready.kind) == (EventKind.RECORDING_ENDED, EventKind.RECORDING_READY)
        assert ended.recording_id == ready.recording_id == "r1"
        assert ended.event_id != ready.event_id

    def test_times_are_taken_with_z_with_an_offset_and_not_at_all(
        self, provider: Provider, double: Double
    ) -> None:
        for text, expected in {
            "2026-01-01T00:00:00.000Z": datetime(2026, 1, 1, tzinfo=UTC),
            "2026-01-01T01:00:00+01:00": datetime(2026, 1, 1, tzinfo=UTC),
            "2026-01-01T00:00:00": datetime(2026, 1, 1, tzinfo=UTC),
            "yesterday": None,
        }.items():
            event = read(provider, sent(double, "session-started", ROOM | {"start": text}))
            assert event.occurred_at == expected
        assert read(provider, sent(double, "session-started", ROOM | {"start": 17})).kind

    def test_repeated_and_old_deliveries_are_told_by_their_bytes(
        self, provider: Provider, double: Double
    ) -> None:
        old = sent(double, "session-started", ROOM | {"start": "2020-01-01T00:00:00Z"})
        new = sent(double, "session-started", ROOM | {"start": "2026-01-01T00:00:00Z"})

        assert read(provider, old).event_id == read(provider, old).event_id
        assert read(provider, old).event_id != read(provider, new).event_id
        assert len(read(provider, old).event_id) == 64

    @pytest.mark.parametrize(
        "body",
        [
            b"{}",
            b'{"webhookType":"call-started","data":{}}',
            b'{"webhookType":"session-ended","data":[]}',
            b'{"webhookType":"session-ended","data":{"meetingId":null}}',
            b'{"webhookType":["x"],"data":{"meetingId":{"a":1}}}',
        ],
    )
    def test_delivery_about_no_room_is_taken_and_means_nothing(
        self, provider: Provider, body: bytes
    ) -> None:
        assert provider.parse_webhook(signed(body)).events == ()

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"{}" * 9])
    def test_garbage_is_rejected_even_if_it_is_signed(
        self, provider: Provider, body: bytes
    ) -> None:
        with pytest.raises(WebhookRejected):
            provider.parse_webhook(signed(body))


@pytest.fixture
def arrivals() -> Iterator[tuple[str, Queue[WebhookRequest]]]:
    """An address, and what is delivered to it."""
    arrived: Queue[WebhookRequest] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            arrived.put(WebhookRequest(body=body, headers=dict(self.headers)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hooks/main/t0ken/", arrived
    server.shutdown()
    server.server_close()


def test_double_has_one_key_for_all_its_threads() -> None:
    events._made_key.cache_clear()

    with ThreadPoolExecutor(8) as pool:
        made = {id(key) for key in pool.map(events.key_pair, [0] * 8)}

    assert len(made) == 1


def test_meeting_tells_its_story_to_the_rooms_webhook(
    provider: Provider, double: Double, arrivals: tuple[str, Queue[WebhookRequest]]
) -> None:
    url, arrived = arrivals
    room = provider.init_room(REF, replace(SPEC, webhook_url=url))

    double.enter(room.room_id, participant_id_of(GUEST), GUEST.name)
    provider.start_recording(room)
    provider.stop_recording(room)
    provider.remove(room, GUEST.key)
    provider.end_room(room)

    told = [
        event for _ in range(6) for event in provider.parse_webhook(arrived.get(timeout=5)).events
    ]
    assert {event.room_id for event in told} == {room.room_id}
    assert sorted(event.kind for event in told) == [  # they come in any order
        "attendee_joined",
        "attendee_left",
        "recording_ended",
        "recording_ready",
        "recording_started",
        "room_ended",
        "room_started",
    ]


def test_delivery_can_be_sent_by_hand_and_twice(
    provider: Provider, double: Double, arrivals: tuple[str, Queue[WebhookRequest]]
) -> None:
    url, arrived = arrivals

    assert double.deliver(url, "session-started", ROOM, times=2) == [200, 200]

    first, again = arrived.get(timeout=5), arrived.get(timeout=5)
    assert read(provider, first) == read(provider, again)
