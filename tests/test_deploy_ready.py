"""Whether a container serves, as its health check asks."""

import runpy
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.conf import settings


class Site(BaseHTTPRequestHandler):
    """Answers under one name only, as Parley does."""

    status = 200

    def do_GET(self) -> None:
        is_asked_rightly = (self.path, self.headers["Host"]) == ("/readyz", "meet.example.org")
        self.send_response(self.status if is_asked_rightly else 400)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Tests say nothing."""


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where the site of a container listens."""
    monkeypatch.setenv("SITE_URL", "https://meet.example.org")
    with HTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def ask() -> Callable[[int], int]:
    program = settings.BASE_DIR / "deploy" / "ready.py"
    main: Callable[[int], int] = runpy.run_path(str(program))["main"]
    return main


def test_site_that_is_ready_is_asked_under_the_name_that_people_use(
    port: int, ask: Callable[[int], int]
) -> None:
    assert ask(port) == 0


def test_site_that_cannot_serve_is_not_ready(
    port: int, ask: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Site, "status", 503)

    assert ask(port) == 1


def test_nobody_there_is_not_ready(ask: Callable[[int], int]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

    assert ask(port) == 1
