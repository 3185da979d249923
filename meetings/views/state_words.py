"""How a meeting stands, in one word: the same in lists and on its page."""

from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from meetings.models import Booking
from meetings.models.booking import SOON


def state_badge(meeting: Any, now: datetime) -> SafeString:
    """Nothing for one that lies ahead; `is_live` and `was_ended` count where they are known."""
    look, word = _state_of(meeting, now)
    return format_html('<span class="badge{}">{}</span>', look, word) if word else SafeString("")


def _state_of(meeting: Any, now: datetime) -> tuple[str, str]:
    if meeting.state == Booking.State.CANCELLED:
        return " badge--danger", _("Cancelled")
    if getattr(meeting, "is_live", False):
        return " badge--live", _("Live")
    if getattr(meeting, "was_ended", False):
        return "", _("Ended")
    return _by_the_clock(meeting, now)


def _by_the_clock(meeting: Any, now: datetime) -> tuple[str, str]:
    if meeting.ends_at <= now:
        return "", _("Over")
    if meeting.starts_at <= now:
        return " badge--soon", _("Waiting for host")
    if meeting.starts_at - SOON <= now:
        return " badge--soon", _("Starting soon")
    return "", ""
