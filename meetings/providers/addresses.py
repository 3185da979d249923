"""Where an account that was typed into the admin may call: nowhere inside our own network."""

import ipaddress
import socket
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError


class PrivateAddress(NewConnectionError):
    """The name leads to an address that is not public. Nothing was sent."""


def refuse_private(connection: HTTPConnection, connected: socket.socket) -> socket.socket:
    """Look at the address that was really reached: a name may resolve differently each time."""
    if ipaddress.ip_address(connected.getpeername()[0].partition("%")[0]).is_global:
        return connected
    connected.close()
    raise PrivateAddress(connection, "private addresses are not called")


class PublicConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return refuse_private(self, super()._new_conn())


class PublicTLSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return refuse_private(self, super()._new_conn())


class PublicPool(HTTPConnectionPool):
    ConnectionCls = PublicConnection


class PublicTLSPool(HTTPSConnectionPool):
    ConnectionCls = PublicTLSConnection


class PublicOnly(HTTPAdapter):
    """Connects to public addresses only, checked after the name was resolved for this very call."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": PublicPool, "https": PublicTLSPool}
