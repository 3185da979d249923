"""What a browser keeps of a visitor is of use to that visitor alone, and not for ever."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from django.test import Client

from accounts.models import User
from meetings.models import Admission, Booking, RoomSession
from meetings.services.opening import open_room
from tests.conftest import signed_in

from .conftest import NOW
from .doors import ask, door_of, participants, state
from .reading import page, text_of

Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture
SOON = {"waiting_room": "nobody"}


def sign_in_instead(browser: Client, user: User) -> None:
    """Somebody else sits down: the browser keeps its guest cookie, as browsers do."""
    kept = browser.cookies["guest"].value
    browser.logout()
    browser.cookies = signed_in(user).cookies
    browser.cookies["guest"] = kept


def test_next_member_at_a_browser_is_not_taken_in_by_the_name_of_the_one_before(
    dana: User, colin: User, book: Book, clock: Clock
) -> None:
    booking = book(at=NOW + timedelta(hours=1), options=SOON)
    browser = signed_in(dana)
    ask(browser, participants(booking), name="Dana the Great")
    for_dana = browser.get(participants(booking))
    sign_in_instead(browser, colin)
    clock.move_to(booking.starts_at, tick=False)
    open_room(booking.room, booking)

    answer = browser.get(participants(booking))
    browser.post(f"{participants(booking)}enter/")

    assert "You will be let in as Dana the Great" in text_of(for_dana)
    assert state(answer) == "open"
    assert "data-enter-now" not in page(answer)
    assert 'value="Colin"' in page(answer)
    assert "Dana the Great" not in page(answer)
    admission = Admission.objects.get()
    assert (admission.identity, admission.name) == (f"u:{colin.pk}", "Colin")


def test_guest_at_the_browser_of_a_member_who_signed_out_is_nobody_known(
    dana: User, live: RoomSession
) -> None:
    browser = signed_in(dana)
    ask(browser, door_of(live), name="Dana the Great")
    kept = browser.cookies["guest"].value
    browser.logout()
    browser.cookies["guest"] = kept

    shown = browser.get(door_of(live))
    ask(browser, door_of(live), name="Ana")

    assert "Dana the Great" not in page(shown)
    first, second = Admission.objects.order_by("pk")
    assert first.identity == f"u:{dana.pk}"
    assert (second.name, second.user) == ("Ana", None)
    assert str(dana.pk) != second.identity.removeprefix("g:")


def test_guest_is_known_by_name_without_being_taken_in_where_they_did_not_ask(
    client: Client, live: RoomSession, book: Book
) -> None:
    other = book("Other", at=NOW, options=SOON, may_overlap=True)
    open_room(other.room, other)
    ask(client, door_of(live), name="Ana")

    answer = client.get(participants(other))

    assert 'value="Ana"' in page(answer)
    assert "data-enter-now" not in page(answer)


def test_who_asked_to_be_let_in_twelve_hours_ago_has_gone_home(
    client: Client, book: Book, clock: Clock
) -> None:
    booking = book(at=NOW + timedelta(hours=12), options=SOON)
    ask(client, participants(booking), name="Ana")
    open_room(booking.room, booking)

    clock.move_to(NOW + timedelta(hours=12, seconds=-1), tick=False)
    in_time = client.get(participants(booking))
    clock.move_to(NOW + timedelta(hours=12), tick=False)
    late = client.get(participants(booking))

    assert (state(in_time), state(late)) == ("open", "open")
    assert "data-enter-now" in page(in_time)
    assert "data-enter-now" not in page(late)
    assert 'value="Ana"' in page(late)
