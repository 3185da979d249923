"""Where errors become pages, and what every answer carries."""

import logging
from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from meetings.services.transactions import is_busy

log = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]


class HtmxVaryMiddleware:
    """One address answers with a page or a part of it: caches and the Back button must know."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        return response


class BusyDatabaseMiddleware:
    """A database that stays locked for longer than we wait is a pause, not an error page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, OperationalError) or not is_busy(error):
            return None
        return come_again(request)


def come_again(request: HttpRequest) -> HttpResponse:
    """The page that says that we are busy for a moment."""
    page = request.resolver_match.view_name if request.resolver_match else "no page"
    log.warning("The database was busy; asked to come again: %s", page)
    response = render(request, "503.html", status=503)
    response.headers["Retry-After"] = "3"
    return response
