"""One meeting: look at it, change it, call it off."""

import uuid
from collections.abc import Iterator
from copy import copy
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.attendance_sums import best_role
from meetings.forms.bookings import CancelForm
from meetings.forms.recordings import KeepOrDeleteForm
from meetings.http import MemberRequest
from meetings.models import Attendance, Booking, RoomSession, is_live_now, was_ended, was_held
from meetings.services import hosting, moving, scheduling
from meetings.services.attendance.given_roles import given_roles
from meetings.services.mail import notices
from meetings.services.places import capacity_at

from .add_to_calendar import adding_of_booking
from .attendance_words import role_text
from .changes import changes_in_words, history_of
from .guest_list import guests_of
from .links import links_of
from .live import live_of, said_at_the_end
from .meeting_forms import are_valid, form_page, forms_of, options_of
from .policies import leads_out
from .previews import part_asked
from .proposals import proposals_of
from .recordings import asked_what_stays, let_go, recordings_of
from .reservations import confirmation_of
from .series_place import place_in_series
from .session_notes import notes_of
from .troubles import held_at, trouble_with, where_to_choose


@require_safe
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """The meeting's own page: when, where, its links, who was there, what was changed."""
    booking = _mine(request, pk)
    session = booking.sessions.running().first()
    alias = session.alias if session else booking.room.provider_alias
    context = {
        "section": "meetings",
        "booking": booking,
        "session": session,
        "live": live_of(session, request.user),
        "may_begin": not booking.is_cancelled and (booking.is_soon or booking.is_now),
        "provider": held_at(alias),
        "leads_out": leads_out(alias),
        "most": capacity_at(alias, booking.room),
        "unkept": [] if session else moving.reasons_against(booking.room),
        "trouble": trouble_with(booking.room, booking),
        "choose_at": where_to_choose(booking.room, booking),
        "notes": notes_of(session),
        "left_open": hosting.left_open(booking.sessions.all()),
        "confirmation": confirmation_of(booking),
        "links": links_of(request, booking),
        "adding": adding_of_booking(booking),
        "guests": guests_of(request, booking),
        "proposals": proposals_of(booking),
        "attendances": list(_attendances(booking)),
        "recordings": recordings_of(booking),
        "in_series": place_in_series(booking),
        "history": history_of(booking),
    }
    return render(request, "meetings/booking.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a meeting: the form, then old beside new, then it is saved."""
    booking = _mine(request, pk)
    if booking.is_cancelled:
        messages.error(request, _("A cancelled meeting cannot be changed."))
        return redirect("booking", booking.pk)
    form, options = forms_of(request, booking)
    if part := part_asked(request, form, options, booking):
        return part
    context = {"section": "meetings", "form": form, "options": options, "booking": booking}
    if request.method == "GET" or not are_valid(form, options) or "back" in request.POST:
        return form_page(request, "meetings/booking_form.html", context)
    wish = form.wish(options_of(options))
    changes = scheduling.changed_values(booking, wish)
    if (form.cleaned_data["version"] or 0) != booking.version:
        return _stale(request, booking.pk, wish)
    if "confirm" not in request.POST:
        context |= {"changes": changes_in_words(changes, booking), **_of_move(booking, wish)}
        context |= _of_guests(booking, changes)
        return render(request, "meetings/booking_review.html", context)
    return _save(request, booking, wish, context)


def _of_move(booking: Booking, wish: scheduling.MeetingWish) -> dict[str, Any]:
    """Whether the meeting changes its provider, and what of it that one cannot do."""
    room = wish.room or copy(booking.room)
    before = booking.room.provider_alias
    for name, value in () if wish.room else wish.options.items():
        setattr(room, name, value)
    moves = room.provider_alias != before
    return {"moves": moves, "reasons": moving.reasons_against(room) if moves else []}


def _of_guests(booking: Booking, changes: dict[str, Any]) -> dict[str, Any]:
    """How many guests are told of it, and whether they are asked anew."""
    told = notices.is_told(changes) and not booking.is_over
    asked_again = bool(changes.keys() & scheduling.ASKS_ANEW)
    return {"guests": _invited(booking) if told else 0, "asked_again": asked_again}


def _invited(booking: Booking) -> int:
    return (booking.series or booking).guests.invited().count()


def _save(
    request: MemberRequest,
    booking: Booking,
    wish: scheduling.MeetingWish,
    context: dict[str, Any],
) -> HttpResponse:
    version = context["form"].cleaned_data["version"] or 0
    try:
        scheduling.edit(booking, wish, by=request.user, version=version)
    except scheduling.Overlaps as found:
        return form_page(request, "meetings/booking_form.html", {**context, "overlap": found})
    except scheduling.RoomRefused as refused:
        context["form"].add_error("room", str(refused))
        return form_page(request, "meetings/booking_form.html", context)
    except scheduling.StaleEdit:
        return _stale(request, booking.pk, wish)
    except scheduling.AlreadyCancelled as gone:
        messages.error(request, str(gone))
        return redirect("booking", booking.pk)
    messages.success(request, _("Your changes are saved."))
    return redirect("booking", booking.pk)


def _stale(request: MemberRequest, pk: int, wish: scheduling.MeetingWish) -> HttpResponse:
    """Two tabs: what the other one saved stays, and this one sees how its wish differs from it."""
    booking = _mine(request, pk)
    form, options = forms_of(request, booking, fresh_version=True)
    context = {
        "section": "meetings",
        "booking": booking,
        "form": form,
        "options": options,
        "changes": changes_in_words(scheduling.changed_values(booking, wish), booking),
        "stale": True,
    }
    return render(request, "meetings/booking_review.html", context, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """Call a meeting off, with a word to those who open its links."""
    booking = _mine(request, pk)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        scheduling.cancel(booking, by=request.user, reason=form.cleaned_data["reason"])
        hosting.end_meeting(booking, RoomSession.EndReason.CANCELLED)
        messages.success(request, _("“%(title)s” is cancelled.") % {"title": booking.title})
        return redirect("booking", booking.pk)
    guests = 0 if booking.is_over else _invited(booking)
    context = {"section": "meetings", "booking": booking, "form": form, "guests": guests}
    return form_page(request, "meetings/booking_cancel.html", context)


@require_POST
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a cancelled or past meeting out of the lists. Nothing of its history is lost."""
    booking = _mine(request, pk)
    if not (booking.is_cancelled or booking.is_over):
        messages.error(request, _("Cancel the meeting first: people may have its links."))
        return redirect("booking", booking.pk)
    form = KeepOrDeleteForm(request.POST)
    if question := asked_what_stays(request, booking, form):
        return question
    scheduling.remove_from_lists(booking, by=request.user)
    let_go(request, booking, form)
    messages.success(request, _("“%(title)s” is removed.") % {"title": booking.title})
    return redirect("dashboard")


@require_POST
def meet_now(request: MemberRequest) -> HttpResponse:
    """A meeting this moment, in a room of its own."""
    booking = scheduling.meet_now(request.user, request_key=_key(request))
    host = booking.links.usable().to_hand_out().filter(purpose="host").first()
    return redirect("door", host.token) if host else redirect("booking", booking.pk)


def _key(request: MemberRequest) -> uuid.UUID:
    """What the button carries, so that pressing it twice is one meeting."""
    try:
        return uuid.UUID(request.POST.get("request_key", ""))
    except ValueError:
        return uuid.uuid4()


@require_POST
def end(request: MemberRequest, pk: int) -> HttpResponse:
    """End the running meeting for everybody."""
    booking = _mine(request, pk)
    running = booking.sessions.running().first()
    if hosting.end_meeting(booking) and running:
        messages.success(request, said_at_the_end(running))
    return redirect("booking", booking.pk)


def _mine(request: MemberRequest, pk: int) -> Booking:
    mine = Booking.objects.visible_to(request.user).annotate(
        is_live=is_live_now("booking"), was_ended=was_ended(), was_held=was_held()
    )
    return get_object_or_404(mine.select_related("room", "organizer", "series", "pattern"), pk=pk)


def _attendances(booking: Booking) -> Iterator[tuple[Attendance, str]]:
    """Who was there, and as what: a host may have made them more than their link."""
    stays = list(Attendance.objects.filter(session__booking=booking).order_by("joined_at")[:200])
    given = given_roles({stay.session_id for stay in stays})
    for stay in stays:
        roles = [stay.role, given.get((stay.session_id, stay.identity), "")]
        yield stay, role_text(best_role(roles))
