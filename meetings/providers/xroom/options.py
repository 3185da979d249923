"""What an xroom account is configured with."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..errors import ProviderMisconfigured
from ..http import HttpOptions

DOMAIN = re.compile(
    r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?"
)
VENDOR = re.compile(r"([a-z0-9-]+\.)+xroom\.app(:\d{1,5})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class XroomOptions(HttpOptions):
    """Id and secret from the dashboard's Developer page, and the domain the rooms live on."""

    auth_id: str
    api_secret: str = field(repr=False)
    domain: str
    webhook_key: str = field(default="", repr=False)  # the domain's own; answers the handshake
    url: str = "https://api.xroom.app"
    room_url: str = ""  # a region's host, for rooms only; needed where forwarding fails
    time_format: str = "auto"  # "ms" or "iso" pins what "auto" finds out
    booking_grace_minutes: int = 0  # 15 for an account whose bookings end at their start
    handshake_reply: str = "text"  # or "json": the manual says "a string"

    @property
    def host(self) -> str:
        """The domain as it stands in room ids, which are compared in lower case."""
        return self.domain.lower()


def check(options: XroomOptions, alias: str) -> None:
    """Refuse values that cannot work, by name."""
    faults = {
        "domain": not (DOMAIN.fullmatch(options.host) or is_loopback(options.host)),
        "url": not _may_be_called(options.url),
        "room_url": bool(options.room_url) and not _may_be_called(options.room_url),
        "time_format": options.time_format not in {"auto", "ms", "iso"},
        "handshake_reply": options.handshake_reply not in {"text", "json"},
        "booking_grace_minutes": not 0 <= options.booking_grace_minutes <= 60,
    }
    if wrong := [name for name, is_wrong in faults.items() if is_wrong]:
        raise ProviderMisconfigured(f"Provider “{alias}” cannot work with: {', '.join(wrong)}.")


def is_loopback(host: str) -> bool:
    """Whether a host, with or without a port, is this machine."""
    name, _, port = host.partition(":")
    if port and not port.isdigit():
        return False
    return name == "localhost" or (name.startswith("127.") and name.replace(".", "").isdigit())


def _may_be_called(url: str) -> bool:
    """Their own hosts with TLS, and doubles on this machine."""
    parts = urlsplit(url)
    if is_loopback(parts.netloc):
        return True
    return parts.scheme == "https" and VENDOR.fullmatch(parts.netloc) is not None
