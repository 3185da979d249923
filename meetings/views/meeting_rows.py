"""Meetings as lists show them: rows of many, and the few cards above them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from meetings import wording
from meetings.http import MemberRequest
from meetings.models import Booking
from meetings.models.booking import SOON

from .agenda import Meeting
from .state_words import state_badge
from .troubles import held_at

NOTHING = SafeString("")
PRIMARY = SafeString(" button--primary")
PARTS = ("row", "repeats", "unconfirmed", "attendance", "links", "host", "copy")


@dataclass(frozen=True, slots=True)
class Card:
    """A meeting that is on, or next."""

    title: str
    url: str
    starts_at: datetime
    ends_at: datetime
    repeats: bool
    is_live: bool
    is_now: bool
    is_ahead: bool
    unconfirmed: SafeString
    host_url: str


class RowWriter:
    """Writes what one reader sees at one moment; what is the same in all rows is made once."""

    def __init__(self, request: MemberRequest, now: datetime) -> None:
        self._now = now
        self._zone = timezone.get_current_timezone()
        self._zone_name = getattr(self._zone, "key", "")
        self._origin = escape(f"{request.scheme}://{request.get_host()}")
        self._meeting_at = _addresses("booking")
        self._attendance_at = _addresses("booking-attendance")
        self._door_at = _addresses("door")
        self._parts = _parts(get_language())

    def card(self, meeting: Meeting) -> Card:
        is_ahead = self._now < meeting.starts_at
        return Card(
            title=meeting.title,
            url=self._meeting_at(meeting.pk),
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            repeats=meeting.series is not None,
            is_live=meeting.is_live,
            is_now=not is_ahead and self._now < meeting.ends_at,
            is_ahead=is_ahead,
            unconfirmed=self._unconfirmed(meeting),
            host_url=self._door_at(meeting.host_token) if meeting.host_token else "",
        )

    def row(self, meeting: Meeting) -> SafeString:
        meeting = meeting._replace(title=escape(meeting.title))  # once, as it stands there thrice
        return format_html(
            self._parts["row"],
            hours=wording.hours_text(meeting.starts_at, meeting.ends_at, self._zone),
            url=self._meeting_at(meeting.pk),
            title=meeting.title,
            repeats=self._parts["repeats"] if meeting.series else NOTHING,
            about=self._about(meeting),
            state=state_badge(meeting, self._now),
            unconfirmed=self._unconfirmed(meeting),
            actions=self._actions(meeting),
        )

    def _about(self, meeting: Meeting) -> str:
        told = [wording.lasting_text(meeting.duration)]
        if meeting.is_in_lasting_room:
            told.append(meeting.room)
        if meeting.time_zone != self._zone_name:
            there = ZoneInfo(meeting.time_zone)
            span = meeting.starts_at, meeting.ends_at
            told.append(wording.elsewhere_text(*span, there, self._zone))
        return " · ".join(filter(None, told))

    def _unconfirmed(self, meeting: Meeting) -> SafeString:
        is_asked = meeting.is_unconfirmed and self._now < meeting.starts_at
        if not is_asked or _is_cancelled(meeting):
            return NOTHING
        return format_html(self._parts["unconfirmed"], provider=held_at(meeting.alias))

    def _actions(self, meeting: Meeting) -> SafeString:
        if meeting.ends_at <= self._now:
            if not meeting.was_held:
                return NOTHING
            url = self._attendance_at(meeting.pk)
            return format_html(self._parts["attendance"], url=url, title=meeting.title)
        if _is_cancelled(meeting):
            return NOTHING
        return format_html(self._parts["links"], host=self._host(meeting), copy=self._copy(meeting))

    def _host(self, meeting: Meeting) -> SafeString:
        if not meeting.host_token:
            return NOTHING
        look = PRIMARY if meeting.starts_at - SOON <= self._now else NOTHING
        url = self._door_at(meeting.host_token)
        return format_html(self._parts["host"], url=url, look=look, title=meeting.title)

    def _copy(self, meeting: Meeting) -> SafeString:
        token = meeting.guest_token
        if not token:
            return NOTHING
        url = self._origin + self._door_at(token)
        return format_html(self._parts["copy"], url=url, token=token, title=meeting.title)


def _is_cancelled(meeting: Meeting) -> bool:
    return meeting.state == Booking.State.CANCELLED


@cache
def _parts(language: str | None) -> Mapping[str, SafeString]:
    """The parts of a row in a language, with names where a meeting's own is to be filled in."""
    template = "meetings/parts/meeting_row.html#"
    return {name: render_to_string(template + name) for name in PARTS}


def _addresses(name: str) -> Callable[[object], SafeString]:
    """Of the page with this name, for any key or token: neither has anything to be escaped."""
    before, __, after = reverse(name, args=["0"]).rpartition("/0/")
    before, after = escape(before), escape(after)
    return lambda key: SafeString(f"{before}/{key}/{after}")
