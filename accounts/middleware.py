"""The reader's language and time zone, on every page; and when their browser was last seen."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts import audit
from accounts.zones import known_zone
from config import logs

log = logging.getLogger(__name__)

ZONE_COOKIE = "zone"  # written by static/js/zone.js: what the browser says
TRAIL_GAP = timedelta(minutes=1)
MOST_REMEMBERED = 10_000  # sessions, in each process

Handler = Callable[[HttpRequest], HttpResponse]


def may_be_signed_in(request: HttpRequest) -> bool:
    """A visitor without a session cookie costs no session and no query."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES


class PlainCookieMiddleware:
    """Drop a session cookie that cannot be one of ours: PostgreSQL refuses to look for a NUL."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        if not (key.isascii() and key.isalnum()):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return self.get_response(request)


class DoerMiddleware:
    """What is done while a request is answered is done by who sent it: for the audit log."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with audit.acting(request=request):
            return self.get_response(request)


class ReaderMiddleware:
    """Speak the reader's language and tell their time: from the profile, else from the browser."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language, zone = "", None
        if may_be_signed_in(request) and request.user.is_authenticated:
            language, zone = request.user.language, known_zone(request.user.time_zone)
            logs.bind(user=request.user.pk)
        zone = zone or known_zone(request.COOKIES.get(ZONE_COOKIE))
        language = language or translation.get_language_from_request(request)
        request.LANGUAGE_CODE = language
        with (
            timezone.override(zone or timezone.get_default_timezone()),
            translation.override(language),
        ):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class SessionTrailMiddleware:
    """Note where and when a signed-in browser was last seen, once a minute at most.

    django-allauth's own middleware writes on every request.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.warm_until: dict[str, datetime] = {}  # by session, as this process has seen them

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if may_be_signed_in(request) and request.user.is_authenticated and self._is_cold(request):
            _note(request)
        return self.get_response(request)

    def _is_cold(self, request: HttpRequest) -> bool:
        """Whether a visit is to be noted; most of the time this asks no database."""
        key, now = request.session.session_key or "", timezone.now()
        if self.warm_until.get(key, now) > now:
            return False
        if len(self.warm_until) >= MOST_REMEMBERED:
            self.warm_until.clear()
        trail = UserSession.objects.filter(session_key=key, last_seen_at__gt=now - TRAIL_GAP)
        seen_at = trail.values_list("last_seen_at", flat=True).first()
        self.warm_until[key] = (seen_at or now) + TRAIL_GAP
        return seen_at is None


def _note(request: HttpRequest) -> None:
    try:
        with transaction.atomic():
            UserSession.objects.create_from_request(request)
    except OperationalError as error:  # a page can be read without it, while others write
        log.warning("A visit was not noted: %s", error)
