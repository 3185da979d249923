"""What an account at VideoSDK is configured with."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

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

    api_key: str
    secret: str = field(repr=False)
    url: str = "https://api.videosdk.live"
    embed_url: str = "https://embed.videosdk.live/rtc-js-prebuilt/0.3.44/"
    # Begins the names of our rooms, so that several sites can share an account.
    room_prefix: str = "parley"
    geo_fence: str = ""  # us001, eu001, in001, …; empty: the key's own region
    webhook_key: str = ""  # the vendor's public key (PEM), pinned; empty: asked for and kept a day
    most_people: int = 50  # in one room, as the vendor's guide says; 0: no limit that we know
    token_minutes: int = 30  # how long a person's token lives at least
    join_screen: bool = True  # the vendor's own look at camera and microphone before joining
    return_url: str = ""  # where the vendor's page goes, inside its frame, when somebody leaves
    # A token without roles also commands the whole account. Only for finding a fault.
    rtc_only: bool = True
    # A token outlives its meeting; in a deactivated room it is worthless.
    deactivate_ended: bool = True

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
