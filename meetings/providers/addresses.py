"""Where an account that was typed into the admin may call: nowhere inside our own network."""

import ipaddress
import socket

from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError

from .patience import InTime, TimedConnection, TimedPool, TimedTLSConnection, TimedTLSPool


class PrivateAddress(NewConnectionError):
    """The name leads to an address that is not public. Nothing was sent."""


def refuse_private(connection: HTTPConnection, connected: socket.socket) -> socket.socket:
    """Look at the address that was really reached: a name may resolve differently each time."""
    if ipaddress.ip_address(connected.getpeername()[0].partition("%")[0]).is_global:
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
