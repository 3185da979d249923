"""What the documentation says of the code is true."""

from dataclasses import fields
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

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


def test_the_table_of_features_is_what_the_adapters_say():
    page = (ROOT / "docs/providers.md").read_text()

    written = page.split("<!-- features -->")[1].split("<!-- /features -->")[0].strip()

    assert written == features_table(), "Put this there:\n" + features_table()


def test_pages_that_the_readme_names_exist():
    page = (ROOT / "README.md").read_text()

    named = {part.split(")")[0] for part in page.split("](")[1:]}

    assert [name for name in named if "://" not in name and not (ROOT / name).exists()] == []
