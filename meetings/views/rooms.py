"""Permanent rooms."""

from copy import copy
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.forms.recordings import KeepOrDeleteForm
from meetings.forms.rooms import LOOK, RoomForm
from meetings.http import MemberRequest
from meetings.models import Booking, Room
from meetings.models.booking import BookingQuerySet
from meetings.providers import aliases
from meetings.services import hosting, moving, rooms
from meetings.services.recordings.shelves import give_up_room, kept_in

from .changes import room_changes_in_words
from .links import links_of
from .live import live_of, said_at_the_end
from .policies import leads_out
from .recordings import recordings_of
from .room_options import options_of_chosen
from .rows import booking_rows, room_rows
from .session_notes import notes_of
from .troubles import held_at, trouble_with, where_to_choose


@require_safe
def index(request: MemberRequest) -> HttpResponse:
    """The person's permanent rooms."""
    mine = room_rows(Room.objects.visible_to(request.user).permanent().in_use())
    context = {"section": "rooms", "rooms": mine, "can_move": len(aliases()) > 1}
    return render(request, "meetings/room_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MemberRequest) -> HttpResponse:
    """Make a permanent room."""
    form = RoomForm(request.POST or None)
    if LOOK in request.POST:
        return options_of_chosen(request, form)
    if request.method == "POST" and form.is_valid():
        options = form.options()
        room = rooms.create_room(request.user, **options)
        messages.success(request, _("The room “%(name)s” is yours.") % {"name": room.name})
        return redirect("room", room.pk)
    return _form(request, form, None)


@require_safe
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """The room's page: its lasting links, what is on, what comes. Also of one that was given up."""
    room = get_object_or_404(Room.objects.visible_to(request.user).permanent(), pk=pk)
    coming = Booking.objects.visible_to(request.user).confirmed().not_over().filter(room=room)
    session = room.sessions.running().first()
    context = {
        "section": "rooms",
        "room": room,
        "session": session,
        "live": live_of(session, request.user, at="room"),
        "provider": held_at(session.alias if session else room.provider_alias),
        "leads_out": leads_out(session.alias if session else room.provider_alias),
        "trouble": trouble_with(room, None),
        "choose_at": where_to_choose(room, None),
        "notes": notes_of(session),
        "left_open": hosting.left_open(room.sessions.all()),
        "links": links_of(request, room),
        "coming": booking_rows(coming)[:10],
        "recordings": recordings_of(room),
        "held": room.sessions.filter(live_at__isnull=False).select_related("booking")[:10],
    }
    return render(request, "meetings/room.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a room. What runs in it goes on as it began; what is planned in it moves along."""
    room = _mine(request, pk)
    before = copy(room)  # the form writes into the room
    form = RoomForm(request.POST or None, instance=room)
    if LOOK in request.POST:
        return options_of_chosen(request, form)
    if request.method != "POST" or not form.is_valid() or "back" in request.POST:
        return _form(request, form, room)
    if form.cleaned_data["seen"] != before.mark:
        return _stale(request, pk, form.options())
    moves = room.provider_alias != before.provider_alias
    coming = moving.planned_in(room) if moves else Booking.objects.none()
    if "confirm" not in request.POST and coming.exists():
        return _review(request, form, room, before.provider_alias, coming)
    return _save(request, room, form)


def _save(request: MemberRequest, room: Room, form: RoomForm) -> HttpResponse:
    options = form.options()
    try:
        moving.save_room(room, options, by=request.user, seen=form.cleaned_data["seen"])
    except moving.RoomChanged:
        return _stale(request, room.pk, options)
    messages.success(request, _("Your changes are saved."))
    return redirect("room", room.pk)


def _stale(request: MemberRequest, pk: int, options: dict[str, Any]) -> HttpResponse:
    """Two tabs: what the other one saved stays, and this one sees how its form differs from it."""
    room = _mine(request, pk)
    changes = room_changes_in_words(room, options)
    data = request.POST.copy()
    data["seen"] = room.mark
    form = RoomForm(data, instance=room)
    context = {"section": "rooms", "form": form, "room": room, "changes": changes, "stale": True}
    return render(request, "meetings/room_form.html", context, status=409)


def _review(
    request: MemberRequest, form: RoomForm, room: Room, before: str, coming: BookingQuerySet
) -> HttpResponse:
    """What a move to another provider takes along, before it is saved."""
    context = {
        "section": "rooms",
        "form": form,
        "room": room,
        "source": held_at(before),
        "target": held_at(room.provider_alias),
        "coming": coming.select_related("room", "organizer"),
        "reasons": moving.reasons_against(room),
    }
    return render(request, "meetings/room_review.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: MemberRequest, pk: int) -> HttpResponse:
    """Give a room up. Its links say so; its meetings and history stay."""
    room = _mine(request, pk)
    form = KeepOrDeleteForm(request.POST)
    recorded = kept_in(room).count()
    if request.method != "POST" or (recorded and not form.is_valid()):  # one came to light now
        context = {"section": "rooms", "room": room, "form": form, "recorded": recorded}
        return render(request, "meetings/room_archive.html", context)
    if room.bookings.confirmed().not_over().exists():
        messages.error(request, _("Meetings are planned in this room. Move or cancel them first."))
        return redirect("room", room.pk)
    if session := room.sessions.running().first():
        hosting.end_for_all(session)
    give_up_room(room, by=request.user, deletes_recordings=form.is_valid() and form.deletes)
    messages.success(request, _("The room “%(name)s” is given up.") % {"name": room.name})
    return redirect("room-list")


@require_POST
def end(request: MemberRequest, pk: int) -> HttpResponse:
    """End what runs in the room, for everybody."""
    room = _mine(request, pk)
    if session := room.sessions.running().first():
        hosting.end_for_all(session)
        messages.success(request, said_at_the_end(session))
    return redirect("room", room.pk)


def _mine(request: MemberRequest, pk: int) -> Room:
    return get_object_or_404(Room.objects.visible_to(request.user).permanent().in_use(), pk=pk)


def _form(request: MemberRequest, form: RoomForm, room: Room | None) -> HttpResponse:
    context = {"section": "rooms", "form": form, "room": room}
    status = 422 if request.method == "POST" else 200
    return render(request, "meetings/room_form.html", context, status=status)
