"""What a server loads before its first request."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.loading import all_at_once

ROOT = Path(__file__).resolve().parents[1]
START = """
import gc, json, sys
import {module}
has_pages = "meetings.views.dashboard" in sys.modules
print(json.dumps([gc.isenabled(), gc.get_freeze_count() > 0, has_pages]))
"""


@pytest.mark.parametrize("module", ["config.wsgi", "config.asgi"])
def test_server_has_all_pages_before_anybody_asks(module: str, tmp_path: Path) -> None:
    own = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    told = subprocess.run(
        [sys.executable, "-c", START.format(module=module)],
        cwd=ROOT,
        env={**own, "DEBUG": "true", "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(told.stdout.splitlines()[-1]) == [True, True, True]


def test_garbage_is_searched_for_again_when_loading_fails() -> None:
    with pytest.raises(ImportError), all_at_once():
        raise ImportError

    assert gc.isenabled()
