"""Processes that are killed in the middle of a backup or a restore."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as site

from accounts.models import User
from meetings.services.keeping.archive import BadArchive, Reader
from meetings.services.keeping.backups import back_up, restore
from tests.conftest import Share, make_user
from tests.together import seen_by_all

pytestmark = pytest.mark.django_db(transaction=True)

# A command that kills its own process, as the machine's would, once it has done so many kinds.
KILLED = """
import os, signal, sys
import django
django.setup()
from django.core.management import call_command
from meetings.services.keeping import {module}
done, left = {module}.{name}, [{after}]
def last(*args, **options):
    told = done(*args, **options)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return told
{module}.{name} = last
call_command(*sys.argv[1:])
"""


def run(address: str, code: str, *words: str) -> int:
    keys = {"SECRET_KEY": site.SECRET_KEY, "FIELD_KEYS": ",".join(site.FIELD_KEYS)}
    place = {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "true"}
    process = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=site.BASE_DIR,
        env={**os.environ, **keys, **place},
        capture_output=True,
        check=False,
    )
    return process.returncode


def names() -> set[str]:
    return set(seen_by_all(lambda: list(User.objects.values_list("name", flat=True))))


def test_killed_backup_leaves_no_file_of_its_name(share_database: Share, tmp_path: Path) -> None:
    make_user("Dana")
    file, address = tmp_path / "night.zip", share_database()

    killed = KILLED.format(module="backups", name="lines_of", after=5)

    assert run(address, killed, "backup", str(file)) == -signal.SIGKILL
    assert not file.exists()
    (left,) = tmp_path.glob("night.zip.*.part")
    with left.open("rb") as part, pytest.raises(BadArchive):
        Reader(part)
    left.unlink()


def test_killed_restore_leaves_what_was_there_and_the_next_one_restores_all(
    share_database: Share, tmp_path: Path
) -> None:
    make_user("Dana")
    file = tmp_path / "night.zip"
    with file.open("wb") as archive:
        back_up(archive)
    make_user("Newcomer")
    address = share_database()
    words = ("restore", str(file), "--replace", "--yes")

    killed = KILLED.format(module="backups", name="load", after=12)
    assert run(address, killed, *words) == -signal.SIGKILL
    assert names() == {"Dana", "Newcomer"}

    with file.open("rb") as archive:
        seen_by_all(lambda: restore(archive, replace=True))
    assert names() == {"Dana"}
