"""The database that an earlier start of Parley left behind, made once for many processes."""

import os
import subprocess
import sys
from pathlib import Path

BASE = Path(__file__).resolve().parents[1]
PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable")
"""


def run_in_parley(code: str, environment: dict[str, str]) -> None:
    """Let a process of its own run this, with these settings and none of the machine's."""
    own = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    told = {"DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "true", **environment}
    subprocess.run([sys.executable, "-c", code], cwd=BASE, env={**own, **told}, check=True)


def empty_database(directory: Path) -> Path:
    """A file of SQLite with all tables and nobody in them."""
    run_in_parley(PREPARE, {"DATA_DIR": str(directory)})
    return directory / "parley.sqlite3"
