"""A real server as its own process, a real Chromium, and people who look at its pages."""

import atexit
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from copy import copy
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.prepared import (
    beside,
    create_on_postgres,
    drop_on_postgres,
    empty_database,
    run_in_parley,
)

from .people import Person

BASE = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-loopback-in-peer-connection",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
HOST = "Hanna Berg"
PASSWORD = "a long enough secret"
HOSTS = 12  # one for each test: an organizer holds one meeting at a time
MAKE_HOSTS = f"""
import django; django.setup()
from accounts.models import User
from django.contrib.auth.hashers import make_password
password = make_password({PASSWORD!r})
for number in range({HOSTS}):
    email = f"hanna{{number}}@example.org"
    user = User.objects.create(email=email, password=password, name={HOST!r})
    user.emailaddress_set.create(email=email, verified=True, primary=True)
"""


class Server:
    """Parley on a port of its own, with a database of its own."""

    def __init__(self, directory: Path, **environment: str) -> None:
        self.port = _free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = directory / "server.log"
        self.file = directory / "parley.sqlite3"
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "DEBUG": "true",
            "DEMO": "true",
            "DATA_DIR": str(directory),
            "DATABASE_URL": f"sqlite:///{self.file}",
            **postgres_beside(self.port),
            "SITE_URL": self.url,
            "BUILTIN_ROOM_GRACE": "20",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.hosts = (f"hanna{number}@example.org" for number in range(HOSTS))

    def another(self, **environment: str) -> "Server":
        """A second process of the same site, at a port of its own."""
        other = copy(self)
        other.port = _free_port()
        other.url = f"http://localhost:{other.port}"
        other.environment = self.environment | environment
        other.process = None
        return other

    def prepare(self) -> None:
        if url := postgres_beside(self.port).get("DATABASE_URL"):
            create_on_postgres(urlsplit(url).path[1:], hosts_on_postgres())
        else:
            shutil.copy(Path(with_hosts().name, "parley.sqlite3"), self.file)

    def manage(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=BASE, env=self.environment, check=True
        )

    def shell(self, code: str) -> str:
        """What this prints, run within Parley."""
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        answer = subprocess.run(
            command, cwd=BASE, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        )
        return answer.stdout

    def start(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "config.asgi:application"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port), "--log-level", "warning"],
                cwd=BASE,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        try:
            until(self.has_started, "the server to answer", within=60)
        except BaseException:
            self.kill()
            raise

    def has_started(self) -> bool:
        """Whoever waits for one that has ended is told its last words."""
        if self.process and self.process.poll() is not None:
            pytest.fail(f"The server has ended: {self.log.read_text()[-2000:]}")
        return _answers(self.port)

    def forget(self) -> None:
        """Take its database away again, where that is not a file of its own."""
        if url := postgres_beside(self.port).get("DATABASE_URL"):
            drop_on_postgres(urlsplit(url).path[1:])

    def kill(self) -> None:
        """As a power cut would: no word to anybody."""
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None


@cache
def with_hosts() -> TemporaryDirectory[str]:
    """A database with all hosts in it, made once for the servers of this run."""
    directory = TemporaryDirectory()
    empty_database(Path(directory.name))
    run_in_parley(MAKE_HOSTS, {"DATA_DIR": directory.name})
    return directory


@cache
def hosts_on_postgres() -> str:
    """The same on PostgreSQL."""
    name = f"browser_hosts_{os.getpid()}"
    create_on_postgres(name)
    atexit.register(drop_on_postgres, name)
    with TemporaryDirectory() as directory:
        run_in_parley(MAKE_HOSTS, {"DATABASE_URL": beside(name), "DATA_DIR": directory})
    return name


def postgres_beside(port: int) -> dict[str, str]:
    """A database of its own on the server that the suite runs on, if it runs on one."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return {}
    return {"DATABASE_URL": beside(f"browser_{port}")}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("parley"))
    server.prepare()
    server.start()
    yield server
    server.kill()
    server.forget()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        missing = f"Chromium is not installed ({CHROMIUM}): what people see was NOT tested."
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_person(chromium: Browser, server: Server) -> Iterator[Callable[..., Person]]:
    """Somebody new at a browser of their own; everybody leaves after the test."""
    people: list[Person] = []

    def arrive(name: str, **options: object) -> Person:
        context = chromium.new_context(base_url=server.url, **options)
        context.set_default_timeout(30_000)
        # A small picture: one machine plays all the people, and encodes for each of them.
        # Not within a frame of somebody else's: there is no storage there.
        saver = "if (window === top) localStorage['parley.devices'] ??= '{\"saver\": true}'"
        context.add_init_script(saver)
        people.append(Person(name, context.new_page()))
        return people[-1]

    yield arrive
    for person in people:
        person.page.context.close()


@pytest.fixture
def host(new_person: Callable[..., Person], server: Server) -> Person:
    """An organizer, signed in."""
    person = new_person(HOST)
    person.sign_in(next(server.hosts), PASSWORD)
    return person


def until(holds: Callable[[], object], what: str, *, within: float = 15) -> None:
    """Wait for something outside a page to become true, and name it when it does not."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, f"Waited {within} s for {what}."
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
