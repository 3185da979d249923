"""From the engine to the sockets, over the channel layer."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from .effects import Effect

log = logging.getLogger(__name__)


def room_group(key: str) -> str:
    return f"room.{key}"


def page_group(pid: str) -> str:
    return f"page.{pid}"


async def deliver(key: str, effects: Iterable[Effect]) -> None:
    """Tell the pages of this room, in this order."""
    for effect in effects:
        await tell(
            room_group(key),
            {
                "type": "room.deliver",
                "message": effect.message,
                "to": effect.to,
                "close": int(effect.close),
            },
        )


async def tell(group: str, event: dict[str, Any]) -> None:
    """Send to whoever listens. Where a layer is missing or broken, pages hear at the next sweep."""
    layer = get_channel_layer()
    if layer is None:
        return
    with suppress(Exception):  # a connection that Redis closed is noticed by using it: once more
        await layer.group_send(group, event)
        return
    try:
        await layer.group_send(group, event)
    except Exception:
        log.exception("The channel layer did not take a message.")


def deliver_now(key: str, effects: Iterable[Effect]) -> None:
    """`deliver`, for code that is not async."""
    async_to_sync(deliver)(key, list(effects))


def tell_now(group: str, event: dict[str, Any]) -> None:
    """`tell`, for code that is not async."""
    async_to_sync(tell)(group, event)
