"""plugNmeet's deliveries: proven, fresh, whole, and read into our words."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
import requests
import time_machine

from meetings.providers.base import EventKind, ProviderEvent, Role, WebhookRequest
from meetings.providers.errors import WebhookRejected
from meetings.providers.plugnmeet import Provider

from ..contract import GUEST, HOST, REF, SPEC
from ..doubles.plugnmeet import Double, signing
from .kit import account

BODY = (
    b'{"event":"room_finished","room":{"sid":"7f867cd7-7956-4a17-af46-6ddd4015a497","room_id":'
    b'"mtg-2f9c1d","empty_timeout":1800,"max_participants":0,"creation_time":"1763700000",'
    b'"metadata":"{}"},"id":"EV_9hTqLw2v7sXo","created_at":"1763703600"}'
)
TOKEN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJsYWIta2V5IiwiZXhwIjoxNzYzNzAzOTAwLCJuYmYiOjE3"
    "NjM3MDM2MDAsImlhdCI6MTc2MzcwMzYwMCwic2hhMjU2IjoiZmhzWnBHK2o1K3RCTmlpWFpJa3JZcXBVbXpkdGY3dFZ3b0"
    "5qbmpZRk1tND0ifQ.KaV-8KYrqODEKqNDPEVnwzk5TBGMN2KG9Te40T7iGkU"
)
SIGNED_AT = 1763703600
ROOM = {"sid": "s1", "room_id": SPEC.key}


@pytest.fixture
def provider() -> Provider:
    return account()


def clock(seconds: int) -> Any:
    return time_machine.travel(datetime.fromtimestamp(seconds, UTC), tick=False)


def read(provider: Provider, body: bytes, headers: dict[str, str]) -> tuple[ProviderEvent, ...]:
    return provider.parse_webhook(WebhookRequest(body=body, headers=headers)).events


def told(double: Double, provider: Provider, event: str, **more: Any) -> ProviderEvent:
    """The one event of a delivery as the double sends it."""
    (found,) = read(provider, *double.delivery(event, more.pop("room", ROOM), **more))
    return found


# Proof


def test_delivery_of_the_manual_is_accepted(provider: Provider) -> None:
    with clock(SIGNED_AT + 50):
        (event,) = read(provider, BODY, {"Authorization": TOKEN, "Hash-Token": TOKEN})

    assert event.kind is EventKind.ROOM_ENDED
    assert (event.room_id, event.event_id) == ("mtg-2f9c1d", "EV_9hTqLw2v7sXo")
    assert event.session_id == "7f867cd7-7956-4a17-af46-6ddd4015a497"
    assert event.occurred_at == datetime.fromtimestamp(SIGNED_AT, UTC)


def test_double_signs_as_the_manual_does() -> None:
    made = signing.delivery_token(Double.api_key, Double.api_secret, BODY, SIGNED_AT)

    assert made == TOKEN
    assert len(BODY) == 238


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": TOKEN},
        {"Hash-Token": TOKEN},
        {"hash-token": TOKEN},
        {"AUTHORIZATION": f"Bearer {TOKEN}"},
        {"Authorization": "Basic c2VjcmV0", "Hash-Token": TOKEN},
    ],
    ids=["bare", "stripped by a host", "lower case", "bearer", "somebody's own authorization"],
)
def test_proof_is_found_in_either_header(provider: Provider, headers: dict[str, str]) -> None:
    with clock(SIGNED_AT):
        assert read(provider, BODY, headers)


@pytest.mark.parametrize("seconds", [-59, 0, 300, 359])
def test_clocks_may_differ_by_a_minute(provider: Provider, seconds: int) -> None:
    with clock(SIGNED_AT + seconds):
        assert read(provider, BODY, {"Authorization": TOKEN})


@pytest.mark.parametrize("seconds", [-61, -3600, 361, 86_400])
def test_stale_and_early_deliveries_are_rejected(provider: Provider, seconds: int) -> None:
    with clock(SIGNED_AT + seconds), pytest.raises(WebhookRejected):
        read(provider, BODY, {"Authorization": TOKEN})


@pytest.mark.parametrize(
    "body",
    [BODY[:-1], BODY + b"\n", BODY.replace(b"finished", b"finishee"), b"", json.dumps({}).encode()],
    ids=["truncated", "longer", "one byte", "empty", "another"],
)
def test_body_that_was_not_signed_is_rejected(provider: Provider, body: bytes) -> None:
    with clock(SIGNED_AT), pytest.raises(WebhookRejected, match="not the one that was signed"):
        read(provider, body, {"Authorization": TOKEN})


def claims(**changed: Any) -> dict[str, Any]:
    digest = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
    times = {"exp": SIGNED_AT + 300, "nbf": SIGNED_AT, "iat": SIGNED_AT}
    made = {"iss": Double.api_key, **times, "sha256": digest, **changed}
    return {name: value for name, value in made.items() if value is not None}


FORGERIES = {
    "another secret": jwt.encode(claims(), "x" * 32, "HS256"),
    "another issuer": jwt.encode(claims(iss="other"), Double.api_secret, "HS256"),
    "no issuer": jwt.encode(claims(iss=None), Double.api_secret, "HS256"),
    "no end": jwt.encode(claims(exp=None), Double.api_secret, "HS256"),
    "no beginning": jwt.encode(claims(nbf=None), Double.api_secret, "HS256"),
    "no digest": jwt.encode(claims(sha256=None), Double.api_secret, "HS256"),
    "empty digest": jwt.encode(claims(sha256=""), Double.api_secret, "HS256"),
    "digest that is none": jwt.encode(claims(sha256={"é": 1}), Double.api_secret, "HS256"),
    "another algorithm": jwt.encode(claims(), Double.api_secret * 2, "HS512"),
    "no algorithm": jwt.encode(claims(), None, "none"),
    "hmac of the body": signing.signature(Double.api_secret, BODY),
    "nothing": "",
    "noise": "a.b.c",
    "text that is not ascii": "é.é.é",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forged_delivery_is_rejected(provider: Provider, forgery: str) -> None:
    headers = {"Authorization": FORGERIES[forgery], "Hash-Token": FORGERIES[forgery]}

    with clock(SIGNED_AT), pytest.raises(WebhookRejected) as caught:
        read(provider, BODY, headers)

    assert Double.api_secret not in str(caught.value)


def test_older_servers_token_without_a_time_of_issue_is_accepted(provider: Provider) -> None:
    token = jwt.encode(claims(iat=None), Double.api_secret, "HS256")

    with clock(SIGNED_AT):
        assert read(provider, BODY, {"Authorization": token})


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_signed_garbage_is_rejected(provider: Provider, body: bytes) -> None:
    token = signing.delivery_token(Double.api_key, Double.api_secret, body, SIGNED_AT)

    with clock(SIGNED_AT), pytest.raises(WebhookRejected):
        read(provider, body, {"Authorization": token})


def test_replayed_delivery_carries_the_same_id(double: Double, provider: Provider) -> None:
    body, headers = double.delivery("participant_left", ROOM)

    assert read(provider, body, headers) == read(provider, body, headers)


def test_delivery_without_an_id_is_known_by_its_bytes(double: Double, provider: Provider) -> None:
    body, headers = double.delivery("room_started", ROOM, id="")

    (event,) = read(provider, body, headers)

    assert event.event_id == hashlib.sha256(body).hexdigest()


# What happened


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("room_created", EventKind.ROOM_STARTED),
        ("room_started", EventKind.ROOM_STARTED),
        ("session_ended", EventKind.ROOM_ENDED),
        ("room_finished", EventKind.ROOM_ENDED),
        ("track_published", EventKind.UNKNOWN),
        ("track_unpublished", EventKind.UNKNOWN),
        ("start_rtmp", EventKind.UNKNOWN),
        ("end_rtmp", EventKind.UNKNOWN),
        ("start_recording", EventKind.RECORDING_STARTED),
        ("end_recording", EventKind.RECORDING_ENDED),
        ("recording_proceeded", EventKind.RECORDING_READY),
        ("recording_transcoding_finished", EventKind.HINT),
        ("artifact_created", EventKind.FILE_READY),
        ("analytics_proceeded", EventKind.FILE_READY),
        ("something_new", EventKind.UNKNOWN),
        ("participant_joined", EventKind.UNKNOWN),  # nobody is named
    ],
)
def test_event_is_told_in_our_words(
    double: Double, provider: Provider, event: str, kind: EventKind
) -> None:
    found = told(double, provider, event)

    assert (found.kind, found.room_id, found.session_id) == (kind, SPEC.key, "s1")


def test_recording_is_named(double: Double, provider: Provider) -> None:
    found = told(double, provider, "recording_proceeded", recording_info={"record_id": "s1-17"})

    assert found.recording_id == "s1-17"


def test_person_is_named_by_our_key(double: Double, provider: Provider) -> None:
    person = {"identity": "u-1", "name": "Ana", "joined_at": "1763700010"}

    found = told(double, provider, "participant_joined", participant=person)

    assert found.kind is EventKind.ATTENDEE_JOINED
    assert found.attendee
    assert (found.attendee.key, found.attendee.name) == ("u:1", "Ana")
    assert found.attendee.role is Role.PARTICIPANT
    assert found.attendee.joined_at == datetime.fromtimestamp(1763700010, UTC)


def test_host_is_known_by_the_rights_that_are_given(double: Double, provider: Provider) -> None:
    person = {"identity": "u-1", "metadata": '{"isAdmin": true}'}

    found = told(double, provider, "participant_left", participant=person)

    assert found.kind is EventKind.ATTENDEE_LEFT
    assert found.attendee
    assert found.attendee.role is Role.HOST


@pytest.mark.parametrize("identity", ["RECORDER_BOT", "ingres_1", "pnm_agent-x", "", None])
def test_machine_that_comes_is_nobody(double: Double, provider: Provider, identity: Any) -> None:
    person = {"identity": identity}

    found = told(double, provider, "participant_joined", participant=person)

    assert (found.kind, found.attendee) == (EventKind.UNKNOWN, None)


def test_names_and_numbers_of_the_manuals_samples_are_read_too(provider: Provider) -> None:
    content = {
        "event": "recording_proceeded",
        "room": {"roomId": SPEC.key, "sid": "s1"},
        "recordingInfo": {"recordId": "s1-17"},
        "createdAt": SIGNED_AT,
        "tracks": [{"trackSid": 1}],
    }
    body = json.dumps(content).encode()
    token = signing.delivery_token(Double.api_key, Double.api_secret, body, SIGNED_AT)

    with clock(SIGNED_AT):
        (event,) = read(provider, body, {"Authorization": token})

    assert (event.room_id, event.recording_id) == (SPEC.key, "s1-17")
    assert event.occurred_at == datetime.fromtimestamp(SIGNED_AT, UTC)
    assert event.raw["tracks"] == [{"track_sid": 1}]


@pytest.mark.parametrize("room", [{}, {"room_id": ""}, None, "room01", []])
def test_delivery_that_names_no_room_changes_nothing(
    double: Double, provider: Provider, room: Any
) -> None:
    assert read(provider, *double.delivery("room_finished", room)) == ()


def test_strangers_and_breakout_rooms_are_not_taken_for_ours(double: Double) -> None:
    provider = account(room_prefix="cnf-")
    rooms = ["cnf-" + SPEC.key, SPEC.key, "lms-1", f"cnf-{SPEC.key}-1"]

    found = [
        [
            event.room_id
            for event in read(provider, *double.delivery("room_started", {"room_id": r}))
        ]
        for r in rooms
    ]

    assert found == [[SPEC.key], [], [], [f"{SPEC.key}-1"]]


# Sent for real


class Receiver(BaseHTTPRequestHandler):
    statuses: list[int] = []
    requests: list[tuple[bytes, dict[str, str]]] = []
    came = threading.Semaphore(0)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.requests.append((body, dict(self.headers.items())))
        self.send_response(self.statuses.pop(0) if self.statuses else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.came.release()

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.statuses, Receiver.requests = [], []
    Receiver.came = threading.Semaphore(0)
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hook"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("statuses", "sent", "outcome"),
    [([], 1, 200), ([503], 2, 200), ([500, 500, 500], 3, 500), ([400], 1, 400)],
)
def test_server_delivers_again_after_trouble(
    double: Double, receiver: str, statuses: list[int], sent: int, outcome: int
) -> None:
    Receiver.statuses = list(statuses)

    assert double.deliver(receiver, "room_started", ROOM) == outcome
    assert len(Receiver.requests) == sent


def test_server_gives_up_where_nobody_listens(double: Double) -> None:
    assert double.deliver("http://127.0.0.1:9/hook", "room_started", ROOM) == 0


@pytest.mark.parametrize(
    ("version", "kind"),
    [("2.3.0", "application/webhook+json"), ("2.4.0", "application/json")],
)
def test_meeting_tells_its_story_to_the_rooms_address(
    receiver: str, version: str, kind: str
) -> None:
    with Double(sends_webhooks=True, version=version) as double:
        provider = account(double)
        room = provider.init_room(REF, replace(SPEC, webhook_url=receiver))
        for who in (HOST, GUEST):
            requests.get(provider.join(room, who, until=SPEC.until).url, timeout=5)
        provider.end_room(room)
        for _ in range(6):
            assert Receiver.came.acquire(timeout=5)

    deliveries = list(Receiver.requests)
    kinds = sorted(read(provider, *each)[0].kind for each in deliveries)
    assert kinds == sorted(
        [EventKind.ROOM_STARTED] * 2 + [EventKind.ATTENDEE_JOINED] * 2 + [EventKind.ROOM_ENDED] * 2
    )
    assert {headers["Content-Type"] for _, headers in deliveries} == {kind}


@pytest.mark.parametrize(("tells", "role"), [(True, Role.HOST), (False, Role.PARTICIPANT)])
def test_hosts_rights_are_known_where_the_server_tells_them(
    receiver: str, tells: bool, role: Role
) -> None:
    with Double(sends_webhooks=True, tells_rights=tells) as double:
        provider = account(double)
        room = provider.init_room(REF, replace(SPEC, webhook_url=receiver))
        requests.get(provider.join(room, HOST, until=SPEC.until).url, timeout=5)
        for _ in range(3):
            assert Receiver.came.acquire(timeout=5)

    people = [read(provider, *each)[0].attendee for each in Receiver.requests]
    assert [person.role for person in people if person] == [role]
