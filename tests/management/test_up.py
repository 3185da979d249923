"""`manage.py up`: everything as one program."""

import os
import re
import signal
import socket
import sys
from urllib.request import urlopen

import pytest

from config.addresses import ELSEWHERE, LOOPBACK
from config.server import Server

from .conftest import Start

# The machine asks itself how it would reach these; nothing is sent to them.
pytestmark = pytest.mark.allow_hosts([*LOOPBACK, *ELSEWHERE])
PREPARED = pytest.mark.usefixtures("prepared")


def get(url: str) -> str:
    with urlopen(url, timeout=20) as answer:
        assert answer.status == 200
        page: str = answer.read().decode()
    return page


def test_one_command_serves_pages_and_says_how_to_begin(start: Start, port: int) -> None:
    parley = start("up")

    parley.wait_for("Ctrl-C stops everything.")

    assert f"Parley is at http://localhost:{port}\n" in parley.said
    link = re.search(r"Become the administrator: (\S+)", parley.said)
    assert link
    assert "<form" in get(link[1])
    assert "works once" not in parley.said


@PREPARED
def test_demo_is_loaded_and_a_link_signs_its_organizer_in(start: Start, port: int) -> None:
    parley = start("up", "--demo", DEMO="true")

    parley.wait_for("Ctrl-C stops everything.")

    link = re.search(r"works once\): (\S+)", parley.said)
    assert link
    assert link[1].startswith(f"http://localhost:{port}/")
    assert "Sign in as Dana" in get(link[1])


def test_demo_stays_out_of_a_site_that_people_use(start: Start) -> None:
    parley = start("up", "--demo")

    assert parley.ends() == 1
    assert "set DEMO=true" in parley.said


@PREPARED
def test_second_one_on_the_same_data_says_where_the_first_is(start: Start, port: int) -> None:
    first = start("up")
    first.wait_for("Ctrl-C stops everything.")

    second = start("up")

    assert second.ends() == 1
    assert f"Parley runs already, at http://localhost:{port}, with the data in" in second.said
    assert "--accent" in get(f"http://localhost:{port}/static/css/tokens.css")


@PREPARED
def test_one_that_was_killed_holds_nothing(start: Start) -> None:
    first = start("up")
    first.wait_for("Ctrl-C stops everything.")
    first.process.kill()
    first.ends()

    second = start("up")

    second.wait_for("Ctrl-C stops everything.")


@PREPARED
def test_address_of_another_machine_is_refused_in_a_sentence(start: Start, port: int) -> None:
    parley = start("up", "--host", "192.0.2.254")

    assert parley.ends() == 1
    assert f"Cannot listen at 192.0.2.254:{port}: " in parley.said


@PREPARED
def test_network_is_told_where_parley_is(start: Start, port: int) -> None:
    parley = start("up", "--https")

    parley.wait_for("Ctrl-C stops everything.")

    for url in Server("0.0.0.0", port, https=True).urls:
        assert url in parley.said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@PREPARED
def test_stopping_it_leaves_nothing_behind(start: Start, port: int, number: int) -> None:
    parley = start("up")
    parley.wait_for("Ctrl-C stops everything.")
    children = [parley.child("uvicorn"), parley.child("run_huey")]

    parley.process.send_signal(number)

    assert parley.ends() == 0
    assert "Stopping." in parley.said
    assert "Traceback" not in parley.said
    for child in children:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("words", "name"), [("run_huey", "The worker"), ("uvicorn", "The web server")]
)
@PREPARED
def test_neither_half_runs_on_alone(start: Start, words: str, name: str) -> None:
    parley = start("up")
    parley.wait_for("Ctrl-C stops everything.")

    os.kill(parley.child(words), signal.SIGKILL)

    assert parley.ends() == 1
    assert f"{name} was stopped by SIGKILL, so everything is stopped." in parley.said


@PREPARED
def test_busy_port_leads_to_the_next_one(start: Start, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        parley = start("up")
        parley.wait_for("Ctrl-C stops everything.")

    said = re.search(rf"Port {port} is in use, so Parley takes (\d+)\.", parley.said)
    assert said
    assert f"Parley is at http://localhost:{said[1]}\n" in parley.said
    assert get(f"http://localhost:{said[1]}/account/login/")


@PREPARED
def test_production_collects_its_static_files_first(start: Start, port: int) -> None:
    secrets = {"SECRET_KEY": "k3" * 30, "FIELD_KEYS": "A" * 43 + "="}
    parley = start("up", DEBUG="false", **secrets)

    parley.wait_for("Ctrl-C stops everything.")

    sheet = re.search(r"/static/css/tokens\.[0-9a-f]{12}\.css", get_login(port))
    assert sheet
    assert "--accent" in get(f"http://localhost:{port}{sheet[0]}")


def get_login(port: int) -> str:
    return get(f"http://localhost:{port}/account/login/")


def test_database_that_does_not_answer_is_said_in_a_sentence(start: Start, port: int) -> None:
    parley = start("up", DATABASE_URL=f"postgres://parley@127.0.0.1:{port}/parley")

    assert parley.ends() == 1
    assert "The database cannot be used: " in parley.said
    assert "Traceback" not in parley.said
