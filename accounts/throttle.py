"""Slowing down who guesses: django-allauth's counters, for our own pages too.

The one place that uses its internals: the public `consume` never counts a GET, and a guessed link
is a GET. Rates are in ACCOUNT_RATE_LIMITS.
"""

from collections.abc import Callable

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse


def too_many(request: HttpRequest, action: str, *, key: str | None = None) -> HttpResponse | None:
    """Count a try of this action (at this one thing); the page to show when it is one too many."""
    app = "allauth.account"
    if ratelimit.consume(request, app=app, action=action, key=key, limit_get=True):
        return None
    return refusal(request)


def count(request: HttpRequest, action: str, *, key: str) -> Callable[[], None] | None:
    """Count a try before it is judged: what takes it back when it was right; None when too many."""
    app = "allauth.account"
    usage = ratelimit.consume(request, app=app, action=action, key=key, limit_get=True)
    return usage.rollback if usage else None


def refusal(request: HttpRequest) -> HttpResponse:
    """The page that says to wait."""
    return ratelimit.respond_429(request)


def address_of(request: HttpRequest) -> str:
    """Whom tries are counted for: the client's address, a whole network where it is IPv6."""
    return ratelimit.get_ip(request)
