"""Where a person is signed in, and ending it there."""

from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit, devices
from accounts.http import Request


@require_safe
def sessions(request: Request) -> HttpResponse:
    """This browser first, then the others, the latest on top."""
    found = UserSession.objects.purge_and_list(request.user)
    found.sort(key=lambda one: (one.is_current(), one.last_seen_at), reverse=True)
    rows = [
        {
            "session": one,
            "device": devices.device_name(one.user_agent),
            "handheld": devices.is_handheld(one.user_agent),
        }
        for one in found
    ]
    context = {"rows": rows, "section": "profile", "tab": "sessions"}
    return render(request, "accounts/sessions.html", context)


@require_POST
def end_session(request: Request, pk: int) -> HttpResponse:
    """Sign one other browser out; this one has its own button for that."""
    session = get_object_or_404(UserSession, user=request.user, pk=pk)
    if not session.is_current():
        _end(request, [session])
        messages.success(request, _("That browser is signed out."))
    return redirect("sessions")


@require_POST
def end_other_sessions(request: Request) -> HttpResponse:
    others = UserSession.objects.filter(user=request.user)
    _end(request, [one for one in others if not one.is_current()])
    messages.success(request, _("All other browsers are signed out."))
    return redirect("sessions")


def _end(request: Request, chosen: list[UserSession]) -> None:
    get_adapter().end_sessions(chosen)
    values = {"browsers": [len(chosen), 0]}
    audit.record(audit.Action.SIGNED_OUT, request.user, values=values)
