"""Links that lead nowhere: one answer for all of them, and no time to guess."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from meetings.models import Booking
from meetings.models.join_link import new_token
from meetings.views import throttles

from .conftest import NOW
from .doors import ask, participants
from .reading import page, text_of

Book = Callable[..., Booking]
UNKNOWN = f"/j/{'A' * 22}/"


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "A" * 22,
        "A" * 5000,
        "%00",
        "AAAA%00AAAA",
        "%FF%FE",
        "%0A",
        "..%5C..",
        "%3Cscript%3E",
        quote("ключ"),
        "'%20OR%201=1--",
    ],
)
def test_link_that_was_never_ours_leads_to_the_plain_page(
    client: Client, db: None, token: str
) -> None:
    for answer in (client.get(f"/j/{token}/"), client.post(f"/j/{token}/enter/", {"name": "Ana"})):
        assert answer.status_code == 404
        assert "This link leads nowhere" in text_of(answer)
        assert answer.content == client.get(UNKNOWN).content


def test_link_that_was_cut_off_looks_like_one_that_never_was(client: Client, book: Book) -> None:
    address = participants(book("Secret plan", at=NOW))[:-2] + "/"

    gone, never = client.get(address), client.get(UNKNOWN)

    assert (gone.status_code, gone.content) == (never.status_code, never.content)
    assert headers(gone) == headers(never)
    assert ask(client, address).content == never.content


def headers(answer: Any) -> dict[str, str]:
    its_own = {"Set-Cookie", "X-Request-ID"}
    return {name: value for name, value in answer.headers.items() if name not in its_own}


def test_links_carry_128_random_bits() -> None:
    assert len({new_token() for _ in range(1000)}) == 1000
    assert min(len(new_token()) for _ in range(100)) == 22  # base64 of 16 bytes


def test_guesses_at_several_processes_are_counted_together(client: Client, db: None) -> None:
    at_one = [client.get(f"/j/{number}/").status_code for number in range(12)]
    throttles.forget()  # what a process knows by itself: another one has only the shared cache
    at_another = [client.get(f"/j/{number}/").status_code for number in range(9)]

    assert at_one + at_another == [404] * 20 + [429]


def test_guessing_is_stopped_for_wrong_and_right_links_alike(
    client: Client, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = participants(book(at=NOW))
    guesses = [client.get(f"/j/{number}/").status_code for number in range(21)]

    assert guesses == [404] * 20 + [429]
    assert client.get(right).status_code == 429
    assert ask(client, right).status_code == 429
    assert "Please wait a few minutes" in text_of(client.get(right))
    assert client.get(right, REMOTE_ADDR="203.0.113.7").status_code == 200
    monkeypatch.setattr(throttles, "PENALTY", 0)
    throttles._refused_until.update(dict.fromkeys(throttles._refused_until, 0.0))
    assert client.get(right).status_code == 200


def test_guesses_by_part_of_the_page_count_as_well(client: Client, db: None) -> None:
    headers = {"HX-Request": "true"}

    answers = [client.get(f"/j/{number}/", headers=headers) for number in range(21)]

    assert [answer.status_code for answer in answers] == [404] * 20 + [429]


def test_class_behind_one_address_comes_in_all_at_once(book: Book) -> None:
    right = participants(book(at=NOW))

    assert {Client().get(right).status_code for _ in range(100)} == {200}


def test_guesses_by_post_count_as_well(client: Client, db: None) -> None:
    answers = [ask(client, f"/j/{number}/").status_code for number in range(21)]

    assert answers == [404] * 20 + [429]


def test_address_that_was_refused_long_ago_is_forgotten(client: Client, db: None) -> None:
    for number in range(21):
        client.get(f"/j/{number}/", REMOTE_ADDR="203.0.113.1")
    throttles._refused_until["unknown_link", "203.0.113.1"] = 0.0

    for number in range(21):
        client.get(f"/j/{number}/", REMOTE_ADDR="203.0.113.2")

    assert set(throttles._refused_until) == {("unknown_link", "203.0.113.2")}


@pytest.mark.parametrize("around", ["{}", "http://testserver{}", "  {} \n", "http://x/y{}"])
def test_pasted_link_leads_to_its_door(client: Client, book: Book, around: str) -> None:
    address = participants(book(at=NOW))

    answer = client.get("/join/", {"link": around.format(address)})

    assert answer.headers["Location"] == address


@pytest.mark.parametrize(
    "pasted", ["", "http://[x/", "   ", "/", "\0", "x" * 5000, "https://example.org/a?b=c", "мир"]
)
def test_pasted_nonsense_leads_to_the_plain_page(client: Client, db: None, pasted: str) -> None:
    answer = client.get("/join/", {"link": pasted}, follow=True)

    assert answer.status_code == 404
    assert "This link leads nowhere" in text_of(answer)


def test_front_page_lets_strangers_join_and_members_go_on(client: Client, as_dana: Client) -> None:
    assert 'name="link"' in page(client.get("/"))
    assert as_dana.get("/").headers["Location"] == "/meetings/"
    assert client.get("/healthz").content == b"ok"
    assert client.get("/favicon.ico").headers["Location"].endswith("img/mark.svg")
