"""What tests of reminders ask."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from django.db.models import QuerySet

from meetings.models import Booking, Guest, Notice, OutgoingMail
from meetings.recurrence import weekly
from meetings.services.mail import notices, reminding
from meetings.services.series.booking import SeriesWish


def reminders() -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(notice__kind=Notice.Kind.REMINDER).order_by("pk")


def told() -> list[tuple[str, int]]:
    """Who was reminded, and how many minutes before."""
    return [(mail.to_email, mail.notice.facts["minutes"]) for mail in reminders()]


def invite(booking: Booking, *emails: str) -> list[Guest]:
    place: dict[str, Any] = {"booking": booking}
    if booking.series:
        place = {"series": booking.series}
    return [Guest.objects.create(email=email, **place) for email in emails]


def due_in(booking: Booking) -> timedelta | None:
    """How long before its start the next reminder is due."""
    booking.refresh_from_db()
    return booking.starts_at - booking.remind_at if booking.remind_at else None


def weekly_wish(**changed: Any) -> SeriesWish:
    """Three Mondays at nine in Berlin: 9, 16, 23 March 2026."""
    usual = {
        "title": "Stand-up",
        "rule": replace(weekly([0]), count=3),
        "first_date": date(2026, 3, 9),
        "clock": time(9),
        "duration": 30,
        "time_zone": "Europe/Berlin",
    }
    return SeriesWish(**{**usual, **changed})


def remind_and_die(step: str) -> None:
    """The work of a worker that ends itself at this step, as `kill -9` would."""
    match step:
        case "claimed":
            notices.reminded = die
        case "written":
            notices.reminded = die_after(notices.reminded)
        case "saved":
            reminding._remind = die_after(reminding._remind)
    reminding.remind_due()


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_after(work: Callable[..., object]) -> Callable[..., None]:
    def last(*given: object) -> None:
        work(*given)
        die()

    return last
