"""plugNmeet: the "Test" button."""

from typing import Any

import pytest

from ..doubles import base as faults
from ..doubles.base import Reply
from ..doubles.plugnmeet import Double
from .kit import account


def lines(double: Double, **options: Any) -> dict[str, Any]:
    return {line.name: line for line in account(double, **options).ping()}


@pytest.mark.parametrize(
    ("version", "said"), [("2.4.0", "2.2 or newer"), ("2.1.7", "2.0 or 2.1"), ("1.9.4", "1.x")]
)
def test_test_button_tells_the_generation_and_leaves_nothing_behind(
    version: str, said: str
) -> None:
    with Double(version=version) as double:
        found = lines(double, client_url="https://rooms.example")

    assert found["Version"].message.startswith(said)
    assert all(line.passed for line in found.values())
    assert set(found) == {
        "Server",
        "API key and secret",
        "Way in",
        "Version",
        "Open rooms",
        "Past rooms",
        "Recordings",
        "Files",
    }
    assert double.past == []


def test_test_button_says_what_is_wrong_with_the_key(double: Double) -> None:
    found = lines(double, api_secret="x" * 32)

    assert found["Server"].passed
    assert not found["API key and secret"].passed
    words = "Failed to verify provided authentication details."
    assert words in found["API key and secret"].message
    assert len(found) == 2


def test_test_button_repeats_the_servers_words_on_its_health() -> None:
    with Double(health="Redis connection error") as double:
        found = lines(double)

    assert found["Server"].message == "plugNmeet: Redis connection error (HTTP 503)"
    assert not found["Server"].passed
    assert found["API key and secret"].passed


def test_test_button_notices_that_somebody_else_answers(double: Double) -> None:
    with double.failing(faults.html):
        found = lines(double)

    assert found["Server"].message == "plugNmeet: somebody else answers there."


def test_test_button_notices_a_server_without_a_health_page(double: Double) -> None:
    with double.failing(lambda double, call, reply: Reply("x", status=400, kind="text/plain")):
        assert lines(double)["Server"].message == "plugNmeet: x (HTTP 400)"


@pytest.mark.parametrize(
    ("client_url", "starts"),
    [
        ("https://rooms.example", True),
        ("http://localhost:3000", True),
        ("http://127.0.0.1:3000", False),
        ("http://rooms.example", False),
    ],
)
def test_test_button_warns_of_a_page_that_will_not_start(
    double: Double, client_url: str, starts: bool
) -> None:
    way_in = lines(double, client_url=client_url)["Way in"]

    assert way_in.passed is starts
    assert starts or "https://" in way_in.message


def test_test_button_names_the_one_call_that_fails(double: Double) -> None:
    def recordings_are_broken(double: faults.Double, call: Any, reply: Reply) -> Reply:
        broken = "recording" in call.path
        return Reply("Internal Server Error", status=500, kind="text/plain") if broken else reply

    with double.failing(recordings_are_broken):
        found = lines(double, client_url="https://rooms.example")

    assert [line.name for line in found.values() if not line.passed] == ["Recordings"]
