"""The form of a meeting with that of its own room, as they are sent and shown together."""

from copy import copy
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from meetings.forms.bookings import BookingForm
from meetings.forms.repeats import RepeatForm
from meetings.forms.rooms import RoomOptionsForm
from meetings.http import MemberRequest
from meetings.models import Booking


def forms_of(
    request: MemberRequest,
    booking: Booking | None = None,
    *,
    repeat: RepeatForm | None = None,
    fresh_version: bool = False,
) -> tuple[BookingForm, RoomOptionsForm]:
    """What was sent, or what the form begins with."""
    data = request.POST.copy() if request.method == "POST" else None
    if data is not None and fresh_version and booking:
        data["version"] = str(booking.version)
    # A copy: the form writes into it, and the meeting's room is what we compare with.
    own_room = copy(booking.room) if booking and not booking.room.is_permanent else None
    form = BookingForm(
        data, user=request.user, booking=booking, repeat=repeat, initial=_asked(request)
    )
    return form, RoomOptionsForm(data, instance=own_room, prefix="options")


def are_valid(form: BookingForm, options: RoomOptionsForm) -> bool:
    """All are asked, so that all mistakes show at once. A permanent room has its own options."""
    form_ok, options_ok = form.is_valid(), options.is_valid()
    repeat_ok = form.repeat is None or form.repeat.is_valid()
    return form_ok and repeat_ok and (options_ok or bool(form.cleaned_data.get("room")))


def options_of(options: RoomOptionsForm) -> dict[str, Any]:
    return options.options() if options.is_valid() else {}


def form_page(request: MemberRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A form as first shown, or again with 422 and what to mend."""
    status = 422 if request.method == "POST" else 200
    return render(request, template, context, status=status)


def _asked(request: MemberRequest) -> dict[str, str]:
    """A new meeting may come with its room or date in the address."""
    return {name: request.GET[name] for name in ("room", "date", "time") if request.GET.get(name)}
