"""Proving who we are: salted HMACs, and the answer to a webhook's handshake."""

import hashlib
import hmac
import re
import secrets

VERSION = "2"  # obligatory since version 2
# Hexadecimal only: an event's body never is, so our signature can never be used as one of theirs.
CHALLENGE = re.compile(r"[0-9A-Fa-f]{16,128}")


def sign(secret: str, text: str) -> str:
    """HMAC-SHA256 in hexadecimal. Both are taken as text, also where they look hexadecimal."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def headers(auth_id: str, api_secret: str) -> dict[str, str]:
    """Headers that prove who we are. Only the salt is signed, so it is new for every attempt."""
    salt = secrets.token_hex(32)  # the manual asks for 32 bytes or more
    return {
        "x-api-version": VERSION,
        "x-random": salt,
        "x-auth-id": auth_id,
        "x-auth-key": sign(api_secret, salt),
    }


def is_challenge(text: object) -> bool:
    return isinstance(text, str) and CHALLENGE.fullmatch(text) is not None
