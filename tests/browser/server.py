"""Parley as its own process on a port of its own, with people in it who can sign in."""

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext

from tests.prepared import (
    beside,
    create_on_postgres,
    drop_on_postgres,
    empty_database,
    run_in_parley,
)

BASE = Path(__file__).resolve().parents[2]
HOST = "Hanna Berg"
OPERATOR = "olga@example.org"
PASSWORD = "a long enough secret"
KEYS = {"SECRET_KEY": "who is signed in at one server is signed in at all of them"}
NAMED = 12  # hosts that tests know by their number
HOSTS = 60  # one for each test: an organizer holds one meeting at a time
PEOPLE = f"""
import json, os, django; django.setup()
from pathlib import Path
from accounts.models import User
from django.contrib.auth.hashers import make_password
from django.test import Client
password = make_password({PASSWORD!r})
def made(email, **fields):
    user = User.objects.create(email=email, password=password, **fields)
    user.emailaddress_set.create(email=email, verified=True, primary=True)
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return email, client.cookies["sessionid"].value
cookies = dict(made(f"hanna{{number}}@example.org", name={HOST!r}) for number in range({HOSTS}))
cookies.update([made({OPERATOR!r}, name="Olga", is_staff=True, is_superuser=True)])
Path(os.environ["DATA_DIR"], "cookies.json").write_text(json.dumps(cookies))
"""
# Runs what it is told line by line, and answers with what that has printed.
CONSOLE = """
import contextlib, io, json, sys, django; django.setup()
from django.db import connections
for line in sys.stdin:
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(json.loads(line), {"__name__": "__main__"})
    connections.close_all()
    print(json.dumps(said.getvalue()), flush=True)
"""


class Server:
    """Parley on a port of its own, with a database of its own."""

    def __init__(self, directory: Path, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = directory / "server.log"
        self.file = directory / "parley.sqlite3"
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            **KEYS,
            "DEBUG": "true",
            "DEMO": "true",
            "DATA_DIR": str(directory),
            "DATABASE_URL": f"sqlite:///{self.file}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **postgres_beside(self.port),
            "SITE_URL": self.url,
            "BUILTIN_ROOM_GRACE": "20",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.console: subprocess.Popen[str] | None = None
        self.hosts = (f"hanna{number}@example.org" for number in range(NAMED, HOSTS))

    def another(self, **environment: str) -> "Server":
        """A second process of the same site, at a port of its own."""
        other = copy(self)
        other.port = free_port()
        other.url = f"http://localhost:{other.port}"
        other.environment = self.environment | environment
        other.process = other.console = None
        return other

    def prepare(self) -> None:
        if url := postgres_beside(self.port).get("DATABASE_URL"):
            create_on_postgres(urlsplit(url).path[1:], people_on_postgres()[0])
        else:
            shutil.copy(Path(people_on_sqlite().name, "parley.sqlite3"), self.file)

    def knows(self, context: BrowserContext, email: str) -> None:
        """Let somebody be signed in already, as the browser of who came before is."""
        known = people_on_postgres()[1] if postgres_beside(self.port) else people_on_sqlite().name
        cookies = json.loads(Path(known, "cookies.json").read_text())
        context.add_cookies([{"name": "sessionid", "value": cookies[email], "url": self.url}])

    def shell(self, code: str) -> str:
        """What this prints, run within Parley: in one process for all that is asked."""
        console = self.console = self.console or subprocess.Popen(
            [sys.executable, "-c", CONSOLE],
            cwd=BASE,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert console.stdin
        assert console.stdout
        console.stdin.write(json.dumps(code) + "\n")
        console.stdin.flush()
        said = console.stdout.readline()
        assert said, f"This has failed: {code}"
        return str(json.loads(said))

    def manage(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=BASE, env=self.environment, check=True
        )

    def run(self, *command: str, log: Path | None = None) -> subprocess.Popen[bytes]:
        """Another program beside it, in the same surroundings."""
        with (log or self.log).open("ab") as output:
            return subprocess.Popen(
                [sys.executable, *command],
                cwd=BASE,
                env=self.environment,
                stdout=output,
                stderr=output,
            )

    def start(self) -> None:
        command = ("-m", "uvicorn", "config.asgi:application", "--port", str(self.port))
        self.process = self.run(*command, "--log-level", "warning")
        try:
            until(self.has_started, "the server to answer", within=60)
        except BaseException:
            self.kill()
            raise

    def has_started(self) -> bool:
        """Whoever waits for one that has ended is told its last words."""
        if self.process and self.process.poll() is not None:
            pytest.fail(f"The server has ended: {self.log.read_text()[-2000:]}")
        return answers(self.port)

    def forget(self) -> None:
        """Take its database away again, where that is not a file of its own."""
        if self.console:
            self.console.communicate()
        if url := postgres_beside(self.port).get("DATABASE_URL"):
            drop_on_postgres(urlsplit(url).path[1:])

    def kill(self) -> None:
        """As a power cut would: no word to anybody."""
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None


@contextmanager
def serving(directory: Path, **environment: str) -> Iterator[Server]:
    """Parley with these settings, from its first answer to its end; nothing is left of it."""
    server = Server(directory, **environment)
    server.prepare()
    try:
        server.start()
        yield server
    finally:
        server.kill()
        server.forget()


@cache
def people_on_sqlite() -> TemporaryDirectory[str]:
    """A database with everybody in it and their cookies, made once for the servers of this run."""
    directory = TemporaryDirectory()
    empty_database(Path(directory.name))
    run_in_parley(PEOPLE, {**KEYS, "DATA_DIR": directory.name})
    return directory


@cache
def people_on_postgres() -> tuple[str, str]:
    """The same on PostgreSQL: its name, and the folder with the cookies."""
    name = f"browser_people_{os.getpid()}"
    create_on_postgres(name)
    atexit.register(drop_on_postgres, name)
    directory = TemporaryDirectory()
    atexit.register(directory.cleanup)
    told = {**KEYS, "DATABASE_URL": beside(name), "DATA_DIR": directory.name}
    run_in_parley(PEOPLE, told)
    return name, directory.name


def postgres_beside(port: int) -> dict[str, str]:
    """A database of its own on the server that the suite runs on, if it runs on one."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return {}
    return {"DATABASE_URL": beside(f"browser_{port}")}


def until(holds: Callable[[], object], what: str, *, within: float = 15) -> None:
    """Wait for something outside a page to become true, and name it when it does not."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, f"Waited {within} s for {what}."
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
