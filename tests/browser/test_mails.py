"""Mails as people see them: each kind, by day and by night, on a desk and on a phone."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core import mail as sent_by_django
from playwright.sync_api import Browser, Page

from accounts.models import User
from meetings.models import Answer, Booking, Guest, JoinLink, OutgoingMail, Series
from meetings.recurrence import weekly
from meetings.services import scheduling
from meetings.services.mail import notices, posting
from meetings.services.scheduling import MeetingWish
from meetings.services.series.booking import SeriesWish, book_series

from .looks import violations

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db]

NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
START = datetime(2027, 3, 16, 9, tzinfo=UTC)
ABOUT = "Bring the figures of the last quarter.\n\nAgenda:\n1. Numbers\n2. What we do next"


def test_mails_can_be_read_by_day_and_by_night_and_on_a_phone(
    dana: User, chromium: Browser
) -> None:
    with time_machine.travel(NOW):
        pages = dict(letters(dana))

    with chromium.new_page() as page:
        troubles = [each for name, html in pages.items() for each in troubles_of(page, name, html)]

    assert len(pages) == 11
    assert troubles == []


def troubles_of(page: Page, name: str, html: str) -> Iterator[str]:
    """What somebody would stumble over."""
    page.set_content(html)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (700, 320):
            page.set_viewport_size({"width": width, "height": 900})
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                yield f"{name} at {width} px is {over} px too wide"
            keep(page, f"{name}-{scheme}-{width}")
        yield from (
            f"{name}, {scheme}: {each['id']} at {each['nodes'][0]['html'][:120]}"
            for each in violations(page)
            if each["impact"] in {"serious", "critical"}
        )


def keep(page: Page, name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"mail-{name}.png"), full_page=True)


# The letters


def letters(dana: User) -> Iterator[tuple[str, str]]:
    """Name and HTML of each."""
    dana.name = "Dana Weber"
    dana.save()
    booking, series = a_meeting(dana), a_series(dana)
    kinds: list[tuple[str, Callable[[], object]]] = [
        ("invitation", lambda: notices.invited([guest_of(booking, time_zone="Asia/Tokyo")])),
        ("series", lambda: notices.invited([guest_of(series)])),
        ("change", lambda: change(booking)),
        ("answer", lambda: answer(booking)),
        ("reminder", lambda: remind(booking)),
        ("rules", lambda: notices.zone_rules_changed(booking, was=START - timedelta(hours=1))),
        ("collision", lambda: notices.collided(series, series.bookings.all()[:3])),
        ("german", lambda: notices.invited([guest_of(booking, email="jo@x.de", language="de")])),
        ("waiting", lambda: wait(booking)),
        ("one-date-off", lambda: scheduling.cancel(series.bookings.all()[2], by=dana)),
        ("cancellation", lambda: scheduling.cancel(booking, by=dana, reason="I have the flu.")),
    ]
    for name, tell in kinds:
        OutgoingMail.objects.outstanding().update(next_try_at=None)
        sent_by_django.outbox.clear()
        tell()
        posting.post_due()
        message = sent_by_django.outbox[0]
        keep_text(name, str(message.subject), str(message.body))
        yield name, str(message.alternatives[0][0])


def keep_text(name: str, subject: str, text: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"mail-{name}.txt").write_text(f"{subject}\n\n{text}")


def a_meeting(dana: User) -> Booking:
    wish = MeetingWish(
        title="Quarterly review with the whole sales team of the northern region",
        description=ABOUT,
        starts_at=START,
        duration=45,
        time_zone="Europe/Berlin",
    )
    return scheduling.book(dana, wish)


def a_series(dana: User) -> Series:
    wish = SeriesWish(
        title="Stand-up",
        rule=replace(weekly([0, 2]), count=30),
        first_date=date(2027, 3, 8),
        clock=time(9),
        duration=15,
        time_zone="Europe/Berlin",
    )
    return book_series(dana, wish)


def guest_of(place: Booking | Series, email: str = "ana@example.com", **fields: str) -> Guest:
    owner = {"booking" if isinstance(place, Booking) else "series": place}
    guest = Guest.objects.create(**owner, email=email, **fields)
    JoinLink.objects.create(**owner, purpose=JoinLink.Purpose.PARTICIPANT, guest=guest)
    return guest


def change(booking: Booking) -> None:
    wish = MeetingWish(
        title=booking.title,
        description=ABOUT,
        starts_at=START + timedelta(days=1, hours=2),
        duration=60,
        time_zone="Europe/Berlin",
    )
    scheduling.edit(booking, wish, by=booking.organizer, version=booking.version)


def answer(booking: Booking) -> None:
    booking.refresh_from_db()
    said = Answer.objects.create(
        guest=booking.guests.get(),
        booking=booking,
        choice="tentative",
        comment="I would rather come an hour later: my train arrives at eleven.",
        proposed_at=START + timedelta(hours=1),
    )
    notices.answered(said)


def wait(booking: Booking) -> None:
    notices.somebody_waits(
        booking.organizer,
        about="waiting:b1",
        booking=booking,
        room=booking.room,
        people=[("Ana Lima", START), ("Maximiliane " * 6, START)],
        send_before=START + timedelta(minutes=10),
    )


def remind(booking: Booking) -> None:
    people = tuple(booking.guests.all()[:1])
    notices.reminded([notices.Reminder(booking=booking, minutes=10, people=people)])
