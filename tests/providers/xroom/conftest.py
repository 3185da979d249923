"""An account at xroom's double, and the room that the tests speak of."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from meetings.providers.base import RoomRef, RoomSpec, WebhookRequest, WebhookResult
from meetings.providers.xroom import Provider

from ..doubles.base import Call, Reply
from ..doubles.base import Double as BaseDouble
from ..doubles.xroom import Double
from ..doubles.xroom.values import Booking

DOMAIN = "meet.example.org"
KEY = "0123456789abcdef0123456789abcdef"
ROOM = f"{DOMAIN}/{KEY}"
REF = RoomRef(room_id=KEY)

Build = Callable[..., Provider]


def make_spec(**changed: Any) -> RoomSpec:
    """A meeting at ten o'clock in a month, of 45 minutes."""
    day = timezone.now() + timedelta(days=30)
    start = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    return RoomSpec(**{"key": KEY, "title": "Review", "starts_at": start, "minutes": 45} | changed)


def now_spec(**changed: Any) -> RoomSpec:
    """A meeting whose start has just come."""
    return make_spec(**{"starts_at": timezone.now(), **changed})


def only(double: Double) -> Booking:
    """The one booking that there is."""
    (booking,) = double.bookings.values()
    return booking


def count(double: Double, method: str) -> int:
    return double.methods().count(method)


@pytest.fixture
def double() -> Iterator[Double]:
    with Double() as double:
        yield double


@pytest.fixture
def build(double: Double) -> Build:
    def build(**options: Any) -> Provider:
        account = {
            "auth_id": Double.auth_id,
            "api_secret": Double.api_secret,
            "domain": DOMAIN,
            "webhook_key": Double.webhook_key,
            "url": double.url,
            "read_timeout": 8.0,
        }
        read = Provider.options_class.read(account | options, alias="main")
        provider = Provider("main", read)
        provider.pause = 0.0
        return provider

    return build


@pytest.fixture
def provider(build: Build) -> Provider:
    return build()


@pytest.fixture
def booked(provider: Provider, double: Double) -> RoomRef:
    """A reservation whose time has come, and nothing said about it yet."""
    ref = provider.book(now_spec())
    double.journal.clear()
    return ref


class Ours(BaseDouble):
    """Our own address, as the view at its end would answer."""

    provider: Provider

    def verify(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
        return True

    def answer(self, call: Call) -> Reply:
        result = self.provider.parse_webhook(WebhookRequest(body=call.body, headers=call.headers))
        return Reply(result.reply, kind="text/plain; charset=utf-8")


@pytest.fixture
def ours(provider: Provider) -> Iterator[Ours]:
    with Ours() as ours:
        ours.provider = provider
        yield ours


def read(provider: Provider, content: Any) -> WebhookResult:
    """What a delivery of this content means."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return provider.parse_webhook(WebhookRequest(body=body, headers={}))
