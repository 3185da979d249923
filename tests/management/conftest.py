"""Parley started as its users start it: in a process of its own, with data of its own."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from tests.prepared import empty_database

from .trials import account_at, choose, hurried

__all__ = ["account_at", "choose", "hurried"]

KEPT = re.compile("PATH$|HOME$|COVERAGE_")  # of the machine's settings, none of Parley's
Start = Callable[..., "Parley"]


class Parley:
    """A running `manage.py`, and what it has said so far."""

    def __init__(self, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
        self.output = Path(environment["DATA_DIR"]) / "output"
        self.output.parent.mkdir(exist_ok=True)
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self.output.read_text()

    def wait_for(self, words: str, *, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)

    def ends(self) -> int:
        return self.process.wait(30)

    def child(self, words: str) -> int:
        """The process id of the child whose command line has these words."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = int(folder.joinpath("stat").read_text().rpartition(")")[2].split()[1])
                command = folder.joinpath("cmdline").read_text()
            except OSError:
                continue
            if parent == self.process.pid and words in command:
                return int(folder.name)
        raise AssertionError(f"no child runs {words}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def starting(data: Path, port: int) -> Iterator[Start]:
    """Start `manage.py` with arguments and settings; what was started is gone in the end."""
    running: list[Parley] = []

    def begin(*arguments: str, **values: str) -> Parley:
        kept = {name: value for name, value in os.environ.items() if KEPT.match(name)}
        given = {"DATA_DIR": str(data), "PORT": str(port), "DEBUG": "true"}
        running.append(Parley(arguments, {**kept, **given, **values}))
        return running[-1]

    try:
        yield begin
    finally:
        for parley in running:
            parley.process.terminate()
        for parley in running:
            parley.ends()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return empty_database(tmp_path_factory.mktemp("empty"))


@pytest.fixture
def prepared(tmp_path: Path, empty: Path) -> None:
    """The data of an earlier start: most tests are not about the first one."""
    shutil.copy(empty, tmp_path)


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[Start]:
    """Start `manage.py`, with data for this test alone."""
    with starting(tmp_path, port) as begin:
        yield begin
