"""How long the door takes to answer, for monitoring."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http.response import HttpResponseBase

from meetings import metrics
from meetings.http import Request

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponseBase]

# What came of it where nobody looked behind the door
BY_STATUS = {
    204: "unchanged",
    404: "unknown",
    410: "link_ended",
    429: "throttled",
    503: "busy",
}


def timed(asked: str) -> Callable[[View[P]], View[P]]:
    """Measure a view of the door, by the state it found (`request.outcome`)."""

    def measured(view: View[P]) -> View[P]:
        @wraps(view)
        def timing(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            began, request.outcome = time.monotonic(), ""
            outcome = "error"
            try:
                response = view(request, *args, **kwargs)
                outcome = BY_STATUS.get(response.status_code) or request.outcome or "other"
                return response
            finally:
                metrics.door_answered(asked, outcome, time.monotonic() - began)

        return timing

    return measured
