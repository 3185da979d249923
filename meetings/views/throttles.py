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

# Of this process; the count is in the shared cache.
_refused_until: dict[tuple[str, str], float] = {}

View = Callable[Concatenate[Request, P], HttpResponseBase]


def guarded(view: View[P]) -> View[P]:
    """Answer 429 to an address that has been guessing; count a 404 of this view as a guess."""
    return guarding("unknown_link")(view)


def guarding(action: str) -> Callable[[View[P]], View[P]]:
    """The same for guesses of another kind: who made too many of one is not refused the other."""

    def guarded_view(view: View[P]) -> View[P]:
        @wraps(view)
        def guard(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            guesser = (action, throttle.address_of(request))
            if _refused_until.get(guesser, 0) > time.monotonic():
                return throttle.refusal(request)
            response = view(request, *args, **kwargs)
            if _was_wrong(response) and (refusal := throttle.too_many(request, action)):
                _refuse(guesser)
                return refusal
            return response

        return guard

    return guarded_view


def _was_wrong(response: HttpResponseBase) -> bool:
    """Unknown. Whoever has a link that ended has guessed nothing."""
    return response.status_code == 404


def _refuse(guesser: tuple[str, str]) -> None:
    now = time.monotonic()
    for old in [each for each, until in _refused_until.items() if until <= now]:
        del _refused_until[old]
    _refused_until[guesser] = now + PENALTY


def forget() -> None:
    """Refuse nobody any more."""
    _refused_until.clear()
