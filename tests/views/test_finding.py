"""Finding a meeting: by a pasted link, and by words."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from meetings.models import Booking, Room

from .conftest import NOW
from .doors import participants
from .reading import page, text_of

Book = Callable[..., Booking]
SEARCH = {"HX-Request": "true", "HX-Target": "agenda"}


@pytest.mark.parametrize("more", ["?utm_source=mail", "#top", "?a=b&c=/d/e/#f/g", "?"])
@pytest.mark.parametrize("site", ["", "https://parley.example:8443"])
def test_pasted_link_works_with_what_mailers_append(
    client: Client, book: Book, site: str, more: str
) -> None:
    address = participants(book(at=NOW))

    answer = client.get("/join/", {"link": f"{site}{address}{more}"})

    assert answer.headers["Location"] == address


@pytest.mark.parametrize(
    "pasted", ["http://[x", "http://[", "//]", "http://[::1", "https://[a]b/c"]
)
def test_brackets_that_hold_no_address_lead_to_the_plain_page(
    client: Client, db: None, pasted: str
) -> None:
    answer = client.get("/join/", {"link": pasted}, follow=True)

    assert answer.status_code == 404
    assert "This link leads nowhere" in text_of(answer)


def tabs(html: str) -> list[dict[str, list[str]]]:
    """What each tab asks for."""
    found = re.search(r'(?s)<nav\s+id="tabs"(.*?)</nav>', html)
    assert found, "no tabs"
    addresses = re.findall(r'href="(.+?)"', found[1])
    return [parse_qs(urlsplit(each.replace("&amp;", "&")).query) for each in addresses]


def test_tabs_that_come_with_a_search_keep_the_words_and_the_room(
    as_dana: Client, book: Book, room: Room
) -> None:
    book("Q&A <live>", room=room)
    book("Something else", may_overlap=True)
    asked = {"q": "Q&A", "room": str(room.pk), "show": "upcoming"}

    answer = as_dana.get("/meetings/", asked, headers=SEARCH)

    assert tabs(page(answer)) == [
        {"show": [show], "q": ["Q&A"], "room": [str(room.pk)]}
        for show in ("upcoming", "past", "cancelled")
    ]
    assert 'hx-swap-oob="true"' in page(answer)
    assert "<html" not in page(answer)
    assert "Q&A <live>" in text_of(answer)
    assert "Something else" not in text_of(answer)


def test_tab_after_a_search_finds_the_same_words_among_the_cancelled(
    as_dana: Client, book: Book
) -> None:
    for title in ("Budget", "Retro"):
        booking = book(title, may_overlap=True)
        as_dana.post(f"/meetings/{booking.pk}/cancel/", follow=True)
    answer = as_dana.get("/meetings/", {"q": "budget"}, headers=SEARCH)
    cancelled = tabs(page(answer))[2]

    found = text_of(as_dana.get("/meetings/", cancelled))

    assert "Budget" in found
    assert "Retro" not in found


def test_whole_page_has_its_tabs_in_place(as_dana: Client, book: Book) -> None:
    whole = page(as_dana.get("/meetings/", {"q": "budget"}))

    assert len(tabs(whole)) == 3
    assert "hx-swap-oob" not in whole
    assert all(each["q"] == ["budget"] for each in tabs(whole))
