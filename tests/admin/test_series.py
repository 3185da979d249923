"""Series, guests and answers in the admin: found, looked at, and invited again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from meetings.models import Answer, Booking, Guest, OutgoingMail, Series, ZoneRules
from meetings.rule_words import rule_text
from meetings.services import scheduling

from .conftest import Meeting, act, list_of, page_of
from .inviting import invited
from .test_queries import cost

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]


@pytest.fixture
def series(hold: Callable[[], Meeting]) -> Series:
    hold()
    return Series.objects.get()


def test_page_of_a_series_tells_how_it_repeats_who_is_invited_and_what_was_changed(
    as_staff: Client, series: Series
) -> None:
    text = as_staff.get(page_of(series)).text

    assert rule_text(series.patterns.get().repeats) in text
    assert "gus0@example.com" in text
    assert "08:00" in text or "8:00 AM" in text
    assert "Europe/Berlin" in text


def test_series_is_found_by_its_link(as_staff: Client, series: Series) -> None:
    link = series.links.get(guest=None)

    assert "1 series" in as_staff.get(list_of(Series), {"q": link.token}).text
    assert "0 series" in as_staff.get(list_of(Series), {"q": link.token[:-3] + "xxx"}).text


def test_series_with_much_history_costs_no_more(
    as_staff: Client, series: Series, book: Book, colin: User
) -> None:
    as_staff.get(page_of(series))
    few, __ = cost(as_staff, page_of(series))
    booking = book("Other")
    for number in range(1, 20):
        invited(booking, number, by=colin)
    series.changes.model.objects.update(series=series)
    Guest.objects.filter(booking=None).update(series=series)

    many, text = cost(as_staff, page_of(series))

    assert text.count("Gus Guest") >= 20
    assert many == few


def test_guests_page_shows_their_answers_and_no_token(as_staff: Client, series: Series) -> None:
    guest = Guest.objects.get(booking__isnull=False, name="Gus Guest")

    text = as_staff.get(page_of(guest)).text

    assert "Perhaps" in text
    assert guest.link.token not in text
    assert guest.link.token[:4] in text


def test_guest_whose_mail_came_back_is_found_and_invited_again(
    as_staff: Client, book: Book
) -> None:
    lost = book("Review").guests.create(email="lost@example.com", name="Lost")
    Guest.objects.filter(pk=lost.pk).update(bounced_at=timezone.now(), bounce="550 unknown")
    assert "550 unknown" in as_staff.get(list_of(Guest, "?bounced_at__isempty=0")).text

    said = act(as_staff, "invite_again", lost)

    lost.refresh_from_db()
    assert "1 guest is invited again." in said
    assert (lost.bounced_at, lost.bounce) == (None, "")
    assert OutgoingMail.objects.get().guest == lost


def test_who_need_not_come_any_more_is_not_invited_again(
    as_staff: Client, book: Book, dana: User
) -> None:
    gone = book("Review").guests.create(email="gone@example.com", removed_at=timezone.now())
    off = book("Off", at=timezone.now() + timedelta(days=3))
    other = off.guests.create(email="other@example.com")
    scheduling.cancel(off, by=dana)
    OutgoingMail.objects.all().delete()

    said = act(as_staff, "invite_again", gone, other)

    assert "is left out" in said
    assert not OutgoingMail.objects.exists()


def test_answers_are_told_with_what_they_are_to(as_staff: Client, series: Series) -> None:
    text = as_staff.get(list_of(Answer)).text

    assert "Maybe" in text
    assert "Accepted" in text
    assert "Review, " in text


def test_editions_of_time_zones_are_listed(as_staff: Client) -> None:
    ZoneRules.objects.create(edition="2026b", moved=3)

    assert "2026b" in as_staff.get(list_of(ZoneRules)).text
    assert as_staff.get(list_of(ZoneRules) + "add/").status_code == 403
