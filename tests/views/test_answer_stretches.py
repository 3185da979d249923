"""Answering to a series that changes from a date on: each stretch says its start and its hours."""

from datetime import time

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.services.answers import change_following, dates_of, guest_of, weekly_for

from .reading import text_of

pytestmark = pytest.mark.django_db


def test_each_stretch_is_told_with_its_hours_on_the_clock_of_who_reads(
    client: Client, dana: User
) -> None:
    series = weekly_for(dana)  # Mondays at nine in Berlin, from 7 December on
    guest = guest_of(series)
    change_following(dates_of(series)[3], clock=time(16, 30))
    client.cookies["zone"] = "Europe/London"

    text = text_of(client.get(reverse("answer", args=[guest.link.token])))

    assert "Every week on Monday, 3 times, 8:00 AM – 8:30 AM" in text
    rule = "Every week on Monday, 3 times, 3:30 PM – 4:00 PM"
    assert f"From Mon, 28 December 2026 on: {rule}" in text
