"""Who waits for an organizer, on pages that ask for it by themselves."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from meetings.http import MemberRequest
from meetings.services.waiting.waiters import waiting_for


@never_cache
@require_safe
def waiting_now(request: MemberRequest) -> HttpResponse:
    """Everybody who waits, in all meetings of theirs; nothing when it looks as it did."""
    if not request.htmx:
        return redirect("dashboard")
    people = waiting_for(request.user)
    mark = "-".join(each.waiter.key for each in people) or "nobody"
    if mark == request.GET.get("seen"):
        return HttpResponse(status=204)
    context = {"people": people, "mark": mark}
    return render(request, "meetings/parts/waiting_now.html", context)
