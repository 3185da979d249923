"""Calling a series off: from a meeting on, or all of it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings.forms.series import CancelSeriesForm
from meetings.http import MemberRequest
from meetings.models import Booking, RoomSession, Series
from meetings.services.scheduling import AlreadyCancelled, StaleEdit
from meetings.services.series import cancelling
from meetings.services.series.ahead import ahead_of
from meetings.services.series.wish import NothingAhead

from .series_scopes import meeting_of_series, mine


@dataclass(frozen=True, slots=True)
class Loss:
    """What a cancellation takes away, and what it does not."""

    first: Booking | None
    last: Booking | None
    meetings: int
    guests: int
    running: int


@require_http_methods(["GET", "HEAD", "POST"])
def following(request: MemberRequest, pk: int) -> HttpResponse:
    """Have a series end before this meeting."""
    booking = meeting_of_series(request, pk)
    series = booking.in_series[0]

    def cancel(version: int, reason: str) -> None:
        cancelling.cancel_following(booking, by=request.user, version=version, reason=reason)

    return _cancel(request, series, booking, cancel)


@require_http_methods(["GET", "HEAD", "POST"])
def whole(request: MemberRequest, pk: int) -> HttpResponse:
    """Call off all of a series that has not begun."""
    series = mine(request, pk)

    def cancel(version: int, reason: str) -> None:
        cancelling.cancel_all(series, by=request.user, version=version, reason=reason)

    return _cancel(request, series, None, cancel)


def _cancel(
    request: MemberRequest,
    series: Series,
    booking: Booking | None,
    cancel: Callable[[int, str], None],
) -> HttpResponse:
    """The question, what it would do, and then it is done."""
    if series.is_cancelled:
        messages.error(request, _("This series is cancelled already."))
        return redirect("series", series.pk)
    first_look = {"version": series.version}
    form = CancelSeriesForm(request.POST if request.method == "POST" else None, initial=first_look)
    try:
        loss = _loss(series, booking)
        if request.method == "POST" and form.is_valid():
            cancel(form.cleaned_data["version"] or 0, form.cleaned_data["reason"])
            messages.success(request, _said(series, booking))
            return redirect("series", series.pk)
    except StaleEdit as stale:
        return _asked_again(request, series, booking, form, str(stale))
    except (AlreadyCancelled, NothingAhead) as nothing:
        messages.error(request, str(nothing))
        return redirect("series", series.pk)
    context = _context(series, booking, loss)
    status = 422 if request.method == "POST" else 200
    return render(request, "meetings/series_cancel.html", {**context, "form": form}, status=status)


def _asked_again(
    request: MemberRequest,
    series: Series,
    booking: Booking | None,
    form: CancelSeriesForm,
    stale: str,
) -> HttpResponse:
    """It was changed meanwhile: the same question about what there is now."""
    series.refresh_from_db()
    values = {"version": series.version, "reason": form.cleaned_data["reason"]}
    again = CancelSeriesForm(initial=values)
    context = _context(series, booking, _loss(series, booking))
    context |= {"form": again, "stale": stale}
    return render(request, "meetings/series_cancel.html", context, status=409)


def _context(series: Series, booking: Booking | None, loss: Loss) -> dict[str, object]:
    return {
        "section": "meetings",
        "series": series,
        "booking": booking,
        "scope": "following" if booking else "all",
        "loss": loss,
    }


def _loss(series: Series, booking: Booking | None) -> Loss:
    ahead = ahead_of(series, booking)
    gone = [each for each in ahead.shown if not each.is_cancelled]
    return Loss(
        first=gone[0] if gone else None,
        last=gone[-1] if gone else None,
        meetings=len(gone),
        guests=series.guests.invited().count(),
        running=RoomSession.objects.running().filter(booking__series=series).count(),
    )


def _said(series: Series, booking: Booking | None) -> str:
    series.refresh_from_db()
    text = _("“%(title)s” is cancelled.")
    if not series.is_cancelled:
        text = _("“%(title)s” ends earlier now.")
    return text % {"title": series.title}
