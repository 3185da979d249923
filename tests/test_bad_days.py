"""The page about bad days names tests that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/bad-days.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
BAD_DAYS = (
    *("wrong key", "wrong secret", "nobody at this host", "clock"),
    *("401", "402", "403", "404", "409", "429", "500", "503", "HTML", "drips"),
    *("cut after the effect", "redirect to another host", "50 MB", "beyond ASCII", "percent sign"),
    *("room id that is too long", "two hosts press Start", "200 people at the door"),
    *("forged", "replayed", "stale", "another order", "truncated", "stranger's room"),
    *("never has a date", "10,000", "every 0 days", "an end before the start", "foreign RRULE"),
    *("internationalised", "a header in a name", "2,000 guests", "hangs", "refuses one of many"),
    *("killed between send and commit", "clicked twice", "after the cancellation", "scanner"),
)


def functions_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_proof_that_is_named_exists(file: str, test: str) -> None:
    assert test in functions_in(ROOT / file)


@pytest.mark.parametrize("day", BAD_DAYS)
def test_each_bad_day_is_in_a_row_that_names_its_proof(day: str) -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "::" in line]

    assert [row for row in rows if day in row.split("|")[1]]
