"""docs/adding-a-provider.md: its code is the shipped file, its small example keeps the contract."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from meetings.providers import build, jitsi
from meetings.providers.base import MeetingProvider

from . import test_jitsi

PAGE = Path(__file__).parents[2] / "docs/adding-a-provider.md"
SMALL, REAL, ITS_TEST = "## The smallest one", "## A real one", "## Its test"


def code_of(chapter: str) -> list[str]:
    """The Python blocks of a chapter, in order."""
    text = re.split(r"\n(?=## )", PAGE.read_text().partition(chapter)[2], maxsplit=1)[0]
    return re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def module(name: str, code: str) -> ModuleType:
    """A module of this name with this code, as if it were installed."""
    made = sys.modules.setdefault(name, ModuleType(name))
    exec(compile(code, f"{PAGE.name} ({name})", "exec"), made.__dict__)
    return made


def lines_of(path: str | None) -> list[str]:
    return [line for line in Path(path or "").read_text().splitlines() if line]


the_provider, the_test = code_of(SMALL)
module("acme", "")
acme = module("acme.rooms", the_provider)
TestAcme = module("acme.test_rooms", the_test).TestAcme  # collected: the whole contract


def test_small_example_is_configured_by_its_path() -> None:
    provider = build("main", "acme.rooms.Provider", {"secret": "0123456789abcdef"})

    assert isinstance(provider, acme.Provider)
    assert all(line.passed for line in provider.ping())


def test_steps_are_the_shipped_file_from_its_first_line_to_its_last() -> None:
    told = [line for block in code_of(REAL) for line in block.splitlines() if line]

    assert told == lines_of(jitsi.__file__)


def test_shipped_test_has_what_the_guide_shows() -> None:
    (shown,) = code_of(ITS_TEST)

    assert shown in Path(test_jitsi.__file__).read_text()


@pytest.mark.parametrize("name", re.findall(r"`(\w+(?:/\w+)*\.py)`", PAGE.read_text()))
def test_files_that_the_guide_names_exist(name: str) -> None:
    root = PAGE.parents[1]
    places = (root, root / "meetings/providers", root / "tests")

    assert name == "acme/rooms.py" or any((place / name).exists() for place in places)


@pytest.mark.parametrize("name", ["open_questions", "most_people", "destinations", "origins"])
def test_names_that_the_guide_gives_are_the_interfaces(name: str) -> None:
    assert hasattr(MeetingProvider, name)
