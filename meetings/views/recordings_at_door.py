"""Recordings for those who hold a link, where its meeting is over."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import throttle
from meetings.http import Request
from meetings.models import Recording
from meetings.providers.errors import ProviderError
from meetings.services.door import Door
from meetings.services.door_rules import door_for
from meetings.services.passcodes import is_right, passcode_of
from meetings.services.recordings import recordings
from meetings.services.recordings.recordings import NoSuchRecording
from meetings.services.recordings.shelves import shared_at

from .recordings import leading_to
from .throttles import guarded
from .tokens import dead_link, link_for
from .visitors import visitor_of


@login_not_required
@never_cache
@require_POST
@guarded
def see(request: Request, token: str, pk: int) -> HttpResponseBase:
    """Lead somebody to a recording that they may see; its address is made now, for them."""
    link = link_for(request, token)
    if link is None:
        return dead_link(request, token)
    found = door_for(link, visitor_of(request, link))
    recording = shared_at(found).filter(pk=pk).first()
    if recording is None:
        return _refusal(request, found, _("This recording is not there for you."), status=404)
    if found.asks_passcode and (error := _wrong_passcode(request, found)):
        return _refusal(request, found, error, recording=recording, status=422)
    return _lead(request, found, recording)


def _lead(request: Request, found: Door, recording: Recording) -> HttpResponse:
    try:
        url = recordings.address_of(recording)
        return leading_to(request, url, found.url, layout="public.html")
    except NoSuchRecording:
        return _refusal(request, found, _("This recording is not there any more."), status=410)
    except ProviderError:  # in whose words, is the organizer's
        text = _("The recording cannot be had now. Please try again later.")
        return _refusal(request, found, text, status=503)


def _wrong_passcode(request: Request, found: Door) -> str:
    """What is wrong with what was said; each wrong one is counted, as when people come in."""
    said = request.POST.get("passcode", "").strip()
    if not said:
        return _("Please type the passcode of this meeting.")
    take_back = throttle.count(request, "passcode", key=found.link.token)
    if take_back is None:
        return _("There were too many wrong passcodes. Please wait some minutes and try again.")
    if not is_right(said, passcode_of(found)):
        return _("This is not the passcode. Ask who invited you.")
    take_back()
    return ""


def _refusal(
    request: Request, found: Door, error: str, *, status: int, recording: Recording | None = None
) -> HttpResponse:
    """Why not; and, where a passcode is missing, a field for it."""
    context = {"door": found, "error": error, "recording": recording}
    response = render(request, "meetings/recording_refused.html", context, status=status)
    response.headers["Referrer-Policy"] = "same-origin"
    return response
