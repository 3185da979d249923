"""What deliveries tell, and how the double sends them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Any

import pytest

from meetings.providers.base import EventKind, Role, WebhookRequest
from meetings.providers.errors import (
    WebhookRejected,
)
from meetings.providers.videosdk import Provider
from meetings.providers.videosdk.tokens import participant_id_of
from tests.providers.contract import GUEST, HOST, REF, SPEC
from tests.providers.doubles.videosdk import Double, events

from .deliveries import ROOM, read, sent, signed
from .kit import build


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
