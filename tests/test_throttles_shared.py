"""Who guesses at several processes is counted once: each asks the cache that all of them share."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.prepared import BASE, empty_database
from tests.redis_server import MISSING, PROGRAM, Redis

GUESS = """
import sys, django; django.setup()
from django.test import Client
client = Client(SERVER_NAME="localhost")
print(*(client.get(f"/j/{number}/").status_code for number in range(int(sys.argv[1]))))
"""


def guesses(count: int, **environment: str) -> list[int]:
    """What a process of its own answers to somebody who tries so many links."""
    told = {"DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "true", **environment}
    answer = subprocess.run(
        [sys.executable, "-c", GUESS, str(count)],
        cwd=BASE,
        env={"PATH": os.environ["PATH"], **told},
        check=True,
        capture_output=True,
        text=True,
    )
    return [int(status) for status in answer.stdout.split()]


def at_two_processes(directory: Path, **environment: str) -> list[int]:
    empty_database(directory)
    place = {"DATA_DIR": str(directory), **environment}
    return [*guesses(12, **place), *guesses(9, **place)]


def test_two_processes_count_together_in_the_database(tmp_path: Path) -> None:
    assert at_two_processes(tmp_path) == [404] * 20 + [429]


@pytest.mark.skipif(not PROGRAM, reason=MISSING)
def test_two_processes_count_together_in_redis(tmp_path: Path) -> None:
    redis = Redis(tmp_path)
    try:
        assert at_two_processes(tmp_path, REDIS_URL=redis.url) == [404] * 20 + [429]
    finally:
        redis.kill()
