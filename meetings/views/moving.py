"""All of somebody's rooms and coming meetings, from one provider to another."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings.forms.moving import MoveForm
from meetings.http import MemberRequest
from meetings.services.moving import Plan

from .troubles import held_at


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: MemberRequest) -> HttpResponse:
    """Choose from where to where, look at what that means, do it."""
    if request.method == "POST":
        return _move(request)
    form = MoveForm.asked(request.GET, owner=request.user)
    plan = form.plan() if form.is_bound else None
    return _page(request, form, plan=plan, status=422 if form.errors else 200)


def _move(request: MemberRequest) -> HttpResponse:
    form = MoveForm(request.POST, owner=request.user)
    done = form.move(mark=request.POST.get("mark", ""), by=request.user)
    if done is None:
        # What would be done now, if anything: to be looked at again.
        again = MoveForm(request.POST, owner=request.user)
        return _page(request, form, plan=again.plan(), status=409)
    words = _("Moved to %(provider)s. Rooms: %(rooms)d, coming meetings: %(meetings)d.")
    told = {
        "provider": held_at(done.target),
        "rooms": len(done.rooms),
        "meetings": done.meetings,
    }
    messages.success(request, words % told)
    return redirect("room-list")


def _page(
    request: MemberRequest, form: MoveForm, *, plan: Plan | None, status: int
) -> HttpResponse:
    context = {"section": "rooms", "form": form, "plan": plan}
    if plan:
        context |= {"source": held_at(plan.source), "target": held_at(plan.target)}
    return render(request, "meetings/move.html", context, status=status)
