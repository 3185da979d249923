"""`manage.py provider_double`: a provider that is not there, in a process of its own.

One process of each is asked by all tests: each test has a room of its own there.
"""

import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from config.providers import providers_from
from meetings.forms.provider_accounts import form_for
from meetings.providers import AnyProvider, build, class_of
from meetings.providers.base import Attendee, Role, RoomRef, RoomSpec
from tests.uncounted import UNCOUNTED

from .conftest import Parley, Start, free_port, starting

HOST = Attendee(key="u:1", name="Hanna", role=Role.HOST)
GUEST = Attendee(key="g:2", name="Ana")
PROVIDERS = ("plugnmeet", "videosdk", "xroom")
Running = Callable[[str], "Double"]


class Listener:
    """A site that is told events."""

    def __init__(self) -> None:
        heard = self.heard = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing among the tests."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks/double/s3cr3t/"

    def wait_for(self, word: str) -> None:
        wait_until(lambda: word in json.dumps(self.heard))


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    thread = Thread(target=listener.server.serve_forever, args=(0.02,))
    thread.start()
    yield listener
    listener.server.shutdown()
    listener.server.server_close()
    thread.join()


class Double:
    """One that runs, and the account from the lines to paste."""

    def __init__(self, start: Start, name: str, port: int, *switches: str) -> None:
        more = [word for each in switches for word in ("--switch", each)]
        self.process: Parley = start("provider_double", name, f"--port={port}", *more, **UNCOUNTED)
        self.process.wait_for("Ctrl-C ends it")
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    @property
    def said(self) -> str:
        return self.process.said

    @property
    def account(self) -> AnyProvider:
        lines = re.findall(r"^  (MEETING_\w+)=(.*)$", self.said, re.MULTILINE)
        account = providers_from(dict(lines))["double"]
        return build("double", account["BACKEND"], account["OPTIONS"])

    @property
    def entries(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(page(f"{self.url}/double/journal"))["entries"]
        return found


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The double of a provider, started by the first test that asks for it."""
    with ExitStack() as processes:

        @cache
        def double_of(name: str) -> Double:
            port = free_port()
            start = processes.enter_context(starting(tmp_path_factory.mktemp(name), port))
            return Double(start, name, port)

        yield double_of


def a_room(provider: AnyProvider, **more: Any) -> RoomRef:
    """A new one there, for an hour."""
    now, key = timezone.now(), uuid4().hex
    more |= {"starts_at": now, "until": now + timedelta(hours=1), "minutes": 60}
    return provider.init_room(RoomRef(room_id=key), RoomSpec(key=key, title="Review", **more))


def way_in(provider: AnyProvider, room: RoomRef, who: Attendee) -> str:
    ticket = provider.join(room, who, until=timezone.now() + timedelta(hours=1))
    return ticket.url or ticket.context["embed"].url


def page(url: str) -> str:
    with urlopen(url, timeout=10) as answer:
        content: str = answer.read().decode()
    return content


def press(url: str, button: str) -> str:
    """What comes of a button on the page at this address."""
    form = rf'<form method="post" action="([^"]+)"><button>{button}</button>'
    found = re.search(form, page(url))
    assert found, f"There is no “{button}”."
    address = re.match("http://[^/]+", url)[0] + found[1].replace("&amp;", "&")
    return page(Request(address, method="POST"))


def follows(content: str) -> str:
    """Where a page asks how it stands."""
    return re.search('data-follow="([^"]+)"', content)[1].replace("&amp;", "&")


def wait_until(holds: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("name", PROVIDERS)
def test_lines_to_paste_make_an_account_that_works(running: Running, name: str) -> None:
    double = running(name)
    provider, before = double.account, len(double.entries)

    room = a_room(provider)
    host, guest = (way_in(provider, room, who) for who in (HOST, GUEST))

    assert all(check.passed for check in provider.ping())
    assert "End for all" in page(host)
    assert "End for all" not in page(guest)
    assert "In the room" in page(guest)
    assert all(entry["verified"] for entry in double.entries[before:])


@pytest.mark.parametrize(("name", "at"), [("plugnmeet", 9001), ("videosdk", 9002), ("xroom", 9003)])
def test_guide_has_the_lines_that_are_printed(running: Running, name: str, at: int) -> None:
    guide = (settings.BASE_DIR / "docs" / "try-without-an-account.md").read_text()
    double = running(name)

    printed = double.said.replace(str(double.port), str(at))

    lines = re.findall(r"^  (MEETING_.*)$", printed, re.MULTILINE)
    assert lines
    assert "\n".join(lines) in guide


@pytest.mark.parametrize("name", PROVIDERS)
def test_values_to_type_in_go_by_the_names_of_the_admins_form(running: Running, name: str) -> None:
    form = form_for(name, class_of(name, alias="x"))
    labels = [str(field.label) for field in form.base_fields.values()]

    told = running(name).said.partition("Or in the admin")[2].partition("Ctrl-C ends it")[0]

    typed = re.findall("^  (.+?): ", told, re.MULTILINE)
    assert len(typed) >= 3
    assert set(typed) <= set(labels)


@pytest.mark.parametrize("name", PROVIDERS)
def test_page_of_who_is_inside_learns_that_the_meeting_was_ended(
    running: Running, name: str
) -> None:
    double = running(name)
    provider = double.account
    provider.pause = 0.0  # for people to leave
    room = a_room(provider)
    asked = follows(page(way_in(provider, room, GUEST)))
    before = json.loads(page(f"{double.url}{asked}"))

    provider.end_room(room)

    after = json.loads(page(f"{double.url}{asked}"))
    assert [before["words"], before["over"]] == ["", False]
    assert [after["words"], after["over"]] == ["The meeting has ended", True]


@pytest.mark.parametrize("name", PROVIDERS)
def test_whoever_closes_the_page_has_left(running: Running, name: str) -> None:
    double = running(name)
    provider = double.account
    room = a_room(provider)
    pages = [page(way_in(provider, room, who)) for who in (HOST, GUEST)]
    _, guest = (f"{double.url}{follows(each)}" for each in pages)
    assert len(provider.roster(room)) == 2

    page(Request(guest.replace("/state?", "/closed?"), method="POST"))

    wait_until(lambda: len(provider.roster(room)) == 1)
    assert json.loads(page(guest))["words"] == "You are no longer in this meeting"


def test_page_that_is_loaded_again_is_no_leaving(running: Running) -> None:
    double = running("videosdk")
    provider = double.account
    room = a_room(provider)
    pages = [page(way_in(provider, room, who)) for who in (HOST, GUEST)]
    host, guest = (f"{double.url}{follows(each)}" for each in pages)

    for each in (host, guest):
        page(Request(each.replace("/state?", "/closed?"), method="POST"))
    page(host)

    wait_until(lambda: len(provider.roster(room)) == 1)
    assert json.loads(page(host))["words"] == ""


def test_host_ends_the_meeting_at_its_page(running: Running) -> None:
    provider = running("plugnmeet").account
    room = a_room(provider)
    host = way_in(provider, room, HOST)

    said = press(host, "End for all")

    assert "You have left" in said
    assert not provider.is_live(room)


def test_knocking_at_a_locked_room_is_answered_on_the_hosts_page(running: Running) -> None:
    provider = running("xroom").account
    room = a_room(provider, locked=True)
    host, guest = (way_in(provider, room, who) for who in (HOST, GUEST))
    outside = page(guest)
    peer = re.search("<b id=peer>(.*?)</b>", outside)[1]

    press(host, f"Let {peer} in")

    assert "The room is locked" in outside
    assert (peer, Role.PARTICIPANT) in [(each.key, each.role) for each in provider.roster(room)]


@pytest.mark.parametrize("name", ["plugnmeet", "videosdk"])
def test_events_go_to_the_address_that_the_room_was_given(
    running: Running, name: str, listener: Listener
) -> None:
    double = running(name)
    room = a_room(double.account, webhook_url=listener.url)

    page(way_in(double.account, room, GUEST))

    double.process.wait_for("/hooks/double/…/", seconds=10)
    listener.wait_for("Ana")
    assert "s3cr3t" not in double.said


def test_journal_is_told_while_it_happens_without_secrets(running: Running) -> None:
    double = running("xroom")
    before = len(double.said)
    room = a_room(double.account)

    page(way_in(double.account, room, HOST))

    wait_until(lambda: "?host-key=…" in double.said[before:])
    told = double.said[before:]
    assert re.search(r"200  signature verified +POST /api/room  room/init", told)
    assert room.host_key not in double.said
    assert room.host_key not in json.dumps(double.entries)
    assert "signature" in page(f"{double.url}/double/")


def test_call_that_proves_nothing_is_told_as_such(running: Running) -> None:
    double = running("xroom")
    before = len(double.entries)
    forged = Request(f"{double.url}/api/room", b"{", method="POST")

    urlopen(forged, timeout=10).close()

    double.process.wait_for("signature NOT VERIFIED", seconds=10)
    assert [entry["verified"] for entry in double.entries[before:]] == [False]


def test_page_that_is_none_says_so(running: Running) -> None:
    url = running("videosdk").url

    with pytest.raises(HTTPError, match="404"):
        page(f"{url}/double/nothing")

    state = json.loads(page(f"{url}/double/state?room=x&person=y"))
    assert state["over"]


def test_switches_change_how_it_behaves_until_it_is_ended_by_the_keyboard(
    start: Start, port: int
) -> None:
    double = Double(start, "plugnmeet", port, "version=1.9.0", "sends_webhooks=no", "lifetime=0")

    assert not double.account.is_live(a_room(double.account))
    shown = page(f"{double.url}/double/")
    assert "<dt>version</dt><dd>1.9.0</dd>" in shown
    assert "sends_webhooks" not in shown  # as tests have it: nothing to tell

    double.process.process.send_signal(signal.SIGINT)

    assert double.process.ends() == 0
    assert double.said.endswith("Ended.\n")
    assert "Traceback" not in double.said
