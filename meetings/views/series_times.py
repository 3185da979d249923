"""The time proof of a series: each meeting on the clocks of everybody who is invited."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.zones import known_zone
from meetings.forms.series import ZoneForm
from meetings.http import MemberRequest
from meetings.models import Booking, Series
from meetings.time_proof import Cell, Hour, Place, cells_of, places_of
from meetings.wording import city_text, clock_text, day_text, zone_text

from .series_dates import coming
from .series_scopes import mine

PAGE = 12
MOST_ADDED = 10  # zones in the address
FEW_NAMES = 4


@dataclass(frozen=True, slots=True)
class Column:
    """A zone, and whose it is."""

    zone: str
    names: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCell:
    zone: str
    start: str
    end: str
    day: str  # of the week, when it is another one than at the organizer's
    clocks: str
    warning: str
    look: str


@dataclass(frozen=True, slots=True)
class ProofRow:
    booking: Booking
    day: str  # at the organizer's
    cells: list[ShownCell]


@require_safe
def times(request: MemberRequest, pk: int) -> HttpResponse:
    """Each coming meeting in the organizer's, the guests' and whatever other zones are added."""
    series = mine(request, pk)
    added = _added(request)
    page = Paginator(_ahead(series), PAGE).get_page(request.GET.get("page"))
    bookings = list(page)
    guests = list(series.guests.invited())
    places = places_of(_people(series, guests, bookings, added))
    context = {
        "section": "meetings",
        "series": series,
        "page": page,
        "columns": [Column(city_text(each.zone), few(each.names)) for each in places],
        "rows": _rows(series, bookings, places),
        "unknown": few(str(each) for each in guests if not known_zone(each.time_zone)),
        "added": [(zone.key, city_text(zone)) for zone in added],
        "form": ZoneForm(),
        "query": urlencode([("zone", zone.key) for zone in added]),
    }
    return render(request, "meetings/series_times.html", context)


def few(names: Iterable[str]) -> str:
    """The first few, and how many more."""
    named = list(names)
    text, more = ", ".join(named[:FEW_NAMES]), len(named) - FEW_NAMES
    return _("%(names)s and %(n)d more") % {"names": text, "n": more} if more > 0 else text


def _added(request: MemberRequest) -> list[ZoneInfo]:
    """The zones that the address asks for; nonsense is passed over."""
    asked = dict.fromkeys(request.GET.getlist("zone")[: MOST_ADDED * 2])
    return [zone for name in asked if (zone := known_zone(name))][:MOST_ADDED]


def _ahead(series: Series) -> Any:
    return coming(series).confirmed()


def _people(
    series: Series, guests: list[Any], bookings: list[Booking], added: list[ZoneInfo]
) -> list[tuple[str, ZoneInfo]]:
    """The organizer first, on the clock of the series; zones that nobody has are without a name."""
    home = bookings[0].zone if bookings else series.organizer.zone
    people = [(str(series.organizer), home)]
    people += [(str(each), zone) for each in guests if (zone := known_zone(each.time_zone))]
    return people + [("", zone) for zone in added]


def _rows(series: Series, bookings: list[Booking], places: list[Place]) -> list[ProofRow]:
    before = _start_before(series, bookings)
    rows = []
    for booking in bookings:
        cells = cells_of(places, booking.starts_at, booking.ends_at, before=before)
        day = day_text(cells[0].start.date())
        rows.append(ProofRow(booking, day, [_shown(each) for each in cells]))
        before = booking.starts_at
    return rows


def _start_before(series: Series, bookings: list[Booking]) -> datetime | None:
    """When the meeting before the first on this page began."""
    if not bookings:
        return None
    earlier = series.bookings.confirmed().filter(starts_at__lt=bookings[0].starts_at)
    return earlier.order_by("-starts_at").values_list("starts_at", flat=True).first()


def _shown(cell: Cell) -> ShownCell:
    return ShownCell(
        zone=zone_text(cell.place.zone, cell.start),
        start=clock_text(cell.start),
        end=clock_text(cell.end),
        day=date_format(cell.start, "l") if cell.day_differs else "",
        clocks=_clocks(cell.clocks_moved),
        warning=_warning(cell),
        look="" if cell.hour is Hour.FINE else "proof__off",
    )


def _clocks(moved: timedelta) -> str:
    if not moved:
        return ""
    minutes = abs(round(moved.total_seconds() / 60))
    hours = f"{minutes // 60}:{minutes % 60:02d}"
    if moved > timedelta():
        return _("Clocks go forward by %(hours)s") % {"hours": hours}
    return _("Clocks go back by %(hours)s") % {"hours": hours}


def _warning(cell: Cell) -> str:
    """For whom it is too early or too late."""
    if cell.hour is Hour.FINE:
        return ""
    is_early, names = cell.hour is Hour.EARLY, few(cell.place.names)
    if not names:
        return _("Early") if is_early else _("Late")
    text = _("Early for %(names)s") if is_early else _("Late for %(names)s")
    return text % {"names": names}
