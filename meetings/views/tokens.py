"""From the token in an address to its link, or to the page that says why there is none."""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRefresh

from accounts import audit
from meetings.http import Request
from meetings.models import JoinLink
from meetings.models.join_link import link_with_meeting, link_with_place
from meetings.services import links

from .visitors import visitor_of

Ask = Callable[[str], JoinLink | None]


def with_meeting(token: str) -> JoinLink | None:
    return link_with_meeting.first(token=token)


def with_place(token: str) -> JoinLink | None:
    """All that is needed to come in by it."""
    return link_with_place.first(token=token)


def link_for(request: Request, token: str, *, ask: Ask = with_meeting) -> JoinLink | None:
    """The link, if it leads this visitor anywhere: one that is used up, those whom it let in."""
    link = look_up(token, ask=ask)
    if link is None or link.state == JoinLink.State.WORKS:
        return link
    if link.state != JoinLink.State.USED_UP:
        return None
    return link if links.is_back(link, visitor_of(request, link).identity) else None


def dead_link(request: Request, token: str) -> HttpResponse:
    """Why a link leads nowhere. Of what it led to, nothing is told.

    One that works, though not for what was asked, is as good as unknown. A page that waits at a
    link when it ends is loaded afresh, so that it stops asking.
    """
    link = look_up(token)
    ended = link is not None and link.state != JoinLink.State.WORKS
    status = 410 if ended else 404
    if request.htmx:
        response: HttpResponse = HttpResponseClientRefresh()
        response.status_code = status
        return response
    if link is None or not ended:
        return render(request, "meetings/unknown_link.html", status=status)
    return render(request, "meetings/dead_link.html", {"state": link.state}, status=status)


def look_up(token: str, *, ask: Ask = with_meeting) -> JoinLink | None:
    """The link with this token, whatever has become of it, if it is among those asked."""
    if not token.isprintable():  # PostgreSQL refuses to look for some of those
        return None
    link = ask(token)
    if link:
        audit.came_through(f"link {link.pk}")
    return link
