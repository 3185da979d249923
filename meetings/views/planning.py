"""Planning a meeting or a series: the form, what stands in the way, and saving it."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings.forms.bookings import BookingForm
from meetings.forms.decisions import DECIDED, FOR_ALL, decisions_in
from meetings.forms.repeats import RepeatForm, date_typed
from meetings.forms.rooms import RoomOptionsForm
from meetings.http import MemberRequest
from meetings.rule_words import rule_text
from meetings.services import scheduling
from meetings.services.inviting import CannotInvite
from meetings.services.previews import preview_of
from meetings.services.series.booking import BadSeries, Collisions, SeriesWish, book_series

from .collisions import kept_decisions, kept_fields, rows_of
from .meeting_forms import are_valid, forms_of, options_of
from .previews import CHECK, part_asked, plan_of

# Guests are refused when the form was sent before, and those of both are too many.
REFUSALS = (scheduling.RoomRefused, CannotInvite)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MemberRequest) -> HttpResponse:
    """Plan a meeting, or a series."""
    form, options = forms_of(request, repeat=_repeat_of(request))
    if part := part_asked(request, form, options):
        return part
    is_asked = request.method == "POST" and not {CHECK, "back"} & request.POST.keys()
    if is_asked and are_valid(form, options):
        return (_plan_series if form.rule else _plan_meeting)(request, form, options)
    return _form_page(request, form, options)


def _repeat_of(request: MemberRequest) -> RepeatForm:
    data = request.POST if request.method == "POST" else None
    return RepeatForm(data, first_date=date_typed(request.POST))


def _form_page(
    request: MemberRequest, form: BookingForm, options: RoomOptionsForm, **context: Any
) -> HttpResponse:
    shown = {"section": "new", "form": form, "options": options, **plan_of(request, form)}
    status = 200 if request.method == "GET" or CHECK in request.POST else 422
    shown |= {"kept": kept_decisions(request), **context}
    return render(request, "meetings/booking_form.html", shown, status=status)


def _plan_meeting(
    request: MemberRequest, form: BookingForm, options: RoomOptionsForm
) -> HttpResponse:
    try:
        booking = scheduling.book(request.user, form.wish(options_of(options)))
    except scheduling.Overlaps as found:
        return _form_page(request, form, options, overlap=found)
    except REFUSALS as refused:
        form.add_error(_field_of(refused), str(refused))
        return _form_page(request, form, options)
    messages.success(request, _("“%(title)s” is planned.") % {"title": booking.title})
    return redirect("booking", booking.pk)


def _plan_series(
    request: MemberRequest, form: BookingForm, options: RoomOptionsForm
) -> HttpResponse:
    """Save it once each date that is taken was decided on the page that asks."""
    wish = form.series_wish(options_of(options))
    try:
        collisions = preview_of(request.user, wish).collisions
        decisions = decisions_in(request.POST, wish, collisions)
        wish = replace(wish, decisions=decisions)
        if decisions and not _is_decided(request):
            return _ask(request, wish)
        series = book_series(request.user, wish)
    except Collisions:
        return _ask(request, wish)
    except BadSeries as none:
        if wish.decisions:
            return _ask(request, wish, _("No meeting would be left. Please keep at least one."))
        form.add_error("date", str(none))
        return _form_page(request, form, options)
    except REFUSALS as refused:
        form.add_error(_field_of(refused), str(refused))
        return _form_page(request, form, options)
    messages.success(request, _("“%(title)s” is planned.") % {"title": series.title})
    return redirect("series", series.pk)


def _field_of(refused: Exception) -> str | None:
    return "room" if isinstance(refused, scheduling.RoomRefused) else None


def _is_decided(request: MemberRequest) -> bool:
    """Whether this comes from the page that asks, and not from one of its helpers."""
    return DECIDED in request.POST and FOR_ALL not in request.POST


def _ask(request: MemberRequest, wish: SeriesWish, problem: str = "") -> HttpResponse:
    """Each date that is taken, with what was decided so far and still holds."""
    collisions = preview_of(request.user, wish).collisions
    context = {
        "section": "new",
        "title": wish.title,
        "rule": rule_text(wish.rule),
        "rows": rows_of(wish, collisions, wish.decisions),
        "problem": problem,
        "is_asked_again": _is_decided(request),
        "kept": kept_fields(request),
    }
    return render(request, "meetings/booking_collisions.html", context, status=422)
