"""People at closed doors, and the hosts who were told of them, in the administration."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import Booking, Caller, Knock

from .conftest import list_of


@pytest.fixture
def booking(book: Callable[..., Booking]) -> Booking:
    return book("Weekly planning")


def test_people_at_closed_doors_are_found_and_not_edited(
    as_staff: Client, booking: Booking
) -> None:
    link = booking.links.get(purpose="participant")
    for name in ("Ana Lima", "Ben Okoro"):
        Caller.objects.create(
            room=booking.room, booking=booking, link=link, identity=f"g:{name}", name=name
        )

    found = as_staff.get(list_of(Caller, "?q=Lima")).text
    caller = Caller.objects.get(name="Ana Lima")
    shown = as_staff.get(reverse("admin:meetings_caller_change", args=[caller.pk])).text

    assert "Ana Lima" in found
    assert "Ben Okoro" not in found
    assert "Waits" in shown
    assert link.token not in found + shown
    assert 'name="_save"' not in shown


def test_who_was_told_that_somebody_waits_is_found_and_not_edited(
    as_staff: Client, booking: Booking, dana: User
) -> None:
    knock = Knock.objects.create(once="one", room=booking.room, booking=booking, user=dana)

    found = as_staff.get(list_of(Knock, "?q=Weekly")).text
    shown = as_staff.get(reverse("admin:meetings_knock_change", args=[knock.pk])).text

    assert "Weekly planning: Dana" in found
    assert 'name="_save"' not in shown
