"""Who guesses at several processes is counted once: each asks the cache that all of them share."""

from pathlib import Path

import pytest

from tests.forked import fork
from tests.others import guess
from tests.prepared import empty_database
from tests.redis_server import MISSING, PROGRAM, Redis


def guesses(count: int, place: Path, **environment: str) -> list[int]:
    """What a process of its own answers to somebody who tries so many links."""
    process = fork({"DATA_DIR": str(place), **environment}, guess, count, place / "answers")
    process.join(120)
    assert process.exitcode == 0
    return [int(status) for status in (place / "answers").read_text().split()]


def at_two_processes(directory: Path, **environment: str) -> list[int]:
    empty_database(directory)
    return [*guesses(12, directory, **environment), *guesses(9, directory, **environment)]


def test_two_processes_count_together_in_the_database(tmp_path: Path) -> None:
    assert at_two_processes(tmp_path) == [404] * 20 + [429]


@pytest.mark.skipif(not PROGRAM, reason=MISSING)
def test_two_processes_count_together_in_redis(tmp_path: Path) -> None:
    redis = Redis(tmp_path)
    try:
        assert at_two_processes(tmp_path, REDIS_URL=redis.url) == [404] * 20 + [429]
    finally:
        redis.kill()
