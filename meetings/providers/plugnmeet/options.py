"""What an account at a plugNmeet server is configured with."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..errors import ProviderMisconfigured
from ..http import HttpOptions

# Their column holds 64 characters: our key takes 32, a breakout room's “-16” three.
PREFIX = re.compile(r"(?!user_)(?!.*-FIELD_)[a-zA-Z0-9_-]{0,24}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugnmeetOptions(HttpOptions):
    """The server and its one key; then what its rooms offer (host_recording and below)."""

    api_key: str
    api_secret: str = field(repr=False)
    client_url: str = ""  # where people go, when the client's files are hosted apart
    room_prefix: str = ""  # of our room ids, where other applications use the server too
    design: str = ""  # the manual's “custom_design”, as JSON
    empty_minutes: int = 30  # a room that nobody enters is closed after these
    ends_on_time: bool = False  # the server itself closes the room when the reservation ends
    host_recording: bool = True
    analytics: bool = True
    breakout_rooms: bool = True
    whiteboard: bool = True
    shared_notepad: bool = True
    polls: bool = True
    media_player: bool = True
    external_links: bool = True
    ingress: bool = True  # streams from the outside, by a host
    broadcasting: bool = False  # RTMP, to the outside
    insights: bool = False  # transcription, translation and other AI
    dial_in: bool = False
    encryption: bool = False  # end to end; excludes dial-in and ingress

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
