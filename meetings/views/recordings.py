"""Recordings of a meeting or a permanent room, for its organizer alone."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from meetings.http import MemberRequest
from meetings.models import Booking, Room, RoomSession
from meetings.providers.errors import ProviderError
from meetings.services import recordings
from meetings.services.recordings import NoSuchRecording

from .troubles import held_at


@never_cache
@require_safe
def of_booking(request: MemberRequest, pk: int) -> HttpResponse:
    """The recordings of a meeting, asked for by its page when it stands."""
    booking = get_object_or_404(Booking.objects.visible_to(request.user), pk=pk)
    return _shelf(request, sessions_of(booking), "booking")


@never_cache
@require_safe
def of_room(request: MemberRequest, pk: int) -> HttpResponse:
    """The recordings of a permanent room that was used without a meeting."""
    room = get_object_or_404(Room.objects.visible_to(request.user).permanent(), pk=pk)
    return _shelf(request, sessions_of(room), "room")


def sessions_of(place: Booking | Room) -> QuerySet[RoomSession]:
    """The latest runs of a meeting, or of a room without one: a meeting's page shows its own."""
    held = place.sessions.filter(live_at__isnull=False)
    if isinstance(place, Room):
        held = held.filter(booking=None)
    return held[: recordings.MOST_SESSIONS]


def may_be_recorded(place: Booking | Room) -> bool:
    """Whether its page should ask for recordings, as far as that is known without asking."""
    return recordings.are_kept_at({session.alias for session in sessions_of(place)})


def _shelf(request: MemberRequest, sessions: QuerySet[RoomSession], at: str) -> HttpResponse:
    shelf = recordings.of_sessions(sessions)
    troubles = [(held_at(alias), words) for alias, words in shelf.troubles.items()]
    context = {"kept": shelf.kept, "troubles": troubles, "at": at}
    whole = "parts/recordings.html" if request.htmx else "recordings.html"
    return render(request, f"meetings/{whole}", context)


@never_cache
@require_POST
def download(request: MemberRequest, pk: int) -> HttpResponse:
    """Lead to the file. Its address is made now, for this person, and kept nowhere."""
    session = _mine(request, pk)
    try:
        url = recordings.url(session, request.POST.get("recording", ""))
    except NoSuchRecording:
        messages.info(request, _("This recording is not there any more."))
        return _back(session)
    except ProviderError as error:
        messages.error(request, _("The recording cannot be had now: %(error)s") % {"error": error})
        return _back(session)
    # Browsers count a redirect as the form's goal, and files lie at hosts that nobody knows ahead.
    context = {"url": url, "back": _address_of(session)}
    response = render(request, "meetings/recording_download.html", context)
    response.headers["Refresh"] = f"0; url={iri_to_uri(url)}"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete a recording at the provider, for good."""
    session = _mine(request, pk)
    try:
        recordings.delete(session, request.POST.get("recording", ""))
    except ProviderError as error:
        words = _("The provider did not confirm it: %(error)s You can press the button again.")
        messages.error(request, words % {"error": error})
    else:
        messages.success(request, _("The recording is deleted."))
    return _back(session)


def _back(session: RoomSession) -> HttpResponse:
    return redirect(_address_of(session))


def _address_of(session: RoomSession) -> str:
    if session.booking_id:
        return reverse("booking", args=[session.booking_id])
    return reverse("room", args=[session.room_id])


def _mine(request: MemberRequest, pk: int) -> RoomSession:
    mine = RoomSession.objects.visible_to(request.user)
    return get_object_or_404(mine.select_related("room", "booking"), pk=pk)
