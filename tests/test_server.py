"""How the web server is started."""

from pathlib import Path

import pytest
from django.conf import settings as project
from django.test import override_settings

from config.addresses import ELSEWHERE, EVERYWHERE, LOOPBACK, own_addresses
from config.server import Server

# The machine asks itself how it would reach these; nothing is sent to them.
pytestmark = pytest.mark.allow_hosts([*LOOPBACK, *ELSEWHERE])


@pytest.fixture(autouse=True)
def _no_site_is_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SITE_URL", raising=False)


def test_server_for_this_machine_alone_is_found_at_localhost() -> None:
    server = Server("127.0.0.1", 8001)

    environment = server.environment()

    assert environment["SITE_URL"] == "http://localhost:8001"
    assert environment["PORT"] == "8001"
    assert "HSTS_SECONDS" not in environment


def test_links_lead_where_the_operator_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_URL", "https://parley.example")

    assert Server("127.0.0.1", 8001).site_url == "https://parley.example"
    assert Server(EVERYWHERE, 8001, https=True).site_url == "https://parley.example"


def test_https_does_not_hand_out_http_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_URL", "http://localhost:8000")

    assert Server("127.0.0.1", 8001, https=True).site_url == "https://localhost:8001"


def test_shared_server_answers_to_the_names_of_this_machine_and_to_the_operators() -> None:
    with override_settings(ALLOWED_HOSTS=["parley.example"]):
        environment = Server(EVERYWHERE, 8001, https=True).environment()

    allowed = environment["ALLOWED_HOSTS"].split(",")
    assert allowed[0] == "parley.example"
    assert {"localhost", "127.0.0.1", *own_addresses()} <= set(allowed)
    origins = environment["CSRF_TRUSTED_ORIGINS"].split(",")
    assert {f"https://{address}:8001" for address in own_addresses()} <= set(origins)


def test_browsers_are_not_told_to_insist_on_https_with_a_homemade_certificate() -> None:
    assert Server(EVERYWHERE, 8001, https=True).environment()["HSTS_SECONDS"] == "0"


def test_https_is_served_with_the_certificate_of_this_machine(tmp_path: Path) -> None:
    with override_settings(DATA_DIR=tmp_path):
        command = Server(EVERYWHERE, 8001, https=True).command()

    assert str(tmp_path / "tls" / "certificate.pem") in command
    assert (tmp_path / "tls" / "key.pem").exists()


def test_requests_are_logged_only_when_asked_for() -> None:
    assert "--no-access-log" in Server("127.0.0.1", 8001).command()
    assert "--no-access-log" not in Server("127.0.0.1", 8001, access_log=True).command()


def test_server_is_that_of_this_checkout() -> None:
    assert str(project.BASE_DIR) in Server("127.0.0.1", 8001).command()
