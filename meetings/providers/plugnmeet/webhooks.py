"""Deliveries of plugNmeet: proven by a JWT in a header, then read into our words."""

import hashlib
import hmac
import time
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import jwt

from ..base import EventKind, Peer, ProviderEvent, WebhookRequest
from ..errors import WebhookRejected
from .identifiers import is_person
from .options import PlugnmeetOptions
from .people import peer
from .replies import moment, snake

LEEWAY = 60  # seconds: the sender says “not before now” by its own clock

KINDS: Mapping[str, EventKind] = {
    "room_created": EventKind.ROOM_STARTED,
    "room_started": EventKind.ROOM_STARTED,
    "session_ended": EventKind.ROOM_ENDED,  # the only one when nobody came; not in the manual
    "room_finished": EventKind.ROOM_ENDED,
    "participant_joined": EventKind.ATTENDEE_JOINED,
    "participant_left": EventKind.ATTENDEE_LEFT,
    "start_recording": EventKind.RECORDING_STARTED,
    "end_recording": EventKind.RECORDING_ENDED,
    "recording_proceeded": EventKind.RECORDING_READY,
    "recording_transcoding_finished": EventKind.HINT,  # finished, well or badly
    "artifact_created": EventKind.FILE_READY,
    "analytics_proceeded": EventKind.FILE_READY,
}
ABOUT_PEOPLE = {EventKind.ATTENDEE_JOINED, EventKind.ATTENDEE_LEFT}


def verify(request: WebhookRequest, options: PlugnmeetOptions) -> None:
    """Refuse what our server did not sign, within its time and for exactly these bytes."""
    try:
        claims = jwt.decode(
            _token(request.headers),
            options.api_secret,
            algorithms=["HS256"],
            issuer=options.api_key,
            leeway=LEEWAY,
            options={"require": ["exp", "nbf", "iss", "sha256"]},
        )
    except jwt.InvalidTokenError as error:
        raise WebhookRejected(f"The delivery is not signed as it should be: {error}") from None
    digest = b64encode(hashlib.sha256(request.body).digest())
    if not hmac.compare_digest(str(claims["sha256"]).encode(), digest):
        raise WebhookRejected("The delivery is not the one that was signed.")


def signed(body: bytes, options: PlugnmeetOptions) -> WebhookRequest:
    """A delivery as their server would sign it this moment."""
    now = int(time.time())
    digest = b64encode(hashlib.sha256(body).digest()).decode()
    claims = {"iss": options.api_key, "nbf": now, "exp": now + LEEWAY, "sha256": digest}
    token = jwt.encode(claims, options.api_secret, algorithm="HS256")
    return WebhookRequest(body=body, headers={"Authorization": token})


def _token(headers: Mapping[str, str]) -> str:
    """The JWT, bare; a second header has it too, because some hosts take Authorization away."""
    given = {name.lower(): value for name, value in headers.items()}
    for name in ("authorization", "hash-token"):
        token = given.get(name, "").removeprefix("Bearer ").strip()
        if token.count(".") == 2:
            return token
    raise WebhookRejected("The delivery is not signed.")


def events(request: WebhookRequest) -> tuple[ProviderEvent, ...]:
    """The event of a verified delivery, its room id still theirs; none when it names no room."""
    content = snake(request.json())
    room = content.get("room")
    if not isinstance(room, dict) or not room.get("room_id"):
        return ()
    attendee = _attendee(content)
    return (
        ProviderEvent(
            kind=_kind(content, attendee),
            room_id=str(room["room_id"]),
            event_id=str(content.get("id") or hashlib.sha256(request.body).hexdigest()),
            session_id=str(room.get("sid") or ""),
            recording_id=str(_part(content, "recording_info").get("record_id") or ""),
            occurred_at=moment(content.get("created_at")),
            attendee=attendee,
            raw=content,
        ),
    )


def _kind(content: Mapping[str, Any], attendee: Peer | None) -> EventKind:
    kind = KINDS.get(str(content.get("event")), EventKind.UNKNOWN)
    return EventKind.UNKNOWN if kind in ABOUT_PEOPLE and attendee is None else kind


def _attendee(content: Mapping[str, Any]) -> Peer | None:
    participant = _part(content, "participant")
    return peer(participant) if is_person(str(participant.get("identity") or "")) else None


def _part(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = content.get(name)
    return part if isinstance(part, dict) else {}
