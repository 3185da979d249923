"""For load balancers and for monitoring."""

import hmac
import sys
from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.template import loader
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from config.logs import reference
from meetings.http import Request
from meetings.pauses import pause_for, pause_page
from meetings.services import health, measures

View = Callable[[Request], HttpResponse]


@login_not_required
@require_safe
def alive(request: Request) -> HttpResponse:
    """The process answers. Touches nothing that could keep it from that."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def ready(request: Request) -> HttpResponse:
    """Whether pages can be served, part by part. With `?strict`, also what is done beside them."""
    answer = health.ask()
    wanted = {health.State.READY}
    if "strict" not in request.GET:
        wanted.add(health.State.DEGRADED)
    response = JsonResponse(answer.as_dict(), status=200 if answer.state in wanted else 503)
    # The parts were logged, once; without this Django adds an error for each probe that asks.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def broken(request: Request) -> HttpResponse:
    """The page for an error of ours, or for a pause that came before any view.

    It needs no context, as anything may be what broke.
    """
    if pause := pause_for(sys.exception()):
        return pause_page(request, pause)
    page = loader.get_template("500.html").render({"reference": reference()})
    return HttpResponse(page, status=500)


def for_monitoring(view: View) -> View:
    """For whom the operator says; to all others there is no such page."""

    @wraps(view)
    def guarded(request: Request) -> HttpResponse:
        if not (_has_token(request) or _is_allowed(request)):
            raise Http404
        return view(request)

    return guarded


@login_not_required
@never_cache
@require_safe
@for_monitoring
def metrics(request: Request) -> HttpResponse:
    """What was counted, and what stands in the database now, as Prometheus reads it."""
    return HttpResponse(measures.exposition(), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: Request) -> bool:
    scheme, _, said = request.headers.get("Authorization", "").partition(" ")
    token = settings.METRICS_TOKEN
    right = hmac.compare_digest(said.strip().encode(), token.encode())
    return bool(token) and scheme.lower() == "bearer" and right


def _is_allowed(request: Request) -> bool:
    """Whether the caller's address, as our own proxies tell it, is one of METRICS_ALLOWED."""
    if not settings.METRICS_ALLOWED:
        return False
    try:
        caller = ip_address(get_adapter().get_client_ip(request))
    except (PermissionDenied, ValueError):  # nobody knows where it came from
        return False
    return any(caller in network for network in settings.METRICS_ALLOWED)
