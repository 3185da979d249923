"""`manage.py provider_double`: a provider that is not there, in a process of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.providers import providers_from
from meetings.forms.provider_accounts import form_for
from meetings.management.commands import provider_double
from meetings.providers import AnyProvider, build, class_of
from meetings.providers.base import Attendee, Role, RoomRef, RoomSpec

from .conftest import Parley, Start

HOST = Attendee(key="u:1", name="Hanna", role=Role.HOST)
GUEST = Attendee(key="g:2", name="Ana")
KEY = "0123456789abcdef0123456789abcdef"
PROVIDERS = ("plugnmeet", "videosdk", "xroom")
# What these processes run is code of the tests: they start twice as fast without coverage.
UNCOUNTED = {"COVERAGE_PROCESS_CONFIG": "", "COVERAGE_PROCESS_START": ""}


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


def started(start: Start, name: str, port: int, *switches: str) -> Parley:
    more = [word for each in switches for word in ("--switch", each)]
    double = start("provider_double", name, f"--port={port}", *more, **UNCOUNTED)
    double.wait_for("Ctrl-C ends it")
    return double


def account_of(double: Parley) -> AnyProvider:
    """An account from the lines to paste."""
    lines = re.findall(r"^  (MEETING_\w+)=(.*)$", double.said, re.MULTILINE)
    account = providers_from(dict(lines))["double"]
    return build("double", account["BACKEND"], account["OPTIONS"])


def spec(**more: Any) -> RoomSpec:
    now = timezone.now()
    return RoomSpec(
        key=KEY, title="Review", starts_at=now, until=now + timedelta(hours=1), minutes=60, **more
    )


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


def entries(port: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(page(f"http://127.0.0.1:{port}/double/journal"))
    return found["entries"]


@pytest.mark.parametrize("name", PROVIDERS)
def test_lines_to_paste_make_an_account_that_works(start: Start, port: int, name: str) -> None:
    double = started(start, name, port)
    provider = account_of(double)

    room = provider.init_room(RoomRef(room_id=KEY), spec())
    host, guest = (way_in(provider, room, who) for who in (HOST, GUEST))

    assert all(check.passed for check in provider.ping())
    assert "End for all" in page(host)
    assert "End for all" not in page(guest)
    assert "In the room" in page(guest)
    assert all(entry["verified"] for entry in entries(port))


@pytest.mark.parametrize(("name", "at"), [("plugnmeet", 9001), ("videosdk", 9002), ("xroom", 9003)])
def test_guide_has_the_lines_that_are_printed(start: Start, port: int, name: str, at: int) -> None:
    guide = (settings.BASE_DIR / "docs" / "try-without-an-account.md").read_text()

    double = started(start, name, port)

    printed = double.said.replace(str(port), str(at))
    lines = re.findall(r"^  (MEETING_.*)$", printed, re.MULTILINE)
    assert "\n".join(lines) in guide


@pytest.mark.parametrize("name", PROVIDERS)
def test_values_to_type_in_go_by_the_names_of_the_admins_form(
    start: Start, port: int, name: str
) -> None:
    double = started(start, name, port)

    form = form_for(name, class_of(name, alias="x"))
    labels = [str(field.label) for field in form.base_fields.values()]
    told = double.said.partition("Or in the admin")[2]
    typed = re.findall("^  (.+?): ", told, re.MULTILINE)
    assert len(typed) >= 3
    assert set(typed) <= set(labels)


@pytest.mark.parametrize("name", PROVIDERS)
def test_page_of_who_is_inside_learns_that_the_meeting_was_ended(
    start: Start, port: int, name: str
) -> None:
    provider = account_of(started(start, name, port))
    provider.pause = 0.0  # for people to leave
    room = provider.init_room(RoomRef(room_id=KEY), spec())
    asked = follows(page(way_in(provider, room, GUEST)))
    before = json.loads(page(f"http://127.0.0.1:{port}{asked}"))

    provider.end_room(room)

    after = json.loads(page(f"http://127.0.0.1:{port}{asked}"))
    assert [before["words"], before["over"]] == ["", False]
    assert [after["words"], after["over"]] == ["The meeting has ended", True]


@pytest.mark.parametrize("name", PROVIDERS)
def test_whoever_closes_the_page_has_left(start: Start, port: int, name: str) -> None:
    provider = account_of(started(start, name, port))
    room = provider.init_room(RoomRef(room_id=KEY), spec())
    pages = [page(way_in(provider, room, who)) for who in (HOST, GUEST)]
    _, guest = (f"http://127.0.0.1:{port}{follows(each)}" for each in pages)
    assert len(provider.roster(room)) == 2

    page(Request(guest.replace("/state?", "/closed?"), method="POST"))

    wait_until(lambda: len(provider.roster(room)) == 1)
    assert json.loads(page(guest))["words"] == "You are no longer in this meeting"


def test_page_that_is_loaded_again_is_no_leaving(start: Start, port: int) -> None:
    provider = account_of(started(start, "videosdk", port))
    room = provider.init_room(RoomRef(room_id=KEY), spec())
    pages = [page(way_in(provider, room, who)) for who in (HOST, GUEST)]
    host, guest = (f"http://127.0.0.1:{port}{follows(each)}" for each in pages)

    for each in (host, guest):
        page(Request(each.replace("/state?", "/closed?"), method="POST"))
    page(host)

    wait_until(lambda: len(provider.roster(room)) == 1)
    assert json.loads(page(host))["words"] == ""


def test_host_ends_the_meeting_at_its_page(start: Start, port: int) -> None:
    provider = account_of(started(start, "plugnmeet", port))
    room = provider.init_room(RoomRef(room_id=KEY), spec())
    host = way_in(provider, room, HOST)

    said = press(host, "End for all")

    assert "You have left" in said
    assert not provider.is_live(room)


def test_knocking_at_a_locked_room_is_answered_on_the_hosts_page(start: Start, port: int) -> None:
    provider = account_of(started(start, "xroom", port))
    room = provider.init_room(RoomRef(room_id=KEY), spec(locked=True))
    host, guest = (way_in(provider, room, who) for who in (HOST, GUEST))
    outside = page(guest)
    peer = re.search("<b id=peer>(.*?)</b>", outside)[1]

    press(host, f"Let {peer} in")

    assert "The room is locked" in outside
    assert (peer, Role.PARTICIPANT) in [(each.key, each.role) for each in provider.roster(room)]


@pytest.mark.parametrize("name", ["plugnmeet", "videosdk"])
def test_events_go_to_the_address_that_the_room_was_given(
    start: Start, port: int, name: str, listener: Listener
) -> None:
    double = started(start, name, port)
    provider = account_of(double)
    room = provider.init_room(RoomRef(room_id=KEY), spec(webhook_url=listener.url))

    page(way_in(provider, room, GUEST))

    double.wait_for("/hooks/double/…/", seconds=10)
    listener.wait_for("Ana")
    assert "s3cr3t" not in double.said


def test_journal_is_told_while_it_happens_without_secrets(start: Start, port: int) -> None:
    double = started(start, "xroom", port)
    provider = account_of(double)
    room = provider.init_room(RoomRef(room_id=KEY), spec())

    page(way_in(provider, room, HOST))

    double.wait_for("?host-key=…", seconds=10)
    assert re.search(r"200  signature verified +POST /api/room  room/init", double.said)
    assert room.host_key not in double.said
    assert room.host_key not in json.dumps(entries(port))
    assert "signature" in page(f"http://127.0.0.1:{port}/double/")


def test_call_that_proves_nothing_is_told_as_such(start: Start, port: int) -> None:
    double = started(start, "xroom", port)
    forged = Request(f"http://127.0.0.1:{port}/api/room", b"{", method="POST")

    urlopen(forged, timeout=10).close()

    double.wait_for("signature NOT VERIFIED", seconds=10)
    assert [entry["verified"] for entry in entries(port)] == [False]


def test_switches_change_how_it_behaves(start: Start, port: int) -> None:
    double = started(start, "plugnmeet", port, "version=1.9.0", "sends_webhooks=no", "lifetime=0")
    provider = account_of(double)

    room = provider.init_room(RoomRef(room_id=KEY), spec())

    assert not provider.is_live(room)
    shown = page(f"http://127.0.0.1:{port}/double/")
    assert "<dt>version</dt><dd>1.9.0</dd>" in shown
    assert "sends_webhooks" not in shown  # as tests have it: nothing to tell


def test_page_that_is_none_says_so(start: Start, port: int) -> None:
    started(start, "videosdk", port)

    with pytest.raises(HTTPError, match="404"):
        page(f"http://127.0.0.1:{port}/double/nothing")

    state = json.loads(page(f"http://127.0.0.1:{port}/double/state?room=x&person=y"))
    assert state["over"]


def test_it_is_ended_by_the_keyboard(start: Start, port: int) -> None:
    double = started(start, "videosdk", port)

    double.process.send_signal(signal.SIGINT)

    assert double.ends() == 0
    assert double.said.endswith("Ended.\n")
    assert "Traceback" not in double.said


def test_busy_port_is_refused_in_a_sentence(port: int) -> None:
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(CommandError, match=rf"^Port {port} is in use; name another one"),
    ):
        call_command("provider_double", "xroom", port=port)


def test_port_of_the_system_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("socketserver.TCPServer.server_bind", refuse)

    with pytest.raises(CommandError, match=r"^Cannot listen at port 80: Permission denied\.$"):
        call_command("provider_double", "xroom", port=80)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["zoom"], "no double of “zoom”: choose plugnmeet, videosdk, xroom"),
        (["zoom", "--list-switches"], "no double of “zoom”"),
        (["xroom", "--switch", "colour=red"], "no switch “colour”: --list-switches shows"),
        (["xroom", "--switch", "init_twice"], "“init_twice” needs a value: --switch init_twice="),
        (["xroom", "--port", "0"], "0 is not a port"),
    ],
)
def test_what_there_is_not_is_named(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("provider_double", *arguments)


def test_every_switch_is_listed_as_it_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("provider_double", "plugnmeet", list_switches=True)

    lines = capsys.readouterr().out.splitlines()
    assert "version=2.4.0" in lines
    assert "sends_webhooks=yes" in lines
    assert "false_is_lost=none" in lines
    assert "lifetime=86400.0" in lines


def test_reader_who_has_seen_enough_causes_no_traceback(tmp_path: Path) -> None:
    """As `head` does, which closes our output while we write."""
    reading, writing = os.pipe()
    os.close(reading)

    ended = subprocess.run(
        [sys.executable, "manage.py", "provider_double", "xroom", "--list-switches"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DEBUG": "true", "DATA_DIR": str(tmp_path)},
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)

    assert (ended.returncode, ended.stderr) == (1, "")


def test_installation_without_the_tests_is_told_where_the_doubles_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(provider_double, "DOUBLES", "tests.providers.doubles.nowhere")

    with pytest.raises(CommandError, match="Run this in a checkout of Parley"):
        call_command("provider_double", "xroom")
