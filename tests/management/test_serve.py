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

from config.addresses import answers

from .conftest import Parley, Start

PREPARED = pytest.mark.usefixtures("prepared")


def wait_until_served(parley: Parley, port: int) -> None:
    parley.wait_for("Parley is served at")
    while not answers("127.0.0.1", port):
        assert parley.process.poll() is None, parley.said


@PREPARED
def test_pages_are_served_until_it_is_stopped(start: Start, port: int) -> None:
    parley = start("serve")
    wait_until_served(parley, port)

    with urlopen(f"http://localhost:{port}/account/login/", timeout=20) as page:
        assert page.status == 200
        assert page.headers["Server"] is None
    parley.process.send_signal(signal.SIGINT)

    parley.ends()
    assert not answers("127.0.0.1", port)


@PREPARED
def test_log_of_requests_names_pages_and_no_links(start: Start, port: int) -> None:
    parley = start("serve", "--verbosity=2")
    wait_until_served(parley, port)
    urls = [f"http://localhost:{port}/{page}" for page in ("j/s3cr3t/", "join/?link=s3cr3t")]

    for url in urls:
        with pytest.raises(HTTPError, match="404"):
            urlopen(url, timeout=20)

    parley.wait_for('"GET /join/?link=… HTTP/1.1" 302')
    assert '"GET /j/…/ HTTP/1.1" 404' in parley.said
    assert "WARNING django.request: Not Found: /j/…/" in parley.said
    assert "s3cr3t" not in parley.said


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


def test_busy_port_is_refused_because_others_expect_it(start: Start, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        parley = start("serve")

        assert parley.ends() == 1
    assert f"Port {port} is in use; name another one with --port." in parley.said


def test_production_without_collected_files_is_refused(start: Start) -> None:
    secrets = {"SECRET_KEY": "k3" * 30, "FIELD_KEYS": "A" * 43 + "="}

    parley = start("serve", DEBUG="false", **secrets)

    assert parley.ends() == 1
    assert "run manage.py collectstatic first" in parley.said


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(CommandError, match=f"{port} is not a port"):
        call_command("serve", f"--port={port}")


def test_address_of_another_machine_is_refused_in_a_sentence(start: Start, port: int) -> None:
    parley = start("serve", "--host", "192.0.2.254")

    assert parley.ends() == 1
    assert f"Cannot listen at 192.0.2.254:{port}: Cannot assign requested address" in parley.said
