"""The collection `webhook`, and what it delivers: handshakes, and events that nothing signs."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ..base import EventKind, ProviderEvent, Registration, WebhookRequest, WebhookResult
from ..errors import (
    OutcomeUnknown,
    ProviderMisconfigured,
    RoomNotFound,
    UnexpectedReply,
    WebhookRejected,
)
from .envelope import LABEL, Call
from .rooms import first, full_id, number
from .signing import is_challenge, sign

MOST_BYTES = 64 * 1024
LONGEST_NAME = 64
LONGEST_ID = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook(Registration):
    """An address that they call."""

    url: str = field(default="", repr=False)  # it carries a token of ours


class Webhooks:
    """The domain's webhooks to an address; each for the whole domain."""

    def __init__(self, call: Call, domain: str) -> None:
        self.call, self.domain = call, domain

    def add(self, url: str) -> Webhook:
        """Have this address called. They may call it while this very request is still open."""
        try:
            return self._add(url)
        except OutcomeUnknown:
            return self._of(url) or self._add(url)

    def all(self, *, validated: bool | None = None, token: str = "") -> tuple[Webhook, ...]:
        """The domain's webhooks, ours and others'; those of robots are left out."""
        data = {"domain": self.domain, "token": token or None, "validated": validated}
        asked = {name: value for name, value in data.items() if value is not None}
        answer = self.call("webhook", "list", asked, repeatable=True)
        if not isinstance(answer, list | dict | None) or (isinstance(answer, dict) and answer):
            raise UnexpectedReply("the list of webhooks is none.", provider=LABEL)
        return tuple(self._listed(answer or [], validated))

    def remove(self, webhook_id: str) -> None:
        """Call us no more. One that is not there calls nobody."""
        with suppress(RoomNotFound):
            self.call("webhook", "remove", {"id": int(webhook_id)}, repeatable=True)

    def validate(self, webhook_id: str) -> bool:
        """Have them try the handshake now; whether our answer was right."""
        answer = self.call("webhook", "validate", {"id": int(webhook_id)}, repeatable=True)
        return isinstance(answer, dict) and answer.get("validated") is True

    def ensure(self, url: str) -> Webhook:
        """One webhook to this address, validated if they can be brought to it."""
        hook = self._of(url) or self.add(url)
        if hook.validated:
            return hook
        valid = self.validate(hook.webhook_id)
        return Webhook(webhook_id=hook.webhook_id, url=url, validated=valid)

    def _of(self, url: str) -> Webhook | None:
        return next((hook for hook in self.all() if hook.url == url), None)

    def _add(self, url: str) -> Webhook:
        data = {"domain": self.domain, "type": "url", "url": url}
        answer = self.call("webhook", "add", data)
        found = number(answer.get("id")) if isinstance(answer, dict) else None
        if found is None:
            raise UnexpectedReply("a webhook was made without an id.", provider=LABEL)
        valid = answer.get("validated") is True
        return Webhook(webhook_id=str(found), url=url, validated=valid)

    def _listed(self, answer: Any, validated: bool | None) -> Iterator[Webhook]:
        for told in answer:
            found = number(told.get("id")) if isinstance(told, dict) else None
            if found is not None and told.get("url"):
                yield Webhook(webhook_id=str(found), url=str(told["url"]), validated=validated)


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Reads what they send us. Nothing signs an event, so each is only a reason to ask them."""

    alias: str
    domain: str
    webhook_key: str = field(repr=False)
    handshake_reply: str = "text"

    def read(self, request: WebhookRequest) -> WebhookResult:
        if len(request.body) > MOST_BYTES:
            raise WebhookRejected("The delivery is too long.")
        told = request.json()
        name = told.get("event")
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
            raise WebhookRejected("The delivery names no event.")
        if name == "validation":
            return WebhookResult(reply=self._signed(told.get("signThis")))
        return WebhookResult(events=(self._hint(name, told),))

    def _signed(self, challenge: object) -> str:
        """The challenge signed, unless it could be anything else than a challenge."""
        if not is_challenge(challenge):
            raise WebhookRejected("The handshake holds nothing that we sign.")
        if not self.webhook_key:
            message = f"Provider “{self.alias}” needs “webhook_key” to answer xroom's handshake."
            raise ProviderMisconfigured(message)
        signature = sign(self.webhook_key, str(challenge))
        return json.dumps(signature) if self.handshake_reply == "json" else signature

    def _hint(self, name: str, told: dict[str, Any]) -> ProviderEvent:
        inner = told.get("payload")
        payload = inner if isinstance(inner, dict) else told
        room = room_of(payload)
        room_id = self._room_id(first(room, "name"), told.get("domain"))
        return ProviderEvent(
            kind=EventKind.HINT,
            room_id=room_id,
            webhook_id=str(number(first(told, "webhookId", "id")) or ""),
            host_key=str(room.get("hostKey") or "") if name == "roomCreated" else "",
            raw=harmless(name, told, payload, room_id),
        )

    def _room_id(self, name: object, domain: object) -> str:
        """The room's id, when it is on our domain."""
        if not isinstance(domain, str) or domain.lower() != self.domain:
            raise WebhookRejected("The delivery is for another domain.")
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST_ID:
            raise WebhookRejected("The delivery names no room.")
        room_id = full_id(self.domain, name)
        if room_id.rpartition("/")[0] != self.domain:
            raise WebhookRejected("The delivery is for a room of another domain.")
        return room_id


def room_of(payload: dict[str, Any]) -> dict[str, Any]:
    """The event's room: an object since 2021, before that flat beside the rest."""
    room = payload.get("room")
    if isinstance(room, dict):
        return room
    options = payload.get("options")
    return {**(options if isinstance(options, dict) else {}), "name": payload.get("roomName")}


def harmless(
    name: str, told: dict[str, Any], payload: dict[str, Any], room_id: str
) -> dict[str, Any]:
    """What may be kept of a delivery: neither the password nor the host key that it holds."""
    webhook_id = number(first(told, "webhookId", "id"))
    peers = [peer["id"] for peer in clients_of(payload) if isinstance(peer.get("id"), str)]
    return {"event": name, "webhook_id": webhook_id, "room_id": room_id, "peers": peers}


def clients_of(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """One client or many, under either event: the manual has misprinted these."""
    told = first(payload, "clients", "client")
    many = told if isinstance(told, list) else [told]
    return [each for each in many if isinstance(each, dict)]
