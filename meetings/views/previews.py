"""What is being planned, in words: its dates, what takes them, and where clocks jump."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.forms.bookings import TIME_FIELDS, BookingForm
from meetings.forms.repeats import quick_labels
from meetings.forms.rooms import LOOK, RoomOptionsForm
from meetings.http import MemberRequest
from meetings.models import Booking
from meetings.recurrence import Occurrence
from meetings.rule_words import may_be_short, rule_text
from meetings.services.previews import SeriesPreview, overlap_of, preview_of
from meetings.services.series.booking import BadSeries, Collision, Planned, SeriesWish
from meetings.wording import clock_text, day_text, hours_text, span_text, zone_text

from .room_options import options_of_chosen

CHECK = "check"  # asks what the meeting or series would be, and saves nothing
SHOWN = 5  # dates
MENTIONED = 3  # dates that are taken, or on which the clocks jump


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRow:
    """A date of a series as its organizer reads it, and on the reader's own clock."""

    day: str
    hours: str
    here: str  # nothing when it is the same
    is_taken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPlan:
    """A series that is being planned, as the form shows it."""

    rule: str
    rows: tuple[DateRow, ...]
    in_all: str
    begins_later: str  # its first date, when that is not the one in the form
    odd: tuple[str, ...]
    collisions: tuple[Collision, ...]
    asks_short_months: bool

    @property
    def mentioned(self) -> tuple[Collision, ...]:
        return self.collisions[:MENTIONED]

    @property
    def not_mentioned(self) -> int:
        return len(self.collisions) - len(self.mentioned)


def part_asked(
    request: MemberRequest,
    form: BookingForm,
    options: RoomOptionsForm,
    booking: Booking | None = None,
) -> HttpResponse | None:
    """The part of the form that follows what was just typed, when a page asks for only that."""
    if LOOK in request.POST:
        return options_of_chosen(request, options)
    if CHECK in request.POST and request.htmx:
        context = {"form": form, **plan_of(request, form, booking), "problems": _problems(form)}
        return render(request, "meetings/parts/plan.html", context)
    return None


def plan_of(
    request: MemberRequest, form: BookingForm, booking: Booking | None = None
) -> dict[str, Any]:
    """What is in the way of the meeting, or which dates the series has, as far as typed."""
    if not form.is_bound:
        return {}
    form.is_valid()
    day = form.cleaned_data.get("date")
    context = {"quick_labels": quick_labels(day) if day and form.repeat else {}}
    if not form.has_time or (form.repeat and not form.repeat.is_valid()):
        return context
    if form.rule:
        return {**context, "series": series_plan(request, form.series_trial())}
    return {**context, "overlap": overlap_of(request.user, form.trial(), besides=booking)}


def series_plan(
    request: MemberRequest, wish: SeriesWish, *, besides: Collection[int] = ()
) -> SeriesPlan | None:
    """The dates of a series; `besides` are meetings that are to be changed themselves."""
    try:
        preview = preview_of(request.user, wish, besides=besides)
    except BadSeries:  # said at the field
        return None
    meetings, taken = preview.meetings, {each.date for each in preview.collisions}
    first = meetings[0].date
    return SeriesPlan(
        rule=rule_text(wish.rule),
        rows=tuple(date_row(each, wish, is_taken=each.date in taken) for each in meetings[:SHOWN]),
        in_all=_in_all(preview),
        begins_later=day_text(first) if first != wish.first_date else "",
        odd=tuple(_odd_text(each, wish.zone) for each in preview.odd[:MENTIONED]),
        collisions=preview.collisions,
        asks_short_months=may_be_short(wish.rule),
    )


def date_row(planned: Planned, wish: SeriesWish, *, is_taken: bool = False) -> DateRow:
    start, end, there = planned.starts_at, planned.ends_at, wish.zone
    return DateRow(
        day=day_text(start.astimezone(there).date()),
        hours=hours_text(start, end, there),
        here=_here(start, end, there),
        is_taken=is_taken,
    )


def _here(start: datetime, end: datetime, there: tzinfo) -> str:
    """The same on the reader's clock, or nothing when it shows the same."""
    here = timezone.get_current_timezone()
    local, wall = start.astimezone(here), start.astimezone(there)
    if local.utcoffset() == wall.utcoffset():
        return ""
    text = (hours_text if local.date() == wall.date() else span_text)(start, end, here)
    return _("%(time)s in %(zone)s") % {"time": text, "zone": zone_text(here, start)}


def _in_all(preview: SeriesPreview) -> str:
    if not preview.ends:
        return _("It goes on without an end.")
    total = len(preview.meetings)
    words = ngettext("%(n)d meeting, on %(last)s", "%(n)d meetings, the last on %(last)s", total)
    return words % {"n": total, "last": day_text(preview.meetings[-1].date)}


def _odd_text(found: Occurrence, zone: tzinfo) -> str:
    values = {
        "day": day_text(found.wall.date()),
        "time": clock_text(found.wall),
        "later": clock_text(found.starts_at.astimezone(zone)),
    }
    if found.is_shifted:
        words = _("On %(day)s the clocks skip %(time)s: the meeting begins at %(later)s.")
    else:
        words = _("On %(day)s the clocks show %(time)s twice: the first time is meant.")
    return words % values


def _problems(form: BookingForm) -> list[str]:
    """What is wrong with the time, without what is only missing yet."""
    errors = {name: form.errors.as_data().get(name, []) for name in TIME_FIELDS - {"clock"}}
    if form.repeat:
        errors |= form.repeat.errors.as_data()
    return [
        message
        for each in errors.values()
        for error in each
        if error.code != "required"
        for message in error.messages
    ]
