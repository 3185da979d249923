"""What an account at VideoSDK is configured with."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop as _

from ..http import HttpOptions

# What the vendor's page accepts as the address for people who leave. It throws on any other and the
# room dies; its own expression backtracks for ever on some, so ours is bounded.
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = rf"(?:(?:{LABEL}\.)+[a-z]{{2,63}}|\d{{1,3}}(?:\.\d{{1,3}}){{3}})"
LEAVING = re.compile(
    rf"https?://{HOST}(?::\d{{1,5}})?(?:/[-a-z0-9%_.~+/]*)?(?:\?[;&a-z0-9%_.~+=-]*)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VideosdkOptions(HttpOptions):
    """Key and secret come in pairs from the dashboard; the rest may stay as it is."""

    api_key: str = field(metadata={"label": _("API key")})
    secret: str = field(repr=False, metadata={"label": _("Secret")})
    url: str = field(default="https://api.videosdk.live", metadata={"label": _("Server's address")})
    embed_url: str = field(
        default="https://embed.videosdk.live/rtc-js-prebuilt/0.3.44/",
        metadata={"label": _("Address of the vendor's room page")},
    )
    room_prefix: str = field(
        default="parley",
        metadata={
            "label": _("Beginning of our room names"),
            "help": _("Another one for each site that shares the account."),
        },
    )
    geo_fence: str = field(
        default="",
        metadata={
            "label": _("Region"),
            "help": _("us001, eu001, in001, …; empty: the key's own."),
        },
    )
    webhook_key: str = field(
        default="",
        metadata={
            "label": _("The vendor's public key (PEM)"),
            "help": _("Empty: asked for, and kept for a day."),
            "lines": True,
        },
    )
    most_people: int = field(
        default=50,
        metadata={
            "label": _("Maximum number of people in one room"),
            "help": _("As your plan says; 0: no limit that we know."),
        },
    )
    token_minutes: int = field(
        default=30, metadata={"label": _("Minutes that a person's token lives at least")}
    )
    join_screen: bool = field(
        default=True,
        metadata={"label": _("The vendor's own look at camera and microphone before joining")},
    )
    return_url: str = field(
        default="",
        metadata={
            "label": _("Address for people who leave"),
            "help": _("The vendor's page goes there, inside its frame."),
        },
    )
    rtc_only: bool = field(
        default=True,
        metadata={
            "label": _("People's tokens are good for rooms only"),
            "help": _("Others also command the whole account: only for finding a fault."),
        },
    )
    deactivate_ended: bool = field(
        default=True,
        metadata={
            "label": _("Close the room for good when its meeting has ended"),
            "help": _("A token outlives its meeting; in a closed room it is worthless."),
        },
    )

    def __post_init__(self) -> None:
        # The vendor's examples end in /v2, its own server library does not.
        object.__setattr__(self, "url", re.sub(r"/v[12]/?$", "", self.url.rstrip("/")))
        object.__setattr__(self, "webhook_key", self.webhook_key.replace("\\n", "\n").strip())

    @property
    def faults(self) -> tuple[str, ...]:
        """The options that cannot work, by name."""
        wrong = {
            "embed_url": urlsplit(self.embed_url).scheme not in {"http", "https"},
            "room_prefix": not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", self.room_prefix),
            "return_url": bool(self.return_url) and not LEAVING.fullmatch(self.return_url.lower()),
            "most_people": self.most_people < 0,
            "token_minutes": not 1 <= self.token_minutes <= 480,
        }
        return tuple(name for name, is_wrong in wrong.items() if is_wrong)
