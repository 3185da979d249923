"""From the token in an address to its link, or to the page that says why there is none."""

from django.http import HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRefresh

from meetings.http import Request
from meetings.models import JoinLink
from meetings.services import links

from .visitors import visitor_of


def link_for(request: Request, token: str) -> JoinLink | None:
    """The link, if it leads this visitor anywhere: one that is used up, those whom it let in."""
    link = _look_up(token)
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
    link = _look_up(token)
    ended = link is not None and link.state != JoinLink.State.WORKS
    status = 410 if ended else 404
    if request.htmx:
        response: HttpResponse = HttpResponseClientRefresh()
        response.status_code = status
        return response
    if link is None or not ended:
        return render(request, "meetings/unknown_link.html", status=status)
    return render(request, "meetings/dead_link.html", {"state": link.state}, status=status)


def _look_up(token: str) -> JoinLink | None:
    if not token.isprintable():  # PostgreSQL refuses to look for some of those
        return None
    return JoinLink.objects.with_meeting().filter(token=token).first()
