"""Guessing is as slow by htmx as by hand."""

from collections.abc import Callable

from django.test import Client

from meetings.models import Booking

from .conftest import NOW
from .doors import look_again, participants

Book = Callable[..., Booking]
POLL = {"HX-Request": "true"}


def guesses(client: Client, count: int, headers: dict[str, str] | None = None) -> list[int]:
    return [client.get(f"/j/{number}/", headers=headers).status_code for number in range(count)]


def test_link_that_ended_is_no_guess(client: Client, book: Book) -> None:
    booking = book(at=NOW)
    waiting = client.get(participants(booking))
    booking.links.get(purpose="participant").revoke()

    told = [look_again(client, waiting, participants(booking)) for _ in range(30)]
    told += [client.get(participants(booking)) for _ in range(30)]

    assert {each.status_code for each in told} == {410}
    assert guesses(client, 21) == [404] * 20 + [429]


def test_address_that_guessed_by_htmx_is_refused_in_any_way(client: Client, book: Book) -> None:
    right = participants(book(at=NOW))

    guesses(client, 21, headers=POLL)

    assert client.get(right, headers=POLL).status_code == 429
    assert client.get(right).status_code == 429


def test_polls_of_a_good_link_are_no_guesses(client: Client, book: Book) -> None:
    right = participants(book(at=NOW))

    assert {client.get(right, headers=POLL).status_code for _ in range(50)} == {200}
    assert guesses(client, 1) == [404]
