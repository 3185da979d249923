"""Where accounts that were typed into the admin may call."""

import socket
from collections.abc import Iterator

import pytest
import requests

from meetings.providers.addresses import PublicOnly, is_public

INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",  # 10.0.0.1 behind a translator
    "2002:7f00:1::",  # 127.0.0.1 in a tunnel
]
OUTSIDE = ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("address", INSIDE)
def test_our_own_network_is_not_public_however_it_is_written(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_the_rest_of_the_world_is_public(address: str) -> None:
    assert is_public(address)


@pytest.fixture
def inside() -> Iterator[socket.socket]:
    """Something that listens inside our own network."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        yield server


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",  # the same, as one number
        "0x7f000001",
        "127.1",
        "8.8.8.8@127.0.0.1",  # a name before it
    ],
)
def test_no_way_of_writing_it_leads_inside(inside: socket.socket, host: str) -> None:
    session = requests.Session()
    session.mount("http://", PublicOnly())

    with pytest.raises(requests.RequestException):
        session.get(f"http://{host}:{inside.getsockname()[1]}/", timeout=1)

    assert not heard(inside)


def test_name_that_answers_otherwise_the_second_time_leads_nowhere(
    inside: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What counts is the address that was reached, not one that was looked up before."""
    here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", inside.getsockname())]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: here)
    session = requests.Session()
    session.mount("http://", PublicOnly())

    with pytest.raises(requests.RequestException):
        session.get("http://rebinding.example/", timeout=1)

    assert not heard(inside)


def heard(server: socket.socket) -> bytes:
    """What was said to it by whoever connected; nothing, if they hung up without a word."""
    try:
        connection, _ = server.accept()
    except TimeoutError:
        return b""
    with connection:
        connection.settimeout(0.5)
        return connection.recv(1000)
