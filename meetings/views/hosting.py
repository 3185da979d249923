"""What the organizer does while a meeting runs: the live part of its page, and its buttons."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from meetings.http import MemberRequest, Request
from meetings.models import Booking, Room, RoomSession
from meetings.services.roles import Action

from .acting import act_at, who_waits
from .desks import Desk, owners_desk
from .live import live_part

HTMX_STOP = 286  # htmx shows this answer, and asks no more


@never_cache
@require_safe
def of_booking(request: MemberRequest, pk: int) -> HttpResponse:
    """The live part of a meeting's page."""
    booking = get_object_or_404(Booking.objects.visible_to(request.user), pk=pk)
    if not request.htmx:
        return redirect("booking", pk)
    session = booking.sessions.live().first()
    return live_answer(request, owners_desk(session, request.user) if session else None)


@never_cache
@require_safe
def of_room(request: MemberRequest, pk: int) -> HttpResponse:
    """The live part of a permanent room's page."""
    room = get_object_or_404(Room.objects.visible_to(request.user).permanent(), pk=pk)
    if not request.htmx:
        return redirect("room", pk)
    session = room.sessions.live().first()
    desk = owners_desk(session, request.user, at="room") if session else None
    return live_answer(request, desk)


def live_answer(request: Request, desk: Desk | None) -> HttpResponse:
    """Nothing when it looks as it did; the whole page anew when the meeting began or ended."""
    seen = request.GET.get("seen", "")
    part = live_part(desk) if desk else None
    if seen == (part.mark if part else ""):
        return HttpResponse(status=204)
    if part is None or part.is_of_another_role(seen):
        return HttpResponseClientRefresh()
    return render(request, "meetings/parts/live.html", {"live": part})


@never_cache
@require_safe
def waiting(request: MemberRequest, pk: int) -> HttpResponse:
    """Who waits, for the bar above a provider’s page in ours; it stops asking when it is over."""
    desk = owners_desk(_mine(request, pk), request.user, at="frame")
    return waiting_answer(request, desk)


def waiting_answer(request: Request, desk: Desk) -> HttpResponse:
    if not request.htmx:
        return redirect(desk.home)
    if not desk.may[Action.LOOK]:
        return HttpResponse(status=HTMX_STOP)
    return who_waits(request, desk, seen=request.GET.get("seen", ""))


@never_cache
def act(request: MemberRequest, pk: int, action: str) -> HttpResponse:
    """A button of the live part, or of the bar above a provider’s page."""
    at = request.POST.get("at", "booking")
    desk = owners_desk(_mine(request, pk), request.user, at=at)
    return act_at(request, desk, Action(action))


def _mine(request: MemberRequest, pk: int) -> RoomSession:
    mine = RoomSession.objects.visible_to(request.user)
    return get_object_or_404(mine.select_related("room", "booking"), pk=pk)
