"""What each page says of confirming its provider with a real account can be done as written."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from meetings.providers import get_provider
from meetings.providers.base import RoomRef
from meetings.providers.errors import ProviderError
from tests.management.trials import ACCOUNTS

PAGES = Path(__file__).parents[2] / "docs/providers"
REF = RoomRef(room_id="probe1")
Start = Callable[[str], None]


@pytest.fixture
def start(settings: Settings) -> Iterator[Start]:
    """An account at the provider's double, under the alias that the pages use."""
    with ExitStack() as running:

        def begin(slug: str) -> None:
            kind, options, _ = ACCOUNTS[slug]
            double = running.enter_context(kind())
            account = {"BACKEND": slug, "OPTIONS": {**options, "url": double.url}}
            settings.MEETING_PROVIDERS = {"main": account}

        yield begin


def chapter(slug: str) -> str:
    return (PAGES / f"{slug}.md").read_text().partition("## To confirm with a real account")[2]


def test_every_page_says_what_to_confirm() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == set(ACCOUNTS)
    assert [slug for slug in ACCOUNTS if "check_provider main" not in chapter(slug)] == []


@pytest.mark.parametrize("slug", ACCOUNTS)
def test_question_that_the_command_answers_stands_on_the_page(start: Start, slug: str) -> None:
    start(slug)

    rows = [row for row in chapter(slug).splitlines() if "check_provider" in row]

    for question in get_provider("main").open_questions(REF):
        assert any(row.startswith(f"| {question}") for row in rows), question


@pytest.mark.parametrize("slug", ["plugnmeet", "videosdk", "xroom"])
def test_probes_for_the_shell_can_be_typed_as_they_stand(start: Start, slug: str) -> None:
    start(slug)
    known: dict[str, Any] = {}
    (setup,) = re.findall(r"```python\n(.*?)```", chapter(slug), re.DOTALL)
    probes = re.findall(r"`((?:p|provider|way_in|ref)[.(][^`…]*)`", chapter(slug))

    exec(setup, known)

    for probe in probes:
        with suppress(ProviderError, IndexError):  # there is nobody and nothing to be found
            eval(probe, known)
