"""Recordings of a meeting or a permanent room, for its organizer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from meetings.forms.recordings import KeepOrDeleteForm, SharingForm
from meetings.http import MemberRequest, Request
from meetings.models import Booking, Recording, Room, RoomSession, Series
from meetings.providers.errors import ProviderError
from meetings.services.recordings import deletions, recordings
from meetings.services.recordings.recordings import NoSuchRecording
from meetings.services.recordings.shelves import Shelf, kept_in, sessions_of, share, shelf_of

from .troubles import held_at, in_words


def recordings_of(place: Booking | Room) -> dict[str, object] | None:
    """What a meeting's or a room's page shows of its recordings; None for no such part."""
    shelf = shelf_of(place)
    if shelf is None:
        return None
    name = "room" if isinstance(place, Room) else "booking"
    return {
        "shelf": shelf,
        "troubles": _troubles(shelf),
        "look": reverse(f"{name}-look-again", args=[place.pk]),
    }


def _troubles(shelf: Shelf) -> list[tuple[str, str]]:
    return [(held_at(alias), in_words(words)) for alias, words in shelf.troubles.items()]


@require_POST
def look_at_booking(request: MemberRequest, pk: int) -> HttpResponse:
    """Have the provider asked again about a meeting's recordings."""
    booking = get_object_or_404(Booking.objects.visible_to(request.user), pk=pk)
    return _look(request, booking)


@require_POST
def look_at_room(request: MemberRequest, pk: int) -> HttpResponse:
    """Have the provider asked again about a permanent room's recordings."""
    room = get_object_or_404(Room.objects.visible_to(request.user).permanent(), pk=pk)
    return _look(request, room)


def _look(request: MemberRequest, place: Booking | Room) -> HttpResponse:
    recordings.look_again(sessions_of(place))
    messages.info(request, _("The provider is being asked. Load this page again in a moment."))
    name = "room" if isinstance(place, Room) else "booking"
    return redirect(name, place.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Who may see a recording, and how long it is kept."""
    recording = _mine(request, pk)
    back = place_of(recording.session)
    form = SharingForm(request.POST if request.method == "POST" else None, recording=recording)
    if not recording.is_kept:
        messages.info(request, _("This recording is gone, or being deleted."))
        return redirect(back)
    if request.method == "POST" and form.is_valid():
        if share(recording, access=form.cleaned_data["access"], expires_at=form.expires_at):
            messages.success(request, _("Your changes are saved."))
        else:  # in another tab, or its time was over, this moment
            messages.info(request, _("This recording is gone, or being deleted."))
        return redirect(back)
    context = {"recording": recording, "form": form, "back": back}
    status = 422 if request.method == "POST" else 200
    return render(request, "meetings/recording_form.html", context, status=status)


@never_cache
@require_POST
def open_one(request: MemberRequest, pk: int) -> HttpResponse:
    """Lead to the file. Its address is made now, for this person, and kept nowhere."""
    recording = _mine(request, pk)
    back = place_of(recording.session)
    try:
        return leading_to(request, recordings.address_of(recording), back)
    except NoSuchRecording:
        messages.info(request, _("This recording is not there any more."))
    except ProviderError as error:
        messages.error(request, _("The recording cannot be had now: %(error)s") % {"error": error})
    return redirect(back)


def leading_to(request: Request, url: str, back: str, *, layout: str = "base.html") -> HttpResponse:
    """A page that goes on to the file: browsers count a redirect as the form's goal, and files
    lie at hosts that nobody knows ahead."""
    context = {"url": url, "back": back, "layout": layout}
    response = render(request, "meetings/recording_download.html", context)
    response.headers["Refresh"] = f"0; url={iri_to_uri(url)}"
    # Not "no-referrer": then forms of the page, as signing out, would come without an origin.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@require_POST
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete a recording at its provider, for good: wanted now, done by the worker."""
    recording = _mine(request, pk)
    chosen = Recording.objects.filter(pk=recording.pk)
    deletions.delete(chosen, by=request.user)
    recording.refresh_from_db()
    if recording.state == Recording.State.DELETING:
        messages.success(request, _("The recording is being deleted at the provider."))
    else:
        messages.success(request, _("The recording is deleted."))
    return redirect(place_of(recording.session))


def asked_what_stays(
    request: MemberRequest, place: Booking | Series, form: KeepOrDeleteForm
) -> HttpResponse | None:
    """The question what becomes of recordings when this is removed; None where it is answered."""
    recorded = kept_in(place).count()
    if form.is_valid() or not recorded:
        return None
    back = reverse("series" if isinstance(place, Series) else "booking", args=[place.pk])
    context = {"place": place, "form": form, "recorded": recorded, "back": back}
    return render(request, "meetings/recordings_stay.html", context)


def let_go(request: MemberRequest, place: Booking | Series, form: KeepOrDeleteForm) -> None:
    """The recordings of what was removed deleted at the provider, if that was the answer."""
    if form.is_valid() and form.deletes:
        deletions.delete(kept_in(place), by=request.user)


def place_of(session: RoomSession) -> str:
    """The page that shows a session's recordings to their organizer."""
    if session.booking_id:
        return reverse("booking", args=[session.booking_id])
    return reverse("room", args=[session.room_id])


def _mine(request: MemberRequest, pk: int) -> Recording:
    mine = Recording.objects.visible_to(request.user).without_secrets()
    return get_object_or_404(mine.select_related("session__booking", "session__room"), pk=pk)
