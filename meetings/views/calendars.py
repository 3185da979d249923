"""Calendar feeds: the page of their addresses, and what calendar programs read there."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from meetings.calendar_links import Way, ways_to_subscribe, webcal_address
from meetings.http import MemberRequest, Request, whole_number
from meetings.models import Feed, Room
from meetings.services.calendars import feeds

from .throttles import guarding

CALENDAR = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class ShownFeed:
    """A feed with its address, and where it can be subscribed to."""

    feed: Feed
    url: str
    webcal: str
    ways: list[Way]


@require_safe
def index(request: MemberRequest) -> HttpResponse:
    """The person's feeds, and what else can have one."""
    mine = Feed.objects.visible_to(request.user).usable().select_related("room")
    shown = [_shown(request, feed) for feed in mine.order_by("room__name", "pk")]
    rooms = _rooms(request).exclude(pk__in=[each.feed.room_id for each in shown if each.feed.room])
    context = {
        "personal": next((each for each in shown if each.feed.room is None), None),
        "of_rooms": [each for each in shown if each.feed.room],
        "rooms": rooms,
    }
    response = render(request, "meetings/calendars.html", context)
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@require_POST
def new(request: MemberRequest) -> HttpResponse:
    """Make an address: for one's own meetings, or for a room's. Twice is one."""
    room = None
    if wished := request.POST.get("room"):
        room = get_object_or_404(_rooms(request), pk=whole_number(wished))
    feeds.open_feed(request.user, room)
    messages.success(request, _("The address is ready. Subscribe to it in your calendar."))
    return redirect("calendars")


@require_POST
def rotate(request: MemberRequest, pk: int) -> HttpResponse:
    """Replace an address: the old one is dead at once."""
    if feeds.rotate(_mine(request, pk)):
        text = _(
            "This is the new address. The old one no longer works: subscribe again everywhere."
        )
        messages.success(request, text)
    else:
        messages.info(request, _("This address was removed meanwhile."))
    return redirect("calendars")


@require_POST
def revoke(request: MemberRequest, pk: int) -> HttpResponse:
    """Take an address back: calendars that read it get nothing any more."""
    _mine(request, pk).revoke()
    messages.success(request, _("The address is removed. Calendars that used it stop updating."))
    return redirect("calendars")


@login_not_required
@require_safe
@guarding("unknown_feed")
def feed(request: Request, token: str) -> HttpResponseBase:
    """What a calendar program reads; nothing when it has it already."""
    found = feeds.feed_at(token) if token.isprintable() else None
    if found is None:
        return HttpResponse(status=404)
    if request.method == "GET":
        feeds.note_read(found)
    content = feeds.content_of(found)
    tag, modified = quote_etag(content.tag), int(content.modified_at.timestamp())
    response = get_conditional_response(request, etag=tag, last_modified=modified)
    if response is None:
        response = HttpResponse(content.written(), content_type=CALENDAR)
        response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    return _private(response, tag, modified)


def _private(response: HttpResponseBase, tag: str, modified: int) -> HttpResponseBase:
    response.headers["ETag"] = tag
    response.headers["Last-Modified"] = http_date(modified)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _shown(request: MemberRequest, feed: Feed) -> ShownFeed:
    url = request.build_absolute_uri(feed.get_absolute_url())
    return ShownFeed(feed, url, webcal_address(url), ways_to_subscribe(url, str(feed)))


def _rooms(request: MemberRequest) -> QuerySet[Room]:
    return Room.objects.visible_to(request.user).permanent().in_use()


def _mine(request: MemberRequest, pk: int) -> Feed:
    """Also one that is dead: whose tab is old is told so."""
    return get_object_or_404(Feed.objects.visible_to(request.user).select_related("room"), pk=pk)
