"""Ports, names and addresses of this machine."""

import socket
from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from config.addresses import (
    ELSEWHERE,
    EVERYWHERE,
    LOOPBACK,
    NoPortFree,
    answers,
    free_port,
    is_free,
    own_addresses,
    own_names,
    url_of,
)

# The machine asks itself how it would reach these; nothing is sent to them.
pytestmark = pytest.mark.allow_hosts([*LOOPBACK, *ELSEWHERE])


@pytest.fixture
def busy() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_port_in_use_leads_to_the_next_free_one(busy: int) -> None:
    found = free_port("127.0.0.1", busy)

    assert busy < found < busy + 50
    assert is_free("127.0.0.1", found)


def test_free_port_is_the_one_that_was_wanted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        wanted = server.getsockname()[1]

    assert free_port("127.0.0.1", wanted) == wanted


def test_port_taken_on_one_address_is_taken_for_the_whole_machine(busy: int) -> None:
    assert not is_free(EVERYWHERE, busy)


def test_localhost_is_free_only_when_both_its_addresses_are() -> None:
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    with server:
        assert not is_free("127.0.0.1", server.getsockname()[1])


def test_no_free_port_is_said(busy: int) -> None:
    with pytest.raises(NoPortFree, match=f"No port from {busy} on is free"):
        free_port("127.0.0.1", busy, tries=1)


def test_address_that_is_not_ours_is_an_error_rather_than_a_busy_port() -> None:
    with pytest.raises(OSError, match="assign requested address"):
        is_free("192.0.2.254", 8000)


def test_server_answers_only_while_it_listens(busy: int) -> None:
    assert answers("127.0.0.1", busy)
    assert answers(EVERYWHERE, busy)
    assert not answers("127.0.0.1", free_port("127.0.0.1", busy))


def test_own_addresses_are_those_that_others_can_use() -> None:
    for address in own_addresses():
        assert not ip_address(address).is_loopback
        assert is_free(address, 0)  # it is ours, or we could not listen there


def test_own_names_begin_with_localhost() -> None:
    assert own_names()[:2] == ["localhost", socket.gethostname()]


@pytest.mark.parametrize(
    ("parts", "url"),
    [
        (("http", "localhost", 8000), "http://localhost:8000"),
        (("https", "parley.example", 443), "https://parley.example"),
        (("http", "parley.example", 443), "http://parley.example:443"),
        (("https", "fd00::2", 8443), "https://[fd00::2]:8443"),
    ],
)
def test_addresses_are_written_as_people_type_them(parts: tuple[str, str, int], url: str) -> None:
    assert url_of(*parts) == url
