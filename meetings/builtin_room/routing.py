"""Addresses of the built-in room's sockets."""

from typing import Any

from channels.security.websocket import WebsocketDenier
from django.urls import path, re_path

from .consumer import RoomConsumer
from .protocol import SOCKET

_room: Any = RoomConsumer.as_asgi()
_nothing: Any = WebsocketDenier.as_asgi()

websocket_urlpatterns = [path(SOCKET.removeprefix("/"), _room), re_path("", _nothing)]
