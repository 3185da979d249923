"""The page on which one hands all one has ahead to somebody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from meetings.models import Booking, Room
from tests.admin.conftest import act
from tests.conftest import PASSWORD, signed_in

from .reading import page
from .repeating import make_series

Book = Callable[..., Booking]

pytestmark = pytest.mark.django_db


@pytest.fixture
def proved(as_dana: Client) -> Client:
    """Dana, who has just typed her password."""
    as_dana.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return as_dana


def test_what_goes_is_shown_first_and_then_handed_over(
    proved: Client, book: Book, room: Room, dana: User, colin: User
) -> None:
    booking, series = book(), make_series(dana, first_date=timezone.localdate() + timedelta(days=8))
    address = reverse("hand-over")
    assert "Hand them over first" in page(proved.get(reverse("own-data")))

    shown = page(proved.post(address, {"email": colin.email}))
    assert f"To Colin ({colin.email})?" in shown
    assert "1 room, with its calendar addresses" in shown

    done = page(proved.post(address, {"email": colin.email, "sure": "on"}, follow=True))

    assert "All of it belongs to Colin now." in done
    assert "ahead are cancelled" not in done  # there are none any more
    theirs = signed_in(colin)
    history = page(theirs.get(reverse("booking", args=[booking.pk])))
    assert "Organizer" in history
    assert theirs.get(reverse("series", args=[series.pk])).status_code == 200
    assert proved.get(reverse("booking", args=[booking.pk])).status_code == 404
    assert "There is nothing to hand over" in page(proved.get(address))


@pytest.mark.parametrize("address", ["dana@example.org", "nobody@example.org", "no address"])
def test_nobody_takes_it_who_cannot(proved: Client, book: Book, address: str) -> None:
    booking = book()

    answer = proved.post(reverse("hand-over"), {"email": address, "sure": "on"})

    booking.refresh_from_db()
    assert answer.status_code == 400
    assert booking.organizer.email == "dana@example.org"


def test_addresses_cannot_be_tried_out_without_end(proved: Client, book: Book) -> None:
    book()
    tries = [proved.post(reverse("hand-over"), {"email": f"{n}@example.org"}) for n in range(21)]

    assert [each.status_code for each in tries] == [400] * 20 + [429]


def test_administrator_hands_over_for_somebody_after_a_look(
    as_staff: Client, book: Book, dana: User, colin: User
) -> None:
    booking = book()
    asked = act(as_staff, "hand_over", dana)
    assert "1 meeting ahead" in asked

    looked = act(as_staff, "hand_over", dana, asked="on", email=colin.email)
    assert f"Hand all of it to Colin ({colin.email})" in looked
    told = act(as_staff, "hand_over", dana, sure="on", email=colin.email)

    booking.refresh_from_db()
    assert booking.organizer == colin
    assert "To Colin: meetings 1, series 0, rooms 0." in told


def test_administration_has_actions_of_both_kinds_for_people(as_staff: Client) -> None:
    shown = as_staff.get(reverse("admin:accounts_user_changelist")).text

    for action in ("reset_second_factor", "switch_off", "hand_over", "erase"):
        assert f'value="{action}"' in shown
