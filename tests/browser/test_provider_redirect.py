"""A room on another site: the door's form really leads there, past the browser's own rules."""

import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from .people import Person
from .server import HOST, Server, serving

pytestmark = pytest.mark.browser

NewPerson = Callable[..., Person]


class Elsewhere(BaseHTTPRequestHandler):
    """The other site: it greets whoever arrives."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Elsewhere</title><h1>You have arrived</h1>")

    def log_message(self, *_: object) -> None:
        """Say nothing among the tests."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """The other site's origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as site:
        thread = Thread(target=site.serve_forever)
        thread.start()
        yield f"http://localhost:{site.server_address[1]}"
        site.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, elsewhere: str) -> Iterator[Server]:
    """Parley, whose rooms are all held on the other site."""
    place = {"MEETING_PROVIDERS": "away=tests.browser.away.Provider", "MEETING_AWAY_URL": elsewhere}
    with serving(tmp_path_factory.mktemp("parley"), **place) as server:
        yield server


def test_people_who_come_in_arrive_at_the_providers_site(
    host: Person, new_person: NewPerson, elsewhere: str
) -> None:
    host_link, link = host.plan_meeting("Held elsewhere", waits="nobody")
    guest = new_person("Ana")

    host.go_to(host_link)
    host.press("Start meeting")
    host.page.wait_for_url(re.compile(f"^{elsewhere}/arrived"))
    guest.join(link)
    guest.page.wait_for_url(re.compile(f"^{elsewhere}/arrived"))

    assert person_in(host) == {"name": [HOST], "role": ["host"]}
    assert person_in(guest) == {"name": ["Ana"], "role": ["participant"]}
    host.sees("You have arrived")
    assert [host.errors, guest.errors] == [[], []]


def person_in(person: Person) -> dict[str, list[str]]:
    """Whom the other site was told of."""
    return parse_qs(urlsplit(person.page.url).query)
