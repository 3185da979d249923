"""Where providers tell what happens."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import audit
from config.logs import bind
from meetings import metrics
from meetings.http import Request, whole_number
from meetings.providers.base import WebhookRequest
from meetings.providers.errors import WebhookRejected
from meetings.services.deliveries import hooks, webhooks

from .throttles import guarding

log = logging.getLogger(__name__)

MOST_BYTES = 1_000_000
COME_AGAIN = 30  # seconds


@csrf_exempt
@login_not_required
@require_POST
def receive(request: Request, alias: str, token: str) -> HttpResponseBase:
    """Keep what a provider tells, and answer at once."""
    hook = hooks.hook_for(alias, token)
    if hook is None:
        return unknown(request)
    bind(alias=hook.alias)
    audit.is_provider(hook.alias)
    body = _body(request)
    if body is None:
        metrics.delivery_came(hook.alias, "too_large")
        return HttpResponse(status=413)
    try:
        reply = webhooks.receive(hook, WebhookRequest(body=body, headers=dict(request.headers)))
    except WebhookRejected as error:
        log.warning("A delivery for “%s” was refused: %s", alias, error)
        metrics.delivery_came(hook.alias, "refused")
        return HttpResponse(status=400)
    except webhooks.NotNow:
        metrics.delivery_came(hook.alias, "not_now")
        return HttpResponse(status=503, headers={"Retry-After": str(COME_AGAIN)})
    metrics.delivery_came(hook.alias, "taken")
    return HttpResponse(reply, content_type="text/plain; charset=utf-8")


@guarding("unknown_hook")
def unknown(request: Request) -> HttpResponseBase:
    """The same for every address that is none. Right ones are never counted, nor refused."""
    return HttpResponseNotFound()


def _body(request: Request) -> bytes | None:
    """The bytes as they came; None when there are too many."""
    if (whole_number(request.META.get("CONTENT_LENGTH", "")) or 0) > MOST_BYTES:
        return None
    body = request.read(MOST_BYTES + 1)
    return body if len(body) <= MOST_BYTES else None
