"""Room tokens: one person's way into one room, for a few minutes."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from meetings.providers.base import Attendee, Role

from .protocol import Code, RoomRefusal

AUDIENCE = "room"
ENTER_WITHIN = timedelta(minutes=10)  # to come in; staying and resuming need no token
CLOCKS_DIFFER = timedelta(seconds=30)
_CLAIMS = ["iss", "aud", "sub", "room", "role", "name", "nbf", "exp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What a token says: who may come into which room, as what."""

    room: str
    identity: str
    name: str
    role: Role


def mint(room: str, attendee: Attendee, *, until: datetime) -> str:
    """A token for this person and room, good until then but never for long."""
    now = timezone.now()
    claims = {
        "iss": settings.SITE_URL,
        "aud": AUDIENCE,
        "sub": attendee.key,
        "room": room,
        "role": attendee.role.value,
        "name": attendee.name,
        "iat": now,
        "nbf": now - CLOCKS_DIFFER,
        "exp": min(until, now + ENTER_WITHIN),
        "jti": secrets.token_hex(8),
    }
    return jwt.encode(claims, next(_keys()), algorithm="HS256")


def read(token: object) -> Pass:
    """The pass in a token; forged, expired and foreign ones are refused alike."""
    claims = _claims(str(token))
    try:
        role = Role(claims["role"])
    except ValueError as error:
        raise RoomRefusal(Code.BAD_TOKEN) from error
    return Pass(room=claims["room"], identity=claims["sub"], name=claims["name"], role=role)


def _claims(token: str) -> dict[str, Any]:
    for key in _keys():
        try:
            return jwt.decode(
                token,
                key,
                algorithms=["HS256"],
                audience=AUDIENCE,
                issuer=settings.SITE_URL,
                options={"require": _CLAIMS},
            )
        except jwt.InvalidTokenError:
            continue
    raise RoomRefusal(Code.BAD_TOKEN)


def _keys() -> Iterator[bytes]:
    """The signing key, then older ones: none of them is a key that anything else uses."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield salted_hmac("parley.room-token", "", secret=secret, algorithm="sha256").digest()
