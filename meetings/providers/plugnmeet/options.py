"""What an account at a plugNmeet server is configured with."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop as _

from ..errors import ProviderMisconfigured
from ..http import HttpOptions

# Their column holds 64 characters: our key takes 32, a breakout room's “-16” three.
PREFIX = re.compile(r"(?!user_)(?!.*-FIELD_)[a-zA-Z0-9_-]{0,24}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugnmeetOptions(HttpOptions):
    """The server and its one key; then what its rooms offer (host_recording and below)."""

    api_key: str = field(metadata={"label": _("API key")})
    api_secret: str = field(repr=False, metadata={"label": _("API secret")})
    client_url: str = field(
        default="",
        metadata={
            "label": _("Address that people go to"),
            "help": _("Only when the client's files are hosted apart from the server."),
        },
    )
    room_prefix: str = field(
        default="",
        metadata={
            "label": _("Beginning of our room names"),
            "help": _("Where other applications use the server, too."),
        },
    )
    design: str = field(
        default="",
        metadata={
            "label": _("Design"),
            "help": _("The manual's “custom_design”, as JSON."),
            "lines": True,
        },
    )
    empty_minutes: int = field(
        default=30, metadata={"label": _("Minutes until a room that nobody enters is closed")}
    )
    ends_on_time: bool = field(
        default=False, metadata={"label": _("The server closes a room when its time is over")}
    )
    host_recording: bool = field(default=True, metadata={"label": _("Hosts may record")})
    analytics: bool = field(default=True, metadata={"label": _("Analytics")})
    breakout_rooms: bool = field(default=True, metadata={"label": _("Breakout rooms")})
    whiteboard: bool = field(default=True, metadata={"label": _("Whiteboard")})
    shared_notepad: bool = field(default=True, metadata={"label": _("Shared notepad")})
    polls: bool = field(default=True, metadata={"label": _("Polls")})
    media_player: bool = field(default=True, metadata={"label": _("Media player")})
    external_links: bool = field(default=True, metadata={"label": _("Web pages inside the room")})
    ingress: bool = field(
        default=True, metadata={"label": _("Hosts may bring in streams from outside")}
    )
    broadcasting: bool = field(
        default=False, metadata={"label": _("Broadcasting to the outside (RTMP)")}
    )
    insights: bool = field(
        default=False, metadata={"label": _("Transcription, translation and other AI")}
    )
    dial_in: bool = field(default=False, metadata={"label": _("Dial-in by telephone")})
    encryption: bool = field(
        default=False,
        metadata={
            "label": _("End-to-end encryption"),
            "help": _("Excludes dial-in and streams from outside."),
        },
    )

    @property
    def people_go_to(self) -> str:
        return (self.client_url or self.url).rstrip("/")


def check(options: PlugnmeetOptions, alias: str) -> None:
    """Refuse what the server would misunderstand, by the option's name."""
    for name, wrong in _mistakes(options).items():
        if wrong:
            raise ProviderMisconfigured(f"Provider “{alias}”: “{name}” {wrong}.")


def _mistakes(options: PlugnmeetOptions) -> dict[str, str]:
    return {
        "url": _mistake_in_url(options.url),
        "client_url": _mistake_in_url(options.client_url) if options.client_url else "",
        "room_prefix": _mistake_in_prefix(options.room_prefix),
        "design": _mistake_in_design(options.design) if options.design else "",
    }


def _mistake_in_url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        return "must begin with https://"
    # Their manual calls “…/auth” the endpoint: people paste it.
    wrong = urlsplit(url).path.rstrip("/").endswith("/auth")
    return "is the server's address, without “/auth”" if wrong else ""


def _mistake_in_prefix(prefix: str) -> str:
    fits = PREFIX.fullmatch(prefix)
    return "" if fits else "may have up to 24 letters, digits, “-” and “_”, and not begin “user_”"


def _mistake_in_design(design: str) -> str:
    try:
        return "" if isinstance(json.loads(design), dict) else "must be a JSON object"
    except ValueError:
        return "must be a JSON object"
