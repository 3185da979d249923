"""Guessing links is slow.

Only wrong guesses are counted, so a class behind one address may come in all at once. An address
that guessed too often is refused for right and wrong links alike, for a minute.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http.response import HttpResponseBase

from accounts import throttle
from meetings.http import Request

P = ParamSpec("P")

PENALTY = 60  # seconds

_refused_until: dict[str, float] = {}  # of this process; the count is in the shared cache


def guarded(
    view: Callable[Concatenate[Request, P], HttpResponseBase],
) -> Callable[Concatenate[Request, P], HttpResponseBase]:
    """Answer 429 to an address that has been guessing; count a 404 of this view as a guess."""

    @wraps(view)
    def guard(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        address = throttle.address_of(request)
        if _refused_until.get(address, 0) > time.monotonic():
            return throttle.refusal(request)
        response = view(request, *args, **kwargs)
        if _was_wrong(response) and (refusal := throttle.too_many(request, "unknown_link")):
            _refuse(address)
            return refusal
        return response

    return guard


def _was_wrong(response: HttpResponseBase) -> bool:
    """Unknown; a waiting page is told by a refresh instead of a 404."""
    return response.status_code == 404 or "HX-Refresh" in response.headers


def _refuse(address: str) -> None:
    now = time.monotonic()
    for old in [each for each, until in _refused_until.items() if until <= now]:
        del _refused_until[old]
    _refused_until[address] = now + PENALTY


def forget() -> None:
    """Refuse nobody any more."""
    _refused_until.clear()
