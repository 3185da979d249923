"""Where an account that was typed into the admin may call: nowhere inside our own network."""

import ipaddress
import socket

from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError

from .patience import InTime, TimedConnection, TimedPool, TimedTLSConnection, TimedTLSPool

TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 behind a translator (NAT64)


class PrivateAddress(NewConnectionError):
    """The name leads to an address that is not public. Nothing was sent."""


def is_public(address: str) -> bool:
    """Whether it leads out into the world, also where an old address is wrapped in a new one."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv4Address):
        return found.is_global and not found.is_multicast
    inside = found.sixtofour or (_last_four_bytes(found) if found in TRANSLATED else None)
    return found.is_global and (inside is None or is_public(str(inside)))


def _last_four_bytes(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(address.packed[-4:])


def refuse_private(connection: HTTPConnection, connected: socket.socket) -> socket.socket:
    """Look at the address that was really reached: a name may resolve differently each time."""
    if is_public(connected.getpeername()[0].partition("%")[0]):
        return connected
    connected.close()
    raise PrivateAddress(connection, "private addresses are not called")


class PublicConnection(TimedConnection):
    def _new_conn(self) -> socket.socket:
        return refuse_private(self, super()._new_conn())


class PublicTLSConnection(TimedTLSConnection):
    def _new_conn(self) -> socket.socket:
        return refuse_private(self, super()._new_conn())


class PublicPool(TimedPool):
    ConnectionCls = PublicConnection


class PublicTLSPool(TimedTLSPool):
    ConnectionCls = PublicTLSConnection


class PublicOnly(InTime):
    """Connects to public addresses only, checked after the name was resolved for this very call."""

    pools = {"http": PublicPool, "https": PublicTLSPool}
