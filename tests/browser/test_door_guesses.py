"""What whoever guesses links is told: at a site of its own, where nobody else is slowed down."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from .looks import listen, look_at
from .server import Server, serving

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.enable_socket]

GUESSES = 20  # as many as an address has in a minute


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as server:
        yield server


def test_page_for_who_has_guessed_too_often_is_whole(chromium: Browser, server: Server) -> None:
    context = chromium.new_context(base_url=server.url)
    page = context.new_page()
    heard = listen(page)
    for number in range(GUESSES):
        page.request.get(f"/j/nobody-has-this-{number}/")

    answer = page.goto("/j/nobody-has-this/")

    assert answer
    assert answer.status == 429
    assert look_at(page, "door-too-many-links", heard) == []
    context.close()
