"""Requests, typed."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


def whole_number(text: str) -> int | None:
    """The number that somebody sent, or None when it is no row's: nonsense, or far too large."""
    return int(text) if text.isdecimal() and len(text) <= 18 else None


class Request(HttpRequest):
    """Anybody's request."""

    htmx: HtmxDetails
    outcome: str  # of a click at the door, for those who measure it


class MemberRequest(Request):
    """The request of somebody who is signed in."""

    user: User
