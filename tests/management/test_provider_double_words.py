"""`manage.py provider_double` where it does not serve: what it lists, and what it refuses."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from meetings.management.commands import provider_double
from tests.uncounted import UNCOUNTED


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
        env={**os.environ, "DEBUG": "true", "DATA_DIR": str(tmp_path), **UNCOUNTED},
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
