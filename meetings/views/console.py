"""The console of co-hosts: what the organizer has on the meeting's page, by a link alone."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from meetings.http import Request
from meetings.models import RoomSession
from meetings.services.door import Door, DoorState
from meetings.services.door_rules import door_for
from meetings.services.roles import Action, may_ever
from meetings.services.waiting.waiters import Waiter, waiters_at

from .acting import act_at
from .desks import Desk, desk_at, seat_at
from .hosting import HTMX_STOP, live_answer, waiting_answer
from .live import live_part
from .policies import leads_out
from .throttles import guarded
from .tokens import dead_link, link_for
from .visitors import visitor_of

STRANGERS = {DoorState.SIGN_IN, DoorState.NOT_YOURS, DoorState.REMOVED}

Show = Callable[..., HttpResponse]


def for_hosts(view: Show) -> Callable[..., HttpResponseBase]:
    """A public view of the door behind a token, for those whom it makes host; others go there."""

    @login_not_required
    @never_cache
    @guarded
    def shown(request: Request, /, token: str, **values: Any) -> HttpResponseBase:
        link = link_for(request, token)
        if link is None:
            return dead_link(request, token)
        found = door_for(link, visitor_of(request, link))
        if found.state in STRANGERS and found.hosts:
            return HttpResponseClientRefresh() if request.htmx else redirect("door", token)
        if not found.hosts:
            raise Http404
        return view(request, found, **values)

    return shown


@for_hosts
@require_safe
def show(request: Request, found: Door) -> HttpResponse:
    """Who is inside and who waits, with the buttons of this person's role."""
    desk = _running(found)
    callers = [] if desk else _callers(found)
    alias = found.session.alias if found.session else found.room.provider_alias
    context = {
        "door": found,
        "seat": seat_at(found),
        "live": live_part(desk) if desk else None,
        "callers": callers,
        "seen": _mark(callers),
        "leads_out": leads_out(alias),
    }
    response = render(request, "meetings/console.html", context)
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@for_hosts
@require_safe
def live(request: Request, found: Door) -> HttpResponse:
    """The live part of the console; before anything runs, whether others wait than were shown."""
    if not request.htmx:
        return redirect("console", found.link.token)
    desk = _running(found)
    if desk is None and request.GET.get("seen", "") == _mark(_callers(found)):
        return HttpResponse(status=204)
    return live_answer(request, desk) if desk else HttpResponseClientRefresh()


@for_hosts
@require_safe
def waiting(request: Request, found: Door) -> HttpResponse:
    """Who waits, for the bar above a provider’s page in ours."""
    desk = desk_at(found, at="frame")
    if desk is None:
        return HttpResponse(status=HTMX_STOP)
    return waiting_answer(request, desk)


@for_hosts
def act(request: Request, found: Door, action: str) -> HttpResponse:
    """A button of the console."""
    if action not in set(Action) - {Action.LOOK}:
        raise Http404
    if not may_ever(seat_at(found), Action(action)):
        raise PermissionDenied
    desk = desk_at(found, at="frame" if request.POST.get("at") == "frame" else "console")
    if desk is None:  # over, or not begun
        return redirect("console", found.link.token)
    return act_at(request, desk, Action(action))


@login_not_required
@never_cache
@guarded
@require_safe
def still(request: Request, token: str, pk: int) -> HttpResponseBase:
    """Asked beside a provider’s page in ours: does it go on, or did the meeting move?"""
    link = link_for(request, token)
    if link is None:
        told = dead_link(request, token)
        # Who is inside stays inside when the link ends: their page is not to be loaded afresh.
        return HttpResponse(status=HTMX_STOP) if told.status_code == 410 else told
    session = get_object_or_404(
        RoomSession.objects.without_secrets(), pk=pk, room=link.current_room
    )
    if session.is_running:
        return HttpResponse(status=204)
    if session.end_reason == RoomSession.EndReason.MOVED and request.htmx:
        return HttpResponseClientRedirect(link.get_absolute_url())
    return HttpResponse(status=HTMX_STOP)


def _callers(found: Door) -> list[Waiter]:
    """Who stands at the door that nobody has opened."""
    return [] if found.session else waiters_at(found.room, found.booking)


def _mark(callers: list[Waiter]) -> str:
    """Changes when somebody comes or goes."""
    return "-".join(each.key for each in callers)


def _running(found: Door) -> Desk | None:
    desk = desk_at(found)
    return desk if desk and desk.session.is_live else None
