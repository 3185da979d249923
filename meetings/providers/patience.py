"""Connections whose whole answer keeps to the time limit: also one that comes drop by drop.

A socket's own timeout begins anew with every byte, so it never ends a slow drip.
"""

import io
import socket
from http.client import HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from .time_limit import time_left, within_limit


class TimedReading(io.RawIOBase):
    """What a socket brings, until the time is over."""

    def __init__(self, source: io.RawIOBase, connected: socket.socket) -> None:
        super().__init__()
        self.source, self.connected = source, connected
        self.patience = connected.gettimeout()  # for one reading: the read timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if time_left() == 0:
            raise TimeoutError("the answer did not end in time")
        self.connected.settimeout(within_limit(self.patience))
        return self.source.readinto(buffer)

    def close(self) -> None:
        self.source.close()
        super().close()


class TimedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(TimedReading(self.fp.detach(), sock))


class TimedConnection(HTTPConnection):
    response_class = TimedResponse


class TimedTLSConnection(HTTPSConnection):
    response_class = TimedResponse


class TimedPool(HTTPConnectionPool):
    ConnectionCls = TimedConnection


class TimedTLSPool(HTTPSConnectionPool):
    ConnectionCls = TimedTLSConnection


class InTime(HTTPAdapter):
    """Reads answers within the time limit."""

    pools: dict[str, type[HTTPConnectionPool]] = {"http": TimedPool, "https": TimedTLSPool}

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = self.pools
