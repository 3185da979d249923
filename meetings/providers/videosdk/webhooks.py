"""Events: signed with the vendor's RSA key over the bytes as they came."""

import base64
import binascii
import hashlib
import threading
import time
from collections.abc import Mapping
from typing import Any

from jwt.algorithms import RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from ..base import EventKind, Peer, ProviderEvent, WebhookRequest, WebhookResult
from ..errors import (
    ProviderError,
    ProviderMisconfigured,
    ProviderUnavailable,
    UnexpectedReply,
    WebhookRejected,
)
from .api import Api, moment, room_id_of, text
from .settings import VideosdkOptions
from .tokens import person_of

KEPT = 24 * 3600  # seconds: how long a key is believed without asking
PAUSE = 600  # seconds between looks for a new key, when a signature does not fit
MOST_PATIENCE = 5  # seconds that others wait for who asks for the first key
SHORT_PAUSE = 10  # seconds between tries when there is no key at all
RS256 = RSAAlgorithm(RSAAlgorithm.SHA256)  # chosen by us, never by the delivery

KINDS = {
    "session-started": EventKind.ROOM_STARTED,
    "session-ended": EventKind.ROOM_ENDED,
    "participant-joined": EventKind.ATTENDEE_JOINED,
    "participant-left": EventKind.ATTENDEE_LEFT,
    "recording-started": EventKind.RECORDING_STARTED,
    "recording-stopped": EventKind.RECORDING_ENDED,
    "recording-failed": EventKind.RECORDING_ENDED,
    "transcription-completed": EventKind.FILE_READY,
}


class Webhooks(Api):
    """Reading deliveries."""

    def __init__(self, alias: str, options: VideosdkOptions, *, trusted: bool = True) -> None:
        super().__init__(alias, options, trusted=trusted)
        self.key = options.webhook_key
        self._asked_at: float | None = None
        self._one_asks = threading.Lock()
        if self.key and not usable(self.key):
            raise ProviderMisconfigured(f"Provider “{alias}” cannot use: webhook_key.")

    def parse_webhook(self, request: WebhookRequest) -> WebhookResult:
        """Verify a delivery and read it.

        It carries neither an id nor a time, so an old one is told by its bytes alone: the id of
        its event is their digest. `ProviderUnavailable` when their key cannot be had just now.
        """
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.verify(request.body, headers.get("videosdk-signature", ""))
        return WebhookResult(events=tuple(events_of(request)))

    def verify(self, body: bytes, signature: str) -> None:
        """`WebhookRejected` unless these bytes were signed by VideoSDK."""
        try:
            signed = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            signed = b""
        if not signed:
            raise WebhookRejected("The delivery is not signed.")
        if fits(self.public_key(), body, signed):
            return
        if not fits(self.renewed_key(), body, signed):
            raise WebhookRejected("The delivery is not signed by VideoSDK.")

    def fetch_public_key(self) -> str:
        """Their key as they publish it, for everybody; no token of ours is sent."""
        found = text(self.thing(self.get("/v2/public/rsa-public-key", public=True)), "publicKey")
        if not usable(found):
            raise UnexpectedReply("the public key cannot be read.", provider=self.label)
        return found.strip()

    def public_key(self) -> str:
        """The key to believe: the pinned one, or theirs, kept for a day."""
        if self.options.webhook_key:
            return self.key
        # One asks. The others go on with the key that is known; or wait, when a room's first events
        # come together, as nothing can be said without any.
        if not self._one_asks.acquire(timeout=0 if self.key else MOST_PATIENCE):
            return self._known_key()
        try:
            return self._key_now()
        finally:
            self._one_asks.release()

    def _known_key(self) -> str:
        if not self.key:
            raise ProviderUnavailable("its public key is not known yet.", provider=self.label)
        return self.key

    def _key_now(self) -> str:
        if not self._asked_before(KEPT if self.key else SHORT_PAUSE):
            return self._known_key()
        try:
            return self._ask_key()
        except ProviderError:
            if not self.key:
                raise
        return self.key

    def renewed_key(self) -> str:
        """The key after a signature did not fit: asked for again, but seldom."""
        if self.options.webhook_key or not self._asked_before(PAUSE):
            return self.key
        try:
            return self._ask_key()
        except ProviderError:
            return self.key

    def _ask_key(self) -> str:
        self._asked_at = time.time()
        self.key = self.fetch_public_key()
        return self.key

    def _asked_before(self, seconds: int) -> bool:
        return self._asked_at is None or not 0 <= time.time() - self._asked_at < seconds


def usable(key: str) -> bool:
    """Whether it is a public RSA key (PEM, in either of its two forms) that is long enough."""
    try:
        found = RS256.prepare_key(key)
    except (InvalidKeyError, ValueError, TypeError):
        return False
    return found.key_size >= 2048 and "PRIVATE" not in key


def fits(key: str, body: bytes, signature: bytes) -> bool:
    return RS256.verify(body, RS256.prepare_key(key), signature)  # type: ignore[arg-type]


def events_of(request: WebhookRequest) -> list[ProviderEvent]:
    """What a verified delivery tells; nothing when it is about no room."""
    delivery = request.json()
    data = delivery.get("data")
    if not isinstance(data, dict) or not room_id_of(data):
        return []
    name = text(delivery, "webhookType", "type")
    digest = hashlib.sha256(request.body).hexdigest()
    event = event_of(KINDS.get(name, EventKind.UNKNOWN), data, digest)
    if event.kind is EventKind.RECORDING_ENDED and text(data, "fileUrl", "filePath"):
        return [event, event_of(EventKind.RECORDING_READY, data, f"{digest}-ready")]
    return [event]


def event_of(kind: EventKind, data: Mapping[str, Any], event_id: str) -> ProviderEvent:
    about = kind in {EventKind.ATTENDEE_JOINED, EventKind.ATTENDEE_LEFT}
    ended = kind is EventKind.ROOM_ENDED
    recorded = kind.startswith("recording")
    return ProviderEvent(
        kind=kind,
        event_id=event_id,
        room_id=room_id_of(data),
        session_id=text(data, "sessionId"),
        recording_id=text(data, "id", "recordingId") if recorded else "",
        occurred_at=moment(data.get("end" if ended else "start")),
        attendee=peer_of(data) if about else None,
        raw=data,
    )


def peer_of(data: Mapping[str, Any]) -> Peer:
    key, role = person_of(text(data, "participantId"))
    return Peer(key=key, name=text(data, "participantName", "name"), role=role)
