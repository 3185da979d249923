"""Where errors become pages, and what every answer carries."""

import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.conf import settings
from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django_structlog.middlewares import RequestMiddleware

from config.logs import reference
from meetings.pauses import pause_for, pause_page

log = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]


REQUEST_ID = "X-Request-ID"
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestIdMiddleware(RequestMiddleware):
    """An id for each request: in all that is logged meanwhile, and in the answer.

    That of a proxy in front, if it is a plain one. The library serves both kinds of servers and
    takes the ids back; it would also log two lines for each request, with more than we want to
    keep of people, so what is said is ours.
    """

    def prepare(self, request: HttpRequest) -> None:
        given = request.headers.get(REQUEST_ID, "")
        request_id = given if _SANE_ID.fullmatch(given) else uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request_id)
        request.META["parley.began"] = time.monotonic()

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        response.headers[REQUEST_ID] = reference()
        if settings.LOG_REQUESTS:
            took = round((time.monotonic() - request.META["parley.began"]) * 1000)
            # The path alone: what somebody searches for or types is nobody's business.
            log.info("%s %s: %d in %d ms", request.method, request.path, response.status_code, took)

    def process_got_request_exception(
        self, sender: type, request: HttpRequest, **kwargs: object
    ) -> None:
        """Django has logged it already."""


def forget_ids(**_: object) -> None:
    """Not before: Django tells of refusals when all middleware is done."""
    structlog.contextvars.clear_contextvars()


request_finished.connect(forget_ids)


class HtmxVaryMiddleware:
    """One address answers with a page or a part of it: caches and the Back button must know."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        return response


class PauseMiddleware:
    """A database that is locked, away or full is a pause, not an error page.

    This is for views. Errors of the other middleware come to `views.health.broken`.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        pause = pause_for(error)
        return pause_page(request, pause) if pause else None
