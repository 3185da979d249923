"""Taking one meeting or series along into a calendar."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from meetings.http import MemberRequest, Request
from meetings.models import Booking, Series
from meetings.services.calendars import files
from meetings.services.calendars.files import CalendarFile

from .throttles import guarded
from .tokens import dead_link, link_for

CALENDAR = "text/calendar; charset=utf-8"


@never_cache
@require_safe
def of_booking(request: MemberRequest, pk: int) -> HttpResponse:
    """The organizer's meeting as a file."""
    mine = Booking.objects.visible_to(request.user)
    booking = get_object_or_404(mine.select_related("organizer", "series", "pattern"), pk=pk)
    return _answer(files.for_organizer(booking))


@never_cache
@require_safe
def of_series(request: MemberRequest, pk: int) -> HttpResponse:
    """The organizer's series as a file."""
    series = get_object_or_404(Series.objects.visible_to(request.user), pk=pk)
    return _answer(files.for_organizer(series))


@login_not_required
@never_cache
@require_safe
@guarded
def at_door(request: Request, token: str) -> HttpResponseBase:
    """What is behind this link as a file. Changes nothing."""
    link = link_for(request, token)
    found = files.for_link(link) if link else None
    return _answer(found) if found else dead_link(request, token)


def _answer(file: CalendarFile) -> HttpResponse:
    response = HttpResponse(file.written(), content_type=CALENDAR)
    disposition = content_disposition_header(as_attachment=True, filename=file.filename)
    response.headers["Content-Disposition"] = disposition or "attachment"
    return response
