"""Times in templates: in the reader's zone, and never without its name."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from meetings import wording
from meetings.models import Booking, Pattern
from meetings.views.state_words import state_badge

register = template.Library()


@register.simple_tag
def when(booking: Booking) -> SafeString:
    """Day, start and end in the reader's zone, with the zone."""
    zone = timezone.get_current_timezone()
    return format_html(
        '<time datetime="{}">{}</time> <span class="muted">{}</span>',
        booking.starts_at.isoformat(),
        wording.span_text(booking.starts_at, booking.ends_at, zone),
        wording.zone_text(zone, booking.starts_at),
    )


@register.simple_tag
def organizers_time(booking: Booking) -> str:
    """The same on the meeting's own clock, or nothing when the reader's clock shows the same."""
    here = timezone.get_current_timezone()
    return wording.elsewhere_text(booking.starts_at, booking.ends_at, booking.zone, here)


@register.simple_tag(name="state_badge")
def badge(booking: Booking) -> SafeString:
    """How it stands now."""
    return state_badge(booking, timezone.now())


@register.simple_tag
def hours(booking: Booking) -> str:
    """Start and end, where the day and the zone stand beside them already."""
    zone = timezone.get_current_timezone()
    return wording.hours_text(booking.starts_at, booking.ends_at, zone)


@register.simple_tag
def day_and_hours(booking: Booking) -> str:
    """Where the zone stands beside it already."""
    zone = timezone.get_current_timezone()
    return wording.span_text(booking.starts_at, booking.ends_at, zone)


@register.simple_tag
def moment(at: datetime) -> str:
    """Day, time and zone of the reader."""
    return wording.moment_text(at, timezone.get_current_timezone())


@register.simple_tag
def zone_label() -> str:
    """The reader's zone, for a list of dates."""
    return wording.zone_name(timezone.get_current_timezone())


@register.simple_tag
def day_name(day: date) -> str:
    return wording.relative_day_text(day)


@register.filter
def lasting(minutes: int) -> str:
    return wording.lasting_text(minutes)


@register.simple_tag
def reminders_of(what: Booking | Pattern) -> str:
    """When people are reminded: `10 minutes before, 1 day before`."""
    return wording.reminders_text(what.reminders)


@register.simple_tag
def wall_clock(at: datetime, zone: str) -> str:
    """What date and time fields hold for an instant in this zone: `2026-11-23T09:00`."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"
