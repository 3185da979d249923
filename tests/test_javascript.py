"""The scripts' pure parts, tested by node's own test runner where there is node."""

import shutil
import subprocess
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[1]
OLDEST = (20, 19)  # earlier ones do not know a module without being told
TESTS = sorted((BASE / "tests" / "js").glob("*.test.mjs"))


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if found is None or _version(found) < OLDEST:
        pytest.skip("node 20.19 or newer is not installed: the scripts were NOT tested")
    return found


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name.removesuffix(".test.mjs"))
def test_scripts_do_what_their_own_tests_say(node: str, path: Path) -> None:
    result = subprocess.run(
        [node, "--test", str(path)], cwd=BASE, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout + result.stderr


def _version(node: str) -> tuple[int, ...]:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in told.strip().removeprefix("v").split(".")[:2])
