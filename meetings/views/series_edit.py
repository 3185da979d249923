"""Changing a series: from a meeting on, or all of it. The form, then old beside new, then saved."""

from dataclasses import dataclass, replace
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from meetings.forms.decisions import FOR_ALL
from meetings.forms.repeats import quick_labels
from meetings.forms.rooms import LOOK
from meetings.http import MemberRequest
from meetings.models import Booking, Series
from meetings.services.scheduling import AlreadyCancelled, RoomRefused, StaleEdit
from meetings.services.series.ahead import first_ahead
from meetings.services.series.booking import later_than, wish_of
from meetings.services.series.edits import edit_all, edit_following
from meetings.services.series.stretches import LaterAhead, facts_of
from meetings.services.series.wish import (
    BadSeries,
    Collisions,
    ExceptionsAhead,
    NothingAhead,
    SeriesWish,
)

from .previews import CHECK, series_plan
from .room_options import options_of_chosen
from .series_changes import stretch_text
from .series_forms import SeriesForms
from .series_review import Plan, changed_since, plan_of, review_of
from .series_scopes import meeting_of_series, mine


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """How much of a series is changed: from `booking` on, or all of it without one."""

    series: Series
    booking: Booking | None
    first: Booking  # the first concerned that has not begun

    @property
    def stays_until(self) -> date | None:
        """The last date before, which stays as it is."""
        _series, _pattern, split = self.first.in_series
        earlier = self.series.bookings.filter(recurrence_date__lt=split, deleted_at=None)
        days = earlier.order_by("-recurrence_date").values_list("recurrence_date", flat=True)
        return days.first()


@require_http_methods(["GET", "HEAD", "POST"])
def following(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a series from this meeting on."""
    booking = meeting_of_series(request, pk)
    return _change(request, booking.in_series[0], booking)


@require_http_methods(["GET", "HEAD", "POST"])
def whole(request: MemberRequest, pk: int) -> HttpResponse:
    """Change all of a series that has not begun."""
    return _change(request, mine(request, pk), None)


def _change(request: MemberRequest, series: Series, booking: Booking | None) -> HttpResponse:
    try:
        scope = _scope(series, booking)
        forms = SeriesForms.of(request, scope.first, after=scope.stays_until)
        if LOOK in request.POST:
            return options_of_chosen(request, forms.options)
        if CHECK in request.POST and request.htmx:
            return _dates(request, scope, forms)
        if request.method != "POST" or not forms.are_valid() or "back" in request.POST:
            return _form(request, scope, forms)
        return _reviewed(request, scope, forms)
    except (AlreadyCancelled, NothingAhead) as nothing:
        messages.error(request, str(nothing))
        return redirect("series", series.pk)


def _scope(series: Series, booking: Booking | None) -> Scope:
    if series.is_cancelled:
        raise AlreadyCancelled(_("A cancelled series cannot be changed."))
    return Scope(series=series, booking=booking, first=first_ahead(series, booking))


def _reviewed(request: MemberRequest, scope: Scope, forms: SeriesForms) -> HttpResponse:
    """What valid forms lead to: mended, reviewed, or saved."""
    try:
        wish = forms.wish()
        if forms.version != scope.series.version:
            return _stale(request, scope, wish)
        plan = _plan(request, scope, wish)
        if "confirm" not in request.POST or FOR_ALL in request.POST:
            return _review(request, scope, forms, plan)
        return _save(request, scope, forms, plan)
    except BadSeries as bad:
        forms.repeat.add_error("how", str(bad))
    except NothingAhead as begun:
        forms.form.add_error("time", str(begun))
    except RoomRefused as refused:
        forms.form.add_error("room", str(refused))
    return _form(request, scope, forms)


def _save(request: MemberRequest, scope: Scope, forms: SeriesForms, plan: Plan) -> HttpResponse:
    try:
        _apply(scope, plan, by=request.user, version=forms.version)
    except (Collisions, ExceptionsAhead, LaterAhead) as missing:  # or taken meanwhile
        plan = _plan(request, scope, plan.wish)
        return _review(request, scope, forms, plan, missing=str(missing))
    except StaleEdit:
        scope.series.refresh_from_db()
        return _stale(request, scope, plan.wish)
    messages.success(request, _("Your changes are saved."))
    return redirect("series", scope.series.pk)


def _plan(request: MemberRequest, scope: Scope, wish: SeriesWish) -> Plan:
    wish = replace(wish, decisions={})
    return plan_of(scope.series, wish, request.POST.dict(), booking=scope.booking)


def _apply(scope: Scope, plan: Plan, *, by: User, version: int) -> None:
    wish, exceptions, later = plan.wish, plan.exceptions, plan.later
    if scope.booking:
        edit_following(
            scope.booking, wish, by=by, version=version, exceptions=exceptions, later=later
        )
    else:
        edit_all(scope.series, wish, by=by, version=version, exceptions=exceptions, later=later)


def _form(request: MemberRequest, scope: Scope, forms: SeriesForms) -> HttpResponse:
    status = 422 if request.method == "POST" and not forms.are_valid() else 200
    later = [stretch_text(facts_of(each)) for each in later_than(scope.first.in_series[1])]
    context = {**_context(scope, forms), "now": wish_of(scope.first), "later": later}
    return render(request, "meetings/series_form.html", context, status=status)


def _dates(request: MemberRequest, scope: Scope, forms: SeriesForms) -> HttpResponse:
    """The first dates as they would be with what is typed so far. Nothing is saved."""
    context: dict[str, object] = {"series": None}
    if forms.are_valid():
        wish = forms.wish()
        ahead = scope.series.bookings.filter(starts_at__gt=timezone.now())
        context["series"] = series_plan(
            request, wish, besides=list(ahead.values_list("pk", flat=True))
        )
        context["quick_labels"] = quick_labels(wish.first_date)
    return render(request, "meetings/parts/series_dates_typed.html", context)


def _review(
    request: MemberRequest, scope: Scope, forms: SeriesForms, plan: Plan, *, missing: str = ""
) -> HttpResponse:
    context = {
        **_context(scope, forms),
        "review": review_of(plan),
        "exceptions": plan.exceptions,
        "later": plan.later,
        "missing": missing,
        "is_asked_again": bool(missing),
    }
    status = 422 if missing else 200
    return render(request, "meetings/series_review.html", context, status=status)


def _stale(request: MemberRequest, scope: Scope, wish: SeriesWish) -> HttpResponse:
    """Two tabs: what the other one saved stays, and this one sees how its wish differs from it."""
    scope = _scope(scope.series, scope.booking)
    forms = SeriesForms.of(request, scope.first, after=scope.stays_until, fresh_version=True)
    changes = changed_since(scope.series, wish, booking=scope.booking)
    context = {**_context(scope, forms), "changes": changes}
    return render(request, "meetings/series_stale.html", context, status=409)


def _context(scope: Scope, forms: SeriesForms) -> dict[str, object]:
    return {
        "section": "meetings",
        "series": scope.series,
        "booking": scope.booking,
        "first": scope.first,
        "scope": "following" if scope.booking else "all",
        "form": forms.form,
        "repeat": forms.repeat,
        "options": forms.options,
    }
