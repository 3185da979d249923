"""The built-in room's own addresses."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from meetings.builtin_room import engine
from meetings.builtin_room.broadcast import deliver_now


@csrf_exempt  # a page that closes sends it as a beacon; the secret in it is all it can act on
@login_not_required
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """A page was closed: the others see it offline at once. Answers alike whatever it was sent."""
    page = engine.page_with(request.POST.get("resume"))
    if page is not None:
        deliver_now(page.session.key, engine.go_offline(page.pid))
    return HttpResponse(status=204)
