"""Whose series it is, and how much of one is meant: a meeting, it and the following, or all."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from meetings.http import MemberRequest
from meetings.models import Booking, Series


def mine(request: MemberRequest, pk: int) -> Series:
    series = Series.objects.visible_to(request.user).select_related("organizer")
    return get_object_or_404(series, pk=pk)


def meeting_of_series(request: MemberRequest, pk: int) -> Booking:
    """One of the person's own meetings, if it belongs to a series."""
    bookings = Booking.objects.visible_to(request.user)
    related = bookings.select_related("room", "organizer", "series__organizer", "pattern__room")
    booking = get_object_or_404(related, pk=pk)
    if booking.series is None:
        raise Http404
    return booking
