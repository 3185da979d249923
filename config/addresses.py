"""Ports, and the names and addresses under which this machine is found."""

import errno
import socket
from contextlib import suppress
from ipaddress import ip_address

LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = "0.0.0.0"  # noqa: S104 (only when the operator asks for it)
# Where networks at home, at work and the way out usually lie. Nothing is sent there: the question
# is which address of ours would be used.
ELSEWHERE = ("192.0.2.1", "192.168.0.1", "192.168.1.1", "10.0.0.1", "172.16.0.1")


class NoPortFree(Exception):
    """Every port tried is in use."""


def free_port(host: str, wanted: int, *, tries: int = 50) -> int:
    """The wanted port, or the next one that nobody listens on."""
    for port in range(wanted, min(wanted + tries, 65536)):
        if is_free(host, port):
            return port
    raise NoPortFree(f"No port from {wanted} on is free at {host}.")


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens here. Of localhost both addresses count, as browsers try both."""
    hosts = LOOPBACK if host in LOOPBACK else [host]
    return all(_can_listen(each, port) for each in hosts)


def _can_listen(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind((host, port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE and host != "::1":  # IPv6 may be off
            raise
        return error.errno != errno.EADDRINUSE
    return True


def answers(host: str, port: int) -> bool:
    """Whether somebody takes connections here."""
    try:
        socket.create_connection((reachable(host), port), timeout=1).close()
    except OSError:
        return False
    return True


def reachable(host: str) -> str:
    """An address that leads to a server that listens on this host."""
    return "127.0.0.1" if host == EVERYWHERE else host


def own_addresses() -> list[str]:
    """The addresses at which other machines of the network find this one."""
    found = [_source_towards(elsewhere) for elsewhere in ELSEWHERE]
    with suppress(OSError):
        found += socket.gethostbyname_ex(socket.gethostname())[2]
    return list(dict.fromkeys(address for address in found if _is_shared(address)))


def own_names() -> list[str]:
    """The names by which machines, this one included, find this one."""
    name = socket.gethostname()
    names = ["localhost", name, name if "." in name else f"{name}.local"]
    return list(dict.fromkeys(names))


def url_of(scheme: str, host: str, port: int) -> str:
    """An address for people; without the port where the scheme implies it."""
    name = f"[{host}]" if ":" in host else host
    implied = {"http": 80, "https": 443}[scheme] == port
    return f"{scheme}://{name}" if implied else f"{scheme}://{name}:{port}"


def _source_towards(elsewhere: str) -> str:
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((elsewhere, 9))
        return str(probe.getsockname()[0])
    return "127.0.0.1"  # not on any network


def _is_shared(address: str) -> bool:
    found = ip_address(address)
    return not (found.is_loopback or found.is_link_local)
