"""The dates of a series as its page lists them, each with what is particular about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.http import MemberRequest
from meetings.models import Booking, Series, SeriesChange, is_live_now, was_ended
from meetings.models.booking import BookingQuerySet
from meetings.recurrence import occurrence_at
from meetings.wording import clock_text, day_text

from .guest_words import counts_by_date

PAGE = 10


@dataclass(frozen=True, slots=True)
class Mark:
    text: str
    look: str = ""  # of its badge


@dataclass(frozen=True, slots=True)
class Row:
    booking: Booking
    day: str  # at the reader's
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """A page of the dates, coming or past, and whether there are others of the other kind."""

    rows: tuple[Row, ...]
    page: "Page[Any]"
    show: str
    is_endless: bool  # more are made as time goes
    more_off: int  # dates that do not take place and are not listed


def dates_shown(request: MemberRequest, series: Series) -> Dates:
    """As the address asks for them. Nonsense is the beginning."""
    show = "past" if request.GET.get("show") == "past" else "coming"
    found = past(series) if show == "past" else coming(series)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    said = counts_by_date(page)
    rows = tuple(_row(each, said.get(each.pk, [])) for each in page)
    off = _more_off(series, shown=found.cancelled().count()) if show == "coming" else 0
    last = series.last_pattern
    is_endless = bool(show == "coming" and last and not last.cancelled_at and not last.repeats.ends)
    return Dates(rows=rows, page=page, show=show, is_endless=is_endless, more_off=off)


def _more_off(series: Series, *, shown: int) -> int:
    """How many dates the last word about the series has called off that are not listed."""
    kinds = SeriesChange.Kind
    people = (kinds.INVITED, kinds.UNINVITED, kinds.DELETED)
    last = series.changes.exclude(kind__in=people).first()
    is_off = last is not None and last.kind in {kinds.CANCELLED, kinds.ENDED}
    return max(last.meetings - shown, 0) if last and is_off else 0


def _row(booking: Booking, said: list[tuple[str, str]]) -> Row:
    day = day_text(timezone.localdate(booking.starts_at))
    answers = (Mark(text, look) for text, look in said)
    return Row(booking, day, (*marks_of(booking), *answers))


def coming(series: Series) -> BookingQuerySet:
    """Not over yet, those among them that were cancelled by themselves."""
    return _shown(series).not_over().order_by("starts_at", "pk")


def past(series: Series) -> BookingQuerySet:
    return _shown(series).over().order_by("-starts_at", "-pk")


def _shown(series: Series) -> BookingQuerySet:
    theirs = series.bookings.filter(deleted_at=None).select_related("room", "pattern")
    return theirs.annotate(is_live=is_live_now("booking"), was_ended=was_ended())


def marks_of(booking: Booking) -> tuple[Mark, ...]:
    """Moved or changed, beside another meeting, at an hour that the clocks skip or show twice."""
    found = [_own_change(booking), _clock(booking)]
    if booking.may_overlap and not booking.is_cancelled:
        found.append(Mark(_("Beside another meeting"), "badge--warn"))
    return tuple(each for each in found if each)


def is_moved(booking: Booking) -> bool:
    """Whether it stands at another time than its series has it."""
    _series, pattern, day = booking.in_series
    wall = datetime.combine(day, pattern.clock)
    return booking.starts_at != occurrence_at(wall, pattern.zone).starts_at


def _own_change(booking: Booking) -> Mark | None:
    if booking.is_cancelled or not booking.is_exception:
        return None
    text = _("Moved") if is_moved(booking) else _("Changed")
    return Mark(text, "badge--soon")


def _clock(booking: Booking) -> Mark | None:
    """What happens to the clock on that very day."""
    if booking.is_exception:
        return None
    _series, pattern, day = booking.in_series
    wall = datetime.combine(day, pattern.clock)
    found = occurrence_at(wall, pattern.zone)
    times = {
        "time": clock_text(wall),
        "start": clock_text(found.starts_at.astimezone(pattern.zone)),
    }
    if found.is_shifted:
        return Mark(_("Clocks skip %(time)s: begins at %(start)s") % times, "badge--warn")
    if found.is_doubled:
        return Mark(_("Clocks show %(time)s twice: the first is meant") % times, "badge--warn")
    return None


def is_over(series: Series) -> bool:
    """Whether nothing of it is to come."""
    return not series.bookings.confirmed().not_over().exists()
