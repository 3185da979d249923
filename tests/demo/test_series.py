"""What the demo shows of series and guests."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts.models import User
from meetings import demo
from meetings.models import Booking, Notice, OutgoingMail, Series
from meetings.services.answering import answer_of
from meetings.services.mail import posting
from meetings.services.mail.reminding import remind_due
from tests.conftest import signed_in

from .conftest import MONDAY

pytestmark = pytest.mark.django_db


def test_demo_has_a_series_and_guests(organizer: User, subtests: pytest.Subtests) -> None:
    series = Series.objects.get(organizer=organizer)

    for promise in (
        series_goes_on_beyond_the_next_change_of_the_clocks,
        one_of_its_meetings_was_moved_and_one_cancelled,
        three_guests_in_three_zones_answered_differently,
        its_page_shows_guests_and_answers,
        meeting_has_guests_of_each_answer,
        nobody_is_written_to,
    ):
        with subtests.test(promise.__name__):
            promise(series)


def series_goes_on_beyond_the_next_change_of_the_clocks(series: Series) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    starts = [each.starts_at.astimezone(berlin) for each in series.bookings.all()]

    assert len(starts) >= 8
    assert len({start.utcoffset() for start in starts}) == 2
    assert {(start.hour, start.minute) for start in starts} == {(16, 0)}
    assert all(start > timezone.now() for start in starts)


def one_of_its_meetings_was_moved_and_one_cancelled(series: Series) -> None:
    moved = series.bookings.confirmed().get(is_exception=True)
    cancelled = series.bookings.cancelled().get()

    assert moved.starts_at.date() == moved.recurrence_date + timedelta(days=1)
    assert cancelled.cancel_reason


def three_guests_in_three_zones_answered_differently(series: Series) -> None:
    guests = list(series.guests.all())
    _, moved, _, fourth, fifth, *_ = series.bookings.all()

    def answers(booking: Booking) -> list[str]:
        return [said.choice if (said := answer_of(each, booking)) else "" for each in guests]

    assert len({guest.time_zone for guest in guests}) == 3
    assert all(guest.email.endswith(".example") for guest in guests)
    assert answers(moved) == ["", "", "accepted"]  # asked anew
    assert answers(fourth) == ["declined", "tentative", "accepted"]
    assert answers(fifth) == ["accepted", "tentative", "accepted"]


def its_page_shows_guests_and_answers(series: Series) -> None:
    page = signed_in(series.organizer).get(f"/series/{series.pk}/").text

    assert "Northwind: weekly" in page
    assert "Grace Whitfield" in page


def meeting_has_guests_of_each_answer(series: Series) -> None:
    roadmap = Booking.objects.get(title="Roadmap: next quarter")

    said = [answer_of(guest, roadmap) for guest in roadmap.guests.all()]

    assert [each.choice if each else "" for each in said] == [
        "accepted",
        "declined",
        "",
        "tentative",
    ]


def nobody_is_written_to(series: Series) -> None:
    remind_due()
    posting.post_due()

    assert not OutgoingMail.objects.exists()
    assert not Notice.objects.exists()
    assert mail.outbox == []


@pytest.mark.parametrize(
    "at",
    [
        MONDAY.replace(month=3, day=26, hour=15),  # its own hour, days before the clocks change
        datetime(2026, 10, 24, 23, 58, tzinfo=UTC),  # the night of the change
    ],
)
def test_it_can_be_made_around_a_change_of_the_clocks(at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        demo.load()

    assert Series.objects.get().bookings.filter(starts_at__gt=at).count() >= 8
