"""What is now, what is next, and the agenda."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from meetings.forms.bookings import AgendaFilter
from meetings.http import MemberRequest

from . import agenda
from .agenda import Meeting
from .meeting_rows import RowWriter


@dataclass(frozen=True, slots=True)
class Agenda:
    """A page of meetings by local day; `after` is where the next page begins."""

    days: list[tuple[date, list[SafeString]]]
    after: str


@require_safe
def dashboard(request: MemberRequest) -> HttpResponse:
    """The organizer's meetings, by day, in their own time."""
    chosen = AgendaFilter(request.GET).chosen()
    now = timezone.now()
    writer = RowWriter(request, now)
    page = agenda.page_of(request.user, chosen, now)
    next_ones = _now_and_next(request, page, now) if _is_first_look(chosen) else []
    context = {
        "section": "meetings",
        "chosen": chosen,
        "tabs": AgendaFilter.SHOW,
        "agenda": Agenda(_by_day(page.meetings, writer), page.after),
        "meet_now_key": uuid.uuid4(),
        "rooms": agenda.rooms_of(request.user),
        "is_filtered": bool(chosen["q"] or chosen["room"]),
        "next": [writer.card(each) for each in next_ones],
    }
    part = request.htmx and request.htmx.target == "agenda"
    template = "meetings/dashboard.html#found" if part else "meetings/dashboard.html"
    return render(request, template, context)


def _by_day(meetings: list[Meeting], writer: RowWriter) -> list[tuple[date, list[SafeString]]]:
    days = groupby(meetings, key=lambda each: timezone.localdate(each.starts_at))
    return [(day, [writer.row(each) for each in rows]) for day, rows in days]


def _is_first_look(chosen: dict[str, Any]) -> bool:
    """The whole agenda from its beginning: somebody who searches wants what they search."""
    return chosen["show"] == "upcoming" and not (chosen["q"] or chosen["room"] or chosen["after"])


def _now_and_next(request: MemberRequest, page: agenda.Page, now: datetime) -> list[Meeting]:
    """What runs, also ahead or after its time; what should; and what starts next."""
    live = agenda.running(request.user, now)
    known = {each.pk for each in live}
    others = [each for each in page.meetings if each.pk not in known]
    on = [each for each in others if each.starts_at <= now and _is_on(each)]
    later = [each for each in others if each.starts_at > now]
    return (live + on)[: agenda.CARDS] + later[:1]


def _is_on(meeting: Meeting) -> bool:
    """No host has ended it for good."""
    return meeting.is_live or not meeting.was_ended
