"""Who was at a meeting, as a page and as files."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import audit
from meetings.http import MemberRequest
from meetings.models import Booking, RoomSession
from meetings.services.attendance.attending import Attendee, Record, attendance_of

from .attendance_files import csv_of, filename, xlsx_of
from .attendance_words import (
    clock_text,
    duration_text,
    gaps_of,
    gaps_of_all,
    name_text,
    range_text,
    role_and_why,
)

FILES = {
    "csv": (csv_of, "text/csv; charset=utf-8"),
    "xlsx": (xlsx_of, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One person who came, in words."""

    attendee: Attendee
    name: str
    role: str
    first_in: str
    last_out: str
    total: str
    range: str
    gaps: list[str]


@never_cache
@require_safe
def of_booking(request: MemberRequest, pk: int) -> HttpResponse:
    """Everybody at the organizer's meeting, in all its sessions."""
    booking = _booking(request, pk)
    back = reverse("booking", args=[pk])
    return _page(request, attendance_of(booking), back=back, address="booking", pk=pk)


@never_cache
@require_safe
def of_session(request: MemberRequest, pk: int) -> HttpResponse:
    """Everybody in the owner's room, while it was used without a meeting."""
    session = _session(request, pk)
    if session.booking_id:
        return redirect("booking-attendance", session.booking_id)
    back = reverse("room", args=[session.room_id])
    return _page(request, attendance_of(session), back=back, address="session", pk=pk)


@never_cache
@require_safe
def file_of_booking(request: MemberRequest, pk: int, kind: str) -> HttpResponse:
    return _file(_booking(request, pk), kind)


@never_cache
@require_safe
def file_of_session(request: MemberRequest, pk: int, kind: str) -> HttpResponse:
    session = _session(request, pk)
    if session.booking_id:
        return redirect(f"booking-attendance-{kind}", session.booking_id)
    return _file(session, kind)


def _booking(request: MemberRequest, pk: int) -> Booking:
    mine = Booking.objects.visible_to(request.user).select_related("room", "series", "pattern")
    return get_object_or_404(mine, pk=pk)


def _session(request: MemberRequest, pk: int) -> RoomSession:
    mine = RoomSession.objects.visible_to(request.user).without_secrets().select_related("room")
    return get_object_or_404(mine, pk=pk)


def _page(request: MemberRequest, record: Record, **place: Any) -> HttpResponse:
    address, pk = place["address"], place["pk"]
    context = {
        "section": "meetings" if address == "booking" else "rooms",
        "record": record,
        "rows": list(_rows(record)),
        "gaps": gaps_of_all(record.sums),
        "lasted": duration_text(record.sums.lasted),
        "back": place["back"],
        "csv_url": reverse(f"{address}-attendance-csv", args=[pk]),
        "xlsx_url": reverse(f"{address}-attendance-xlsx", args=[pk]),
    }
    return render(request, "meetings/attendance.html", context)


def _rows(record: Record) -> Iterator[Row]:
    """A day is told only where it is not that on which the meeting began."""
    began = record.sums.began_at
    for each in record.came:
        sums = each.sum
        yield Row(
            attendee=each,
            name=name_text(each),
            role=role_and_why(sums),
            first_in=clock_text(sums.first_in, beside=began) if sums.first_in else "",
            last_out=clock_text(sums.last_out, beside=began) if sums.last_out else "",
            total=duration_text(sums.total),
            range=range_text(sums),
            gaps=gaps_of(sums, began),
        )


def _file(place: Booking | RoomSession, kind: str) -> HttpResponse:
    """Taken along: names and addresses of people, so the audit log hears of it."""
    record = attendance_of(place)
    audit.record(audit.Action.EXPORTED, place, values={"what": "attendance", "form": kind})
    written, content_type = FILES[kind]
    response = HttpResponse(written(record), content_type=content_type)
    disposition = content_disposition_header(as_attachment=True, filename=filename(record, kind))
    response.headers["Content-Disposition"] = disposition or "attachment"
    return response
