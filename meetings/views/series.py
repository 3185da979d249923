"""The page of a series: how it repeats, its dates and links, and what was changed about it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from meetings.forms.recordings import KeepOrDeleteForm
from meetings.http import MemberRequest
from meetings.services.series import lists

from .add_to_calendar import adding_of_series
from .guest_list import guests_of
from .links import links_of
from .policies import leads_out
from .recordings import asked_what_stays, let_go
from .series_changes import history_of_series
from .series_dates import dates_shown, is_over
from .series_scopes import mine
from .series_stretches import left_out_of_series, stretches_of
from .troubles import held_at


@require_safe
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """The series' own page; for htmx, more of its dates."""
    series = mine(request, pk)
    dates = dates_shown(request, series)
    if request.htmx and request.htmx.target == "more-dates":
        return render(request, "meetings/series.html#dates", {"series": series, "dates": dates})
    stretches = stretches_of(series)
    now = next((each for each in stretches if each.is_now), None)
    room = now.pattern.room if now else None
    context = {
        "section": "meetings",
        "series": series,
        "dates": dates,
        "now": now,
        "others": [each for each in stretches if each is not now],
        "next": series.bookings.confirmed().not_over().select_related("room").first(),
        "left_out": left_out_of_series(series),
        "links": links_of(request, series),
        "adding": adding_of_series(series),
        "guests": guests_of(request, series),
        "provider": held_at(room.provider_alias) if room else "",
        "leads_out": leads_out(room.provider_alias) if room else False,
        "is_over": is_over(series),
        "history": history_of_series(series),
    }
    return render(request, "meetings/series.html", context)


@require_POST
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a series that is over or cancelled out of the lists. Nothing of its history is lost."""
    series = mine(request, pk)
    form = KeepOrDeleteForm(request.POST)
    if is_over(series) and (question := asked_what_stays(request, series, form)):
        return question
    try:
        lists.remove_from_lists(series, by=request.user)
    except lists.StillAhead as ahead:
        messages.error(request, str(ahead))
        return redirect("series", series.pk)
    let_go(request, series, form)
    messages.success(request, _("“%(title)s” is removed.") % {"title": series.title})
    return redirect("dashboard")
