"""The servers a browser asks for a path to another: STUN, and TURN with passing credentials."""

import base64
import hmac
import time
from typing import Any

from django.conf import settings


def ice_servers(identity: str, *, lasts: int = 0) -> list[dict[str, Any]]:
    """What RTCPeerConnection wants in `iceServers`; empty unless the operator named any.

    The relay's password is good for so many seconds, TURN_TTL if none are given.
    """
    servers: list[dict[str, Any]] = []
    if settings.ICE_STUN_URLS:
        servers.append({"urls": settings.ICE_STUN_URLS})
    if settings.TURN_URLS and settings.TURN_SECRET:
        until = int(time.time()) + (lasts or settings.TURN_TTL)
        servers.append({"urls": settings.TURN_URLS, **_credentials(identity, until)})
    return servers


def _credentials(identity: str, until: int) -> dict[str, str]:
    """As coturn's use-auth-secret checks them."""
    username = f"{until}:{identity}"
    digest = hmac.digest(settings.TURN_SECRET.encode(), username.encode(), "sha1")
    return {"username": username, "credential": base64.b64encode(digest).decode()}
