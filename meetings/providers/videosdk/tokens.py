"""Tokens: ours for the server, and one for each person. Both are signed here; none is asked for."""

import base64
import re
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt

from ..base import Attendee, Role
from .settings import VideosdkOptions

SERVER_LIFE = 600  # seconds
RENEWED_BEFORE = 60  # seconds before it expires
CLOCK_SKEW = 30  # seconds that a token is dated back
LONGEST_LIFE = timedelta(hours=8)

# One set for each person. `ask_join` beside another is refused at the door (4008), and no set at
# all would mean every right.
HOST_RIGHTS = ("allow_join", "allow_mod")
ENTER = ("allow_join",)
KNOCK = ("ask_join",)

MARKS = {Role.HOST: "h", Role.COHOST: "c", Role.PARTICIPANT: "p"}
ROLES = {mark: role for role, mark in MARKS.items()}
PARTICIPANT_ID = re.compile(r"([hcp])[0-9a-f]{0,6}-([A-Za-z0-9_-]+)")


def sign(payload: dict[str, Any], secret: str) -> str:
    """The token for these claims. The secret's text is the key: it is not decoded."""
    return jwt.encode(payload, secret, algorithm="HS256")


def server_claims(api_key: str, *, now: int) -> dict[str, Any]:
    """Commands the account and cannot join (`crawler`). It never leaves the server."""
    return {
        "apikey": api_key,
        "permissions": list(ENTER),
        "version": 2,
        "roles": ["crawler"],
        "iat": now,
        "exp": now + SERVER_LIFE,
        "jti": str(uuid4()),
    }


def participant_claims(
    options: VideosdkOptions, room_id: str, participant_id: str, attendee: Attendee, exp: int
) -> dict[str, Any]:
    """Joins one room as one person (`rtc`), and commands nothing else."""
    claims = {
        "apikey": options.api_key,
        "permissions": list(permissions(attendee)),
        "version": 2,
        "roles": ["rtc"],
        "roomId": room_id,
        "participantId": participant_id,
        "iat": int(time.time()) - CLOCK_SKEW,
        "exp": exp,
        "jti": str(uuid4()),
    }
    if not options.rtc_only:
        del claims["roles"]
    return claims


def permissions(attendee: Attendee) -> tuple[str, ...]:
    """What the token lets them do.

    Whoever has `allow_join` also sees who knocks and may let them in. So in one meeting either all
    participants wait at VideoSDK or none does.
    """
    if attendee.role.hosts:
        return HOST_RIGHTS
    return KNOCK if attendee.waits else ENTER


def expiry(until: datetime, *, least: timedelta) -> int:
    """When a token made now expires: not before the person had time to look at their camera.

    Nothing can take a token back, so it lives for hours at most.
    """
    now = datetime.now(UTC)
    return int(min(max(until, now + least), now + LONGEST_LIFE).timestamp())


def participant_id_of(attendee: Attendee) -> str:
    """What the vendor calls the person: opaque, without spaces, and readable for us alone.

    A second connection under one id throws out the first. That is right for a participant's
    reload, and wrong for a host with two devices: theirs get six random digits.
    """
    tab = secrets.token_hex(3) if attendee.role.hosts else ""
    key = base64.urlsafe_b64encode(attendee.key.encode()).decode().rstrip("=")
    return f"{MARKS[attendee.role]}{tab}-{key}"


def person_of(participant_id: str) -> tuple[str, Role]:
    """Our key and role for a participant of theirs; a stranger keeps their id, marked as such."""
    stranger = f"stranger:{participant_id}", Role.PARTICIPANT
    match = PARTICIPANT_ID.fullmatch(participant_id)
    if match is None:
        return stranger
    try:
        key = base64.urlsafe_b64decode(match[2] + "=" * (-len(match[2]) % 4)).decode()
    except ValueError:
        return stranger
    return key, ROLES[match[1]]


class ServerToken:
    """The account's own token, kept for its ten minutes and renewed a minute early."""

    def __init__(self, options: VideosdkOptions) -> None:
        self.options = options
        self._token = ""
        self._made_at = 0

    def current(self) -> str:
        """A token that is good for the next call, also when the clock was put back."""
        now = int(time.time())
        if not self._token or not 0 <= now - self._made_at < SERVER_LIFE - RENEWED_BEFORE:
            self._token = sign(server_claims(self.options.api_key, now=now), self.options.secret)
            self._made_at = now
        return self._token

    def forget(self) -> None:
        self._token = ""
