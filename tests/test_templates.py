"""Templates are found as pages and as parts of pages, also by the cached loaders of production."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

FOLDER = Path(settings.BASE_DIR) / "templates"
PAGES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
PARTS = [
    f"{page}#{part}"
    for page in PAGES
    for part in re.findall(r"{% partialdef ([\w-]+)", (FOLDER / page).read_text())
]


@pytest.mark.parametrize("name", [*PAGES, *PARTS])
def test_every_page_and_every_part_of_one_is_found(name: str) -> None:
    assert get_template(name)


def test_there_are_parts_to_be_found() -> None:
    assert PARTS


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith("mail/")])
def test_pages_keep_to_the_content_security_policy(page: str) -> None:
    """No inline script, style or handler: browsers would refuse them."""
    text = (FOLDER / page).read_text()
    forbidden = re.compile(
        r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")|<style\b|\son\w+="
    )

    assert not forbidden.search(text)
    assert not re.search(r"<[^>]+\sstyle=", text)
