"""Rows about series and guests, as the admin shows them."""

from datetime import date, time

from accounts.models import User
from meetings.models import Booking, JoinLink, Series


def invited(booking: Booking, number: int, *, by: User) -> list[object]:
    """Somebody who was invited to the meeting, and one who was to a series; with their answers."""
    series = Series.objects.create(organizer=booking.organizer, title="Review")
    pattern = series.patterns.create(
        title="Review",
        first_date=date(2026, 11, 2),
        clock=time(9),
        time_zone="Europe/Berlin",
        rule="FREQ=WEEKLY;BYDAY=MO;COUNT=3",
        duration=30,
        room=booking.room,
        reminders=[60],
    )
    clock = {"clock": ["08:00", "09:00"]}
    series.changes.create(kind="following", by=by, since=date(2026, 11, 9), values=clock)
    JoinLink.objects.create(series=series, purpose="participant")
    who = {"email": f"gus{number}@example.com", "name": "Gus Guest"}
    guest, other = booking.guests.create(**who), series.guests.create(**who)
    JoinLink.objects.create(booking=booking, purpose="participant", guest=guest)
    answer = guest.answers.create(booking=booking, choice="tentative", comment="Perhaps")
    return [series, guest, answer, other.answers.create(pattern=pattern, choice="accepted")]
