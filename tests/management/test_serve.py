"""`manage.py serve`: the web server alone."""

import signal
import socket
import ssl
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from config.addresses import answers

from .conftest import Parley, Start

PREPARED = pytest.mark.usefixtures("prepared")


def wait_until_served(parley: Parley, port: int) -> None:
    parley.wait_for("Parley is served at")
    while not answers("127.0.0.1", port):
        assert parley.process.poll() is None, parley.said


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is not refused does not become a web server here."""
    monkeypatch.delattr("os.execve")


@PREPARED
def test_pages_are_served_and_logged_without_links_until_it_is_stopped(
    start: Start, port: int
) -> None:
    parley = start("serve", "--verbosity=2")
    wait_until_served(parley, port)

    with urlopen(f"http://localhost:{port}/account/login/", timeout=20) as page:
        assert page.status == 200
        assert page.headers["Server"] is None
    for secret in ("j/s3cr3t/", "join/?link=s3cr3t"):
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"http://localhost:{port}/{secret}", timeout=20)

    parley.wait_for('"GET /join/?link=… HTTP/1.1" 302')
    assert '"GET /j/…/ HTTP/1.1" 404' in parley.said
    assert "WARNING django.request: Not Found: /j/…/" in parley.said
    assert "s3cr3t" not in parley.said

    parley.process.send_signal(signal.SIGINT)

    parley.ends()
    assert not answers("127.0.0.1", port)


@PREPARED
def test_https_serves_the_network_with_a_certificate_of_this_machine(
    start: Start, port: int, tmp_path: Path
) -> None:
    parley = start("serve", "--https")
    wait_until_served(parley, port)
    trusted = ssl.create_default_context(cafile=str(tmp_path / "tls" / "certificate.pem"))

    with urlopen(f"https://localhost:{port}/account/login/", timeout=20, context=trusted) as page:
        assert page.status == 200
        assert "Secure" in page.headers["Set-Cookie"]
        assert page.headers["Strict-Transport-Security"] is None

    assert f"Parley is served at https://localhost:{port}\n" in parley.said


@pytest.mark.usefixtures("refused")
def test_busy_port_is_refused_because_others_expect_it(port: int) -> None:
    said = rf"^Port {port} is in use; name another one with --port\.$"

    with socket.create_server(("127.0.0.1", port)), pytest.raises(CommandError, match=said):
        call_command("serve", f"--port={port}")


@pytest.mark.usefixtures("refused")
def test_production_without_collected_files_is_refused(
    settings: Settings, port: int, tmp_path: Path
) -> None:
    settings.DEBUG, settings.STATIC_ROOT = False, tmp_path

    with pytest.raises(CommandError, match=r"run manage\.py collectstatic first"):
        call_command("serve", f"--port={port}")


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(CommandError, match=f"{port} is not a port"):
        call_command("serve", f"--port={port}")


@pytest.mark.usefixtures("refused")
def test_address_of_another_machine_is_refused_in_a_sentence(port: int) -> None:
    said = rf"Cannot listen at 192\.0\.2\.254:{port}: Cannot assign requested address"

    with pytest.raises(CommandError, match=said):
        call_command("serve", "--host=192.0.2.254", f"--port={port}")
