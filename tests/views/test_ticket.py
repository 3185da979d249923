"""A way in is made on the click, for one person, and kept nowhere."""

import re
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from meetings.models import Booking, RoomSession
from meetings.providers.errors import ProviderUnavailable
from meetings.services.opening import open_room
from tests.provider_for_tests import SECRET, Telling

from .conftest import NOW
from .doors import ask, door_of, host, participants, state
from .reading import page

Book = Callable[..., Booking]
EMBEDDED = "meetings/embed/builtin.html"


def tickets(text: str) -> list[str]:
    return re.findall(r'"token": "(.+?)"', text)


def test_ticket_is_in_the_answer_to_the_click_and_nowhere_else(
    client: Client, as_dana: Client, live: RoomSession
) -> None:
    assert live.booking
    answer = ask(client, door_of(live))

    (ticket,) = tickets(page(answer))
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    looked_at = ["/meetings/", f"/meetings/{live.booking.pk}/", host(live.booking), door_of(live)]
    for visitor in (client, as_dana):
        for address in looked_at:
            shown = visitor.get(address)
            assert ticket not in page(shown)
            assert tickets(page(shown)) == []
    assert ticket not in everything_stored()


def test_each_click_gets_a_ticket_of_its_own(client: Client, live: RoomSession) -> None:
    assert tickets(page(ask(client, door_of(live)))) != tickets(page(ask(Client(), door_of(live))))


def test_address_of_a_room_elsewhere_is_in_the_redirect_alone(
    client: Client, as_dana: Client, elsewhere: Telling, book: Book
) -> None:
    booking = book(at=NOW, options={"waiting_room": "nobody"})

    for_host = ask(as_dana, host(booking))
    for_guest = ask(client, participants(booking))

    assert for_host.headers["Location"].endswith(f"?key={SECRET}")
    assert for_guest.headers["Location"].endswith("?key=guest")
    for answer in (for_host, for_guest):
        assert answer.status_code == 302
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer.headers["Cache-Control"]
    for address in ("/meetings/", f"/meetings/{booking.pk}/", host(booking)):
        assert "rooms.example" not in page(as_dana.get(address))
        assert SECRET not in page(as_dana.get(address))
    assert SECRET not in everything_stored()


def everything_stored() -> str:
    """All that the database holds, as it holds it."""
    with connection.cursor() as cursor:
        rows: list[Any] = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += cursor.fetchall()
    return str(rows)


def test_provider_that_fails_at_the_last_step_is_told_at_the_door(
    client: Client, elsewhere: Telling, book: Book
) -> None:
    booking = book(at=NOW, options={"waiting_room": "nobody"})
    open_room(booking.room, booking)
    elsewhere.trouble["join"] = ProviderUnavailable("no answer")

    answer = ask(client, participants(booking))

    assert state(answer) == "trouble"
    assert "rooms.example" not in page(answer)


def test_coming_in_costs_the_same_however_many_are_inside(
    client: Client, live: RoomSession
) -> None:
    RoomSession.objects.update(capacity=None)
    ask(Client(), door_of(live))
    with CaptureQueriesContext(connection) as few:
        ask(Client(), door_of(live))

    for _ in range(20):
        ask(Client(), door_of(live))
    with CaptureQueriesContext(connection) as many:
        ask(Client(), door_of(live))

    assert len(many) == len(few)
