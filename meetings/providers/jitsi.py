"""Jitsi Meet: a room is an address, and it is there as long as somebody is in it.

There are two kinds of servers: those without accounts, where whoever comes first is the host, and
those that share a secret with us and believe our tokens. What the manual and the server's code
leave open is listed in docs/providers/jitsi.md, to be confirmed with a real server.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import jwt
from django.utils.translation import gettext_noop as _

from .base import Attendee, Check, Features, JoinTicket, RoomKind, RoomRef, RoomSpec
from .errors import ProviderError, ProviderMisconfigured, ProviderRefused, UnexpectedReply
from .http import Call, HttpOptions, HttpProvider, origin_of

SLACK = timedelta(minutes=1)  # what their clock may be off before they refuse our tokens
SHORTEST_SECRET = 32  # bytes: as long as the digest that is made with it


@dataclass(frozen=True, slots=True, kw_only=True)
class JitsiOptions(HttpOptions):
    """The server, and what it shares with us if it believes tokens."""

    app_id: str = field(
        default="",
        metadata={
            "label": _("App id"),
            "help": _("With the secret: the server then knows hosts from participants."),
        },
    )
    app_secret: str = field(default="", repr=False, metadata={"label": _("App secret")})
    audience: str = field(
        default="",
        metadata={"label": _("Audience of the tokens"), "help": _("Empty: the app id.")},
    )
    subject: str = field(
        default="",
        metadata={
            "label": _("Tenant of the tokens"),
            "help": _("Or “*” for all. Empty: the server's host."),
        },
    )
    room_prefix: str = field(
        default="parley", metadata={"label": _("What the rooms' names begin with")}
    )
    join_screen: bool = field(
        default=True, metadata={"label": _("A look at camera and microphone before joining")}
    )

    @property
    def has_tokens(self) -> bool:
        return bool(self.app_id)

    @property
    def mistakes(self) -> dict[str, bool]:
        """What cannot work, by the option's name."""
        return {
            "app_id": bool(self.app_secret) and not self.app_id,
            "app_secret": bool(self.app_id) and not self.app_secret,
            "room_prefix": not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", self.room_prefix),
            "url": bool(urlsplit(self.url).query or urlsplit(self.url).fragment),
        }


class Provider(HttpProvider[JitsiOptions]):
    slug = "jitsi"
    label = "Jitsi Meet"
    features = Features()  # it has no calls for servers: people go there, and we hear nothing
    options_class = JitsiOptions

    def __init__(self, alias: str, options: JitsiOptions, *, trusted: bool = True) -> None:
        super().__init__(alias, options, trusted=trusted)
        if wrong := [name for name, is_wrong in options.mistakes.items() if is_wrong]:
            raise ProviderMisconfigured(f"Provider “{alias}” cannot work with: {', '.join(wrong)}.")

    @property
    def destinations(self) -> tuple[str, ...]:
        return (origin_of(self.options.url),)

    # Rooms

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        """The room's name. The server is asked for a sign of life, so that another can step in."""
        self.hello()
        return RoomRef(room_id=self.room_name(spec.key), differences=differences(spec))

    def room_name(self, key: str) -> str:
        """Unguessable as our key is, and small: the server makes capital letters small."""
        plain = key if re.fullmatch(r"[a-z0-9-]{1,64}", key) else digest(key)
        return f"{self.options.room_prefix}-{plain}"

    # The way in

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        """The room's address with the person's name and, where the server has them, a token."""
        address = f"{self.options.url.rstrip('/')}/{quote(ref.room_id, safe='')}"
        if self.options.has_tokens:
            address += "?" + urlencode({"jwt": self.token(ref.room_id, attendee, until)})
        return JoinTicket(url=f"{address}#{self.fragment(attendee)}")

    def fragment(self, attendee: Attendee) -> str:
        """What their page is told, and no server hears."""
        told: dict[str, Any] = {"userInfo.displayName": attendee.name}
        if not self.options.join_screen:
            told["config.prejoinConfig.enabled"] = False
        return "&".join(f"{name}={as_parameter(value)}" for name, value in told.items())

    def token(self, room: str, attendee: Attendee, until: datetime) -> str:
        """One person's token for one room; its rights count where the server reads them."""
        return sign(self.claims(room, attendee, until), self.options.app_secret)

    def claims(self, room: str, attendee: Attendee, until: datetime) -> dict[str, Any]:
        hosts = attendee.role.hosts
        user = {
            "id": attendee.key,
            "name": attendee.name,
            "affiliation": "owner" if hosts else "member",
            # Text, as hosted Jitsi writes it: one of the server's modules fails on anything else.
            "moderator": "true" if hosts else "false",
        }
        return {
            "iss": self.options.app_id,
            "aud": self.options.audience or self.options.app_id,
            "sub": self.options.subject or urlsplit(self.options.url).hostname,
            "room": room,
            "nbf": int((datetime.now(UTC) - SLACK).timestamp()),
            "exp": int(until.timestamp()),
            "moderator": hosts,  # where an older plug-in looks for it
            "context": {"user": user},
        }

    # The account

    def auth_headers(self, body: bytes) -> dict[str, str]:
        """Nothing: what we ask of it, everybody may."""
        return {}

    def hello(self) -> str:
        """The settings that its page begins with: proof that it is there, and that it is Jitsi."""
        answer = self._ask(Call("GET", "/config.js", repeatable=True))
        if not answer.ok:
            raise self.refusal(answer)
        if not re.search(r"\bvar config\b", answer.text):
            raise UnexpectedReply("somebody else answers there.", provider=self.label)
        return ""

    def ping(self) -> list[Check]:
        """What can be tried without effect. Whether it takes our tokens, only a person can try."""
        tries = {"Server": self.hello, "Clock": self._clock, "Way in": self._way_in}
        tries |= {"Hosts": self._hosts}
        return [tried(name, attempt) for name, attempt in tries.items()]

    def _clock(self) -> str:
        if self.clock_skew is None:
            return "It does not say what time it has."
        if self.options.has_tokens and abs(self.clock_skew) > SLACK:
            seconds = round(self.clock_skew.total_seconds())
            raise ProviderRefused(f"its clock is {seconds} s off ours.", provider=self.label)
        return ""

    def _way_in(self) -> str:
        """Browsers give camera and microphone to nothing less."""
        parts = urlsplit(self.options.url)
        if parts.scheme == "https" or parts.hostname in {"localhost", "127.0.0.1"}:
            return ""
        raise ProviderRefused("is not reached by https.", provider=self.label)

    def _hosts(self) -> str:
        if not self.options.has_tokens:
            return "Without “app_id” and “app_secret”, whoever comes first is the host there."
        if len(self.options.app_secret.encode()) < SHORTEST_SECRET:
            text = f"the app_secret has fewer than {SHORTEST_SECRET} characters."
            raise ProviderRefused(text, provider=self.label)
        return "A token can be made. Whether the server takes it, the first host will see."


def sign(claims: dict[str, Any], secret: str) -> str:
    """The token for these claims. The secret's text is the key: it is not decoded."""
    return jwt.encode(claims, secret, algorithm="HS256")


def as_parameter(value: object) -> str:
    """A value as their page reads it: JSON, percent-encoded.

    Before it reads the JSON it makes curly quotes straight and turns `\\&` into `&`, so that a name
    with either would be lost: both are written as JSON's escapes.
    """
    return quote(json.dumps(value, ensure_ascii=True).replace("&", r"\u0026"), safe="")


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def differences(spec: RoomSpec) -> tuple[str, ...]:
    """What was asked and is not so, in the features' words."""
    otherwise = {
        "chat_switch": not spec.chat,
        "sharing_switch": not spec.participants_share,
        "webinars": spec.kind is RoomKind.WEBINAR,
        "passcode": bool(spec.passcode),
        "recording": spec.record,
    }
    return tuple(feature for feature, is_so in otherwise.items() if is_so)


def tried(name: str, attempt: Callable[[], str]) -> Check:
    try:
        return Check(name=name, passed=True, message=attempt())
    except ProviderError as error:
        return Check(name=name, passed=False, message=str(error))
