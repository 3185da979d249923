"""The servers a browser asks for a path to another: STUN, and TURN with passing credentials."""

import base64
import hmac
import time
from typing import Any

from django.conf import settings


def ice_servers(identity: str) -> list[dict[str, Any]]:
    """What RTCPeerConnection wants in `iceServers`; empty unless the operator named any."""
    servers: list[dict[str, Any]] = []
    if settings.ICE_STUN_URLS:
        servers.append({"urls": settings.ICE_STUN_URLS})
    if settings.TURN_URLS and settings.TURN_SECRET:
        servers.append({"urls": settings.TURN_URLS, **_credentials(identity)})
    return servers


def _credentials(identity: str) -> dict[str, str]:
    """Good for TURN_TTL seconds, as coturn's use-auth-secret checks them."""
    username = f"{int(time.time()) + settings.TURN_TTL}:{identity}"
    digest = hmac.digest(settings.TURN_SECRET.encode(), username.encode(), "sha1")
    return {"username": username, "credential": base64.b64encode(digest).decode()}
