"""What VideoSDK sends, and what the adapter reads in it."""

from typing import Any

from meetings.providers.base import ProviderEvent, WebhookRequest
from meetings.providers.videosdk import Provider
from tests.providers.doubles.videosdk import Double, events

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
