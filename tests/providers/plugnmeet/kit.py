"""An account at plugNmeet's double, and what its tests have in common."""

from typing import Any

import requests

from meetings.providers.plugnmeet import Provider
from meetings.providers.plugnmeet.options import PlugnmeetOptions

from ..contract import SPEC
from ..doubles import base as faults
from ..doubles.base import Reply
from ..doubles.plugnmeet import Double

OPTIONS = {
    "url": "https://meet.example",
    "api_key": Double.api_key,
    "api_secret": Double.api_secret,
}
SOON = SPEC.until
DOCS_SECRET = "zumyyYWqv7KR2kUqvYdq4z4sXg7XTBD2ljT6"
VERSIONS = ["1.9.4", "2.0.0", "2.1.7", "2.2.0", "2.3.0", "2.4.0"]


def account(double: Double | None = None, **changed: Any) -> Provider:
    url = {"url": double.url} if double else {}
    options = PlugnmeetOptions.read({**OPTIONS, **url, **changed}, alias="main")
    return Provider("main", options)


def says(content: Any, status: int = 200, kind: str = "application/json") -> faults.Fault:
    return lambda double, call, reply: Reply(content, status=status, kind=kind)


def enter(ticket_url: str) -> str:
    """The page that the person sees there."""
    return requests.get(ticket_url, timeout=5).text
