"""What the documentation says of the code is true."""

from dataclasses import fields
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import meetings.providers as package
from meetings.providers.base import Features, MeetingProvider

ROOT = Path(__file__).parent.parent


def adapters() -> list[type[MeetingProvider]]:
    """Every module or package beside the interface that has a `Provider`."""
    names = sorted(found.name for found in iter_modules(package.__path__))
    modules = (import_module(f"{package.__name__}.{name}") for name in names)
    return [module.Provider for module in modules if hasattr(module, "Provider")]


def features_table() -> str:
    """The table as it must stand in docs/providers.md."""
    found = adapters()
    lines = [
        "| | " + " | ".join(each.label for each in found) + " |",
        "| --- |" + " --- |" * len(found),
    ]
    for feature in fields(Features):
        marks = ("yes" if getattr(each.features, feature.name) else "–" for each in found)
        lines.append(f"| {feature.name.replace('_', ' ')} | " + " | ".join(marks) + " |")
    return "\n".join(lines)


def features_list(adapter: type[MeetingProvider]) -> str:
    """The capabilities as they must stand on the provider's own page."""
    names = {True: [], False: []}
    for feature in fields(Features):
        names[getattr(adapter.features, feature.name)].append(feature.name.replace("_", " "))
    can, cannot = (", ".join(names[has]) or "nothing" for has in (True, False))
    return f"- Yes: {can}\n- No: {cannot}"


def page_of(adapter: type[MeetingProvider]) -> Path:
    """Where the provider is explained; the built-in room is explained by itself."""
    own = {"builtin": "docs/built-in-room.md"}
    return ROOT / own.get(adapter.slug, f"docs/providers/{adapter.slug}.md")


def between_marks(page: str) -> str:
    return page.split("<!-- features -->")[1].split("<!-- /features -->", maxsplit=1)[0].strip()


def test_the_table_of_features_is_what_the_adapters_say():
    page = (ROOT / "docs/providers.md").read_text()

    assert between_marks(page) == features_table(), "Put this there:\n" + features_table()


@pytest.mark.parametrize("adapter", adapters(), ids=lambda adapter: adapter.slug)
def test_each_provider_has_a_page_that_says_what_it_can(adapter: type[MeetingProvider]):
    page = page_of(adapter).read_text()

    written = features_list(adapter)

    assert between_marks(page) == written, f"Put this into {page_of(adapter)}:\n{written}"


@pytest.mark.parametrize("adapter", adapters(), ids=lambda adapter: adapter.slug)
def test_each_option_is_explained_on_the_providers_page(adapter: type[MeetingProvider]):
    page = page_of(adapter).read_text()

    names = [each.name.upper() for each in fields(adapter.options_class)]

    assert [name for name in names if f"_{name}`" not in page] == []


def test_pages_that_the_readme_names_exist():
    page = (ROOT / "README.md").read_text()

    named = {part.split(")")[0] for part in page.split("](")[1:]}

    assert [name for name in named if "://" not in name and not (ROOT / name).exists()] == []
