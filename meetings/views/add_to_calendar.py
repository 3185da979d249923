"""What “Add to calendar” offers on pages about a meeting or series."""

from dataclasses import dataclass

from django.urls import reverse

from meetings.calendar_links import Way, ways_to_add
from meetings.models import Booking, JoinLink, Series
from meetings.services.calendars import files
from meetings.services.calendars.files import CalendarFile
from meetings.services.door import Door


@dataclass(frozen=True, slots=True)
class Adding:
    """Other calendars that take it by a link, and the file for all the rest."""

    ways: list[Way]
    file_url: str
    is_series: bool


def adding_of_booking(booking: Booking) -> Adding | None:
    """For the organizer; nothing where nothing is ahead."""
    if booking.is_cancelled or booking.is_over:
        return None
    return _adding(files.for_organizer(booking), reverse("booking-calendar", args=[booking.pk]))


def adding_of_series(series: Series) -> Adding | None:
    if series.is_cancelled or not series.bookings.confirmed().not_over().exists():
        return None
    return _adding(files.for_organizer(series), reverse("series-calendar", args=[series.pk]))


def adding_at_door(found: Door) -> Adding | None:
    """For who has the link, until the meeting is on."""
    booking = found.booking
    if booking is None or booking.is_cancelled or not booking.is_ahead:
        return None
    return adding_by_link(found.link)


def adding_by_link(link: JoinLink) -> Adding | None:
    file = files.for_link(link)
    return _adding(file, reverse("door-calendar", args=[link.token])) if file else None


def _adding(file: CalendarFile, file_url: str) -> Adding:
    is_series = any(each.rule for each in file.events)
    return Adding(ways_to_add(file.events), file_url, is_series)
