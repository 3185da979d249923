"""What the organizer does while a meeting runs: the live part of its page, and its buttons."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from meetings.forms.hosting import PasscodeForm
from meetings.http import MemberRequest, whole_number
from meetings.models import Booking, Room, RoomSession
from meetings.services import controls, hosting
from meetings.services.controls import CannotDo, NotDoneThere

from .live import live_part
from .troubles import held_at

HTMX_STOP = 286  # htmx shows this answer, and asks no more


@never_cache
@require_safe
def of_booking(request: MemberRequest, pk: int) -> HttpResponse:
    """The live part of a meeting's page."""
    booking = get_object_or_404(Booking.objects.visible_to(request.user), pk=pk)
    return _live(request, booking.sessions.live().first(), booking)


@never_cache
@require_safe
def of_room(request: MemberRequest, pk: int) -> HttpResponse:
    """The live part of a permanent room's page."""
    room = get_object_or_404(Room.objects.visible_to(request.user).permanent(), pk=pk)
    return _live(request, room.sessions.live().first(), room)


def _live(
    request: MemberRequest, session: RoomSession | None, place: Booking | Room
) -> HttpResponse:
    """Nothing when it looks as it did; the whole page anew when the meeting began or ended."""
    seen = request.GET.get("seen", "")
    if not request.htmx:
        return redirect("booking" if isinstance(place, Booking) else "room", place.pk)
    part = live_part(session, request.user) if session else None
    if seen == (part.mark if part else ""):
        return HttpResponse(status=204)
    if part is None or not seen:
        return HttpResponseClientRefresh()
    return render(request, "meetings/parts/live.html", {"live": part, "at": place._meta.model_name})


@never_cache
@require_safe
def waiting(request: MemberRequest, pk: int) -> HttpResponse:
    """Who waits, for the bar above a provider’s page in ours; it stops asking when it is over."""
    session = _mine(request, pk)
    if not request.htmx:
        return _back(request, session)
    if not session.is_live:
        return HttpResponse(status=HTMX_STOP)
    return _who_waits(request, session, seen=request.GET.get("seen", ""))


def _who_waits(request: MemberRequest, session: RoomSession, *, seen: str = "") -> HttpResponse:
    people = list(session.admissions.at_the_door().with_guests())
    mark = "-".join(str(each.pk) for each in people) or "nobody"
    if mark == seen:
        return HttpResponse(status=204)
    context = {"session": session, "waiting": people, "mark": mark}
    return render(request, "meetings/parts/frame_waiting.html", context)


@require_POST
def admit(request: MemberRequest, pk: int) -> HttpResponse:
    """Let in the one who is named, or all who wait."""
    session = _mine(request, pk)
    count = hosting.admit(session, _named(request), by=request.user)
    text = ngettext("%(n)d person is let in.", "%(n)d people are let in.", count)
    return _decided(request, session, count, text)


@require_POST
def refuse(request: MemberRequest, pk: int) -> HttpResponse:
    """Send away the one who is named, or all who wait."""
    session = _mine(request, pk)
    count = hosting.refuse(session, _named(request), by=request.user)
    text = ngettext("%(n)d person is sent away.", "%(n)d people are sent away.", count)
    return _decided(request, session, count, text)


def _named(request: MemberRequest) -> list[int] | None:
    """Whom the button names. What is no number names nobody, rather than everybody."""
    named = request.POST.get("admission", "")
    if named == "all":
        return None
    number = whole_number(named)
    return [] if number is None else [number]


def _decided(request: MemberRequest, session: RoomSession, count: int, text: str) -> HttpResponse:
    if request.htmx and request.POST.get("at") == "frame":  # the meeting in the frame goes on
        return _who_waits(request, session)
    if count:
        messages.success(request, text % {"n": count})
    else:
        messages.info(request, _("Nobody waits any more."))
    return _back(request, session)


@require_POST
def lock(request: MemberRequest, pk: int) -> HttpResponse:
    """Let nobody new in, or let people in again."""
    session, locked = _mine(request, pk), request.POST.get("locked") == "1"
    done = _("The meeting is locked.") if locked else _("The meeting is open again.")
    act = partial(controls.set_lock, session, locked=locked)
    # The button does the opposite by now
    failed = _(
        "The provider did not do it: %(error)s To ask it again, undo this and do it once more."
    )
    return _carry_out(request, session, act, done=done, here=done, failed=failed)


@require_POST
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Put a person out for good."""
    session, person = _mine(request, pk), request.POST.get("person", "")
    here = _("Their link does not let them in again.")
    stays = _("They may still be inside until they leave.")
    gone = _("They are removed.") if controls.features_at(session).removing else stays
    act = partial(controls.remove, session, person, by=request.user)
    return _carry_out(request, session, act, done=f"{here} {gone}", here=f"{here} {stays}")


@require_POST
def mute(request: MemberRequest, pk: int) -> HttpResponse:
    """Turn a person's microphone off."""
    session, person = _mine(request, pk), request.POST.get("person", "")
    act = partial(controls.mute, session, person)
    return _carry_out(request, session, act, done=_("Their microphone is off."))


@require_POST
def record(request: MemberRequest, pk: int) -> HttpResponse:
    """Begin to record at the provider, or stop."""
    session, on = _mine(request, pk), request.POST.get("on") == "1"
    done = _("The recording begins.") if on else _("The recording stops.")
    return _carry_out(request, session, partial(controls.record, session, on=on), done=done)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def passcode(request: MemberRequest, pk: int) -> HttpResponse:
    """Set, clear or show the passcode that the provider asks people for."""
    session = _mine(request, pk)
    try:
        provider = controls.able(session, "passcode")
    except CannotDo as cannot:
        return _refusal(request, session, cannot)
    if not session.is_live:
        return _over(request, session)
    if "clear" in request.POST:
        done = _("Nobody is asked for a passcode any more.")
        return _carry_out(request, session, partial(controls.set_passcode, session, ""), done=done)
    sets = "passcode" in request.POST
    form = PasscodeForm(request.POST if sets else None, longest=provider.longest_passcode)
    if sets and form.is_valid():
        done = _("People are asked for the new passcode from now on.")
        act = partial(controls.set_passcode, session, form.cleaned_data["passcode"])
        return _carry_out(request, session, act, done=done)
    context = {
        "session": session,
        "form": form,
        "back": _address_of(request, session),
        "provider": held_at(session.alias),
        "shown": session.passcode if "show" in request.POST else "",
    }
    return render(request, "meetings/passcode.html", context, status=422 if sets else 200)


@require_POST
def close(request: MemberRequest, pk: int) -> HttpResponse:
    """Have the provider close a room that it left open when the meeting was ended."""
    session = _mine(request, pk)
    if session.is_running or session != session.room.sessions.first():
        messages.info(request, _("The room is in use again, so it stays open."))
    elif hosting.close_room(session):
        messages.success(request, _("The provider has closed the room."))
    else:
        messages.error(request, _("The provider did not close the room."))
    return _back(request, session)


def _carry_out(
    request: MemberRequest,
    session: RoomSession,
    act: Callable[[], None],
    *,
    done: str,
    here: str = "",
    failed: str = "",
) -> HttpResponse:
    """Do it if the meeting runs; `here` is what holds on our side when the provider `failed`."""
    if not session.is_live:
        return _over(request, session)
    try:
        act()
    except CannotDo as cannot:
        return _refusal(request, session, cannot)
    except NotDoneThere as trouble:
        again = _("The provider did not do it: %(error)s You can press the button again.")
        words = failed or again
        kept = here or _("Nothing has changed.")
        messages.error(request, f"{kept} {words % {'error': trouble}}")
    else:
        messages.success(request, done)
    return _back(request, session)


def _refusal(request: MemberRequest, session: RoomSession, cannot: CannotDo) -> HttpResponse:
    context = {"sentence": str(cannot), "back": _address_of(request, session)}
    return render(request, "meetings/cannot_do.html", context, status=409)


def _over(request: MemberRequest, session: RoomSession) -> HttpResponse:
    messages.info(request, _("The meeting is not running any more."))
    return _back(request, session)


def _back(request: MemberRequest, session: RoomSession) -> HttpResponse:
    return redirect(_address_of(request, session))


def _address_of(request: MemberRequest, session: RoomSession) -> str:
    """The page of the meeting; of the permanent room where it was pressed there."""
    if session.booking_id and request.POST.get("at") != "room":
        return reverse("booking", args=[session.booking_id])
    return reverse("room", args=[session.room_id])


def _mine(request: MemberRequest, pk: int) -> RoomSession:
    mine = RoomSession.objects.visible_to(request.user)
    return get_object_or_404(mine.select_related("room", "booking"), pk=pk)
