"""The built-in room's own addresses."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import throttle
from meetings.builtin_room import engine
from meetings.builtin_room.broadcast import deliver_now
from meetings.builtin_room.turn import ice_servers
from meetings.http import Request

from .throttles import guarded
from .tokens import dead_link, link_for

TRIAL_LASTS = 60  # seconds: enough to try a relay, too short to use it


@csrf_exempt  # a page that closes sends it as a beacon; the secret in it is all it can act on
@login_not_required
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """A page was closed: the others see it offline at once. Answers alike whatever it was sent."""
    page = engine.page_with(request.POST.get("resume"))
    if page is not None:
        deliver_now(page.session.key, engine.go_offline(page.pid))
    return HttpResponse(status=204)


@login_not_required
@never_cache
@require_POST
@guarded
def connection(request: Request, token: str) -> HttpResponseBase:
    """What a browser at the door needs to try its connection."""
    if link_for(request, token) is None:
        return dead_link(request, token)
    if refusal := throttle.too_many(request, "connection_test"):
        return refusal
    return JsonResponse(
        {
            "ice": ice_servers("trial", lasts=TRIAL_LASTS),
            "relay": bool(settings.TURN_URLS and settings.TURN_SECRET),
            "relay_only": settings.BUILTIN_ROOM_RELAY_ONLY,
        }
    )
