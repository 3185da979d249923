"""What an xroom account is configured with."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop as _

from ..errors import ProviderMisconfigured
from ..http import HttpOptions

DOMAIN = re.compile(
    r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?"
)
VENDOR = re.compile(r"([a-z0-9-]+\.)+xroom\.app(:\d{1,5})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class XroomOptions(HttpOptions):
    """Id and secret from the dashboard's Developer page, and the domain the rooms live on."""

    auth_id: str = field(
        metadata={"label": _("Auth id"), "help": _("From the dashboard's Developer page.")}
    )
    api_secret: str = field(repr=False, metadata={"label": _("API secret")})
    domain: str = field(
        metadata={"label": _("Domain"), "help": _("That your rooms live on, without https://")}
    )
    webhook_key: str = field(
        default="",
        repr=False,
        metadata={
            "label": _("Webhook key"),
            "help": _("The domain's own; without it xroom tells us nothing."),
        },
    )
    url: str = field(default="https://api.xroom.app", metadata={"label": _("Server's address")})
    room_url: str = field(
        default="",
        metadata={
            "label": _("A region's address"),
            "help": _("For rooms only; needed where forwarding fails."),
        },
    )
    time_format: str = field(
        default="auto",
        metadata={
            "label": _("How times are written"),
            "help": _("“ms” or “iso”; “auto” finds out."),
        },
    )
    booking_grace_minutes: int = field(
        default=0,
        metadata={
            "label": _("Minutes by which reservations begin earlier"),
            "help": _("15 for an account whose reservations end at their start."),
        },
    )
    handshake_reply: str = field(
        default="text",
        metadata={
            "label": _("How the handshake is answered"),
            "help": _("“text” or “json”: the manual says only “a string”."),
        },
    )

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
