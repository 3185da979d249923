"""`manage.py up`: everything as one program.

A start is three processes and takes seconds: each is asked all that can be asked of it, and ends in
a way of its own.
"""

import os
import re
import signal
import socket
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from config.addresses import ELSEWHERE, LOOPBACK
from config.server import Server
from meetings.management.commands import up
from tests.uncounted import UNCOUNTED

from .conftest import Parley, Start, free_port

# The machine asks itself how it would reach these; nothing is sent to them.
pytestmark = pytest.mark.allow_hosts([*LOOPBACK, *ELSEWHERE])
PREPARED = pytest.mark.usefixtures("prepared")
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
PRODUCTION = {"DEBUG": "false", "SECRET_KEY": "k3" * 30, "FIELD_KEYS": "A" * 43 + "="}


def get(url: str) -> str:
    with urlopen(url, timeout=20) as answer:
        assert answer.status == 200
        page: str = answer.read().decode()
    return page


def begun(start: Start, *arguments: str, **values: str) -> Parley:
    parley = start("up", *arguments, **values)
    parley.wait_for("Ctrl-C stops everything.")
    return parley


def test_one_command_serves_pages_and_one_that_was_killed_holds_nothing(
    start: Start, port: int, settings: Settings, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    first = begun(start, **UNCOUNTED)

    with subtests.test("says how to begin"):
        assert f"Parley is at http://localhost:{port}\n" in first.said
        link = re.search(r"Become the administrator: (\S+)", first.said)
        assert link
        assert "<form" in get(link[1])
        assert "works once" not in first.said
    with subtests.test("second one on the same data says where the first is"):
        settings.DATA_DIR = tmp_path
        with pytest.raises(CommandError, match=rf"already, at http://localhost:{port}, with the"):
            call_command("up")
        assert "--accent" in get(f"http://localhost:{port}/static/css/tokens.css")

    first.process.kill()
    first.ends()

    with subtests.test("demo is loaded, at the next port as this one is busy"):
        loads_the_demo_at_the_next_port_until_ctrl_c(start)


def loads_the_demo_at_the_next_port_until_ctrl_c(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holds:
        busy = holds.getsockname()[1]
        parley = begun(start, "--demo", DEMO="true", PORT=str(busy))
    children = [parley.child("uvicorn"), parley.child("run_huey")]

    told = re.search(rf"Port {busy} is in use, so Parley takes (\d+)\.", parley.said)
    assert told
    assert f"Parley is at http://localhost:{told[1]}\n" in parley.said
    link = re.search(r"works once\): (\S+)", parley.said)
    assert link
    assert link[1].startswith(f"http://localhost:{told[1]}/")
    assert "Sign in as Dana" in get(link[1])

    parley.process.send_signal(signal.SIGINT)

    leaves_nothing_behind(parley, children)


def leaves_nothing_behind(parley: Parley, children: list[int]) -> None:
    assert parley.ends() == 0
    assert "Stopping." in parley.said
    assert "Traceback" not in parley.said
    for child in children:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


def test_demo_stays_out_of_a_site_that_people_use(settings: Settings) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="set DEMO=true"):
        call_command("up", "--demo")


def test_address_of_another_machine_is_refused_in_a_sentence(port: int) -> None:
    with pytest.raises(CommandError, match=rf"^Cannot listen at 192\.0\.2\.254:{port}: "):
        up.Command().at_free_port(Server("192.0.2.254", port))


@ON_LINUX
@PREPARED
def test_network_is_told_where_parley_is_and_no_worker_runs_on_alone(
    start: Start, port: int
) -> None:
    parley = begun(start, "--https", **UNCOUNTED)

    for url in Server("0.0.0.0", port, https=True).urls:
        assert url in parley.said

    os.kill(parley.child("uvicorn"), signal.SIGKILL)

    assert parley.ends() == 1
    assert "The web server was stopped by SIGKILL, so everything is stopped." in parley.said


@ON_LINUX
@PREPARED
def test_production_collects_its_static_files_and_no_web_server_runs_on_alone(
    start: Start, port: int
) -> None:
    parley = begun(start, **PRODUCTION, **UNCOUNTED)

    sheet = re.search(
        r"/static/css/tokens\.[0-9a-f]{12}\.css", get(f"http://localhost:{port}/account/login/")
    )
    assert sheet
    assert "--accent" in get(f"http://localhost:{port}{sheet[0]}")

    os.kill(parley.child("run_huey"), signal.SIGKILL)

    assert parley.ends() == 1
    assert "The worker was stopped by SIGKILL, so everything is stopped." in parley.said


def test_database_that_does_not_answer_is_said_in_a_sentence(start: Start) -> None:
    nowhere = f"postgres://parley@127.0.0.1:{free_port()}/parley"
    parley = start("up", DATABASE_URL=nowhere, **UNCOUNTED)

    assert parley.ends() == 1
    assert "The database cannot be used: " in parley.said
    assert "Traceback" not in parley.said
