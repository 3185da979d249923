"""Signatures of a plugNmeet server, by arithmetic of its own."""

import base64
import hashlib
import hmac
import json
from typing import Any


def signature(secret: str, body: bytes) -> str:
    return hmac.digest(secret.encode(), body, "sha256").hex()


def token(secret: str, claims: dict[str, Any]) -> str:
    """A JWT, HS256, its claims in the order given."""
    head = {"alg": "HS256", "typ": "JWT"}
    parts = (json.dumps(part, separators=(",", ":")).encode() for part in (head, claims))
    signed = ".".join(_base64(part) for part in parts)
    return f"{signed}.{_base64(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def read(secret: str, given: str) -> dict[str, Any] | None:
    """The claims of a token of ours; None for anybody else's."""
    signed, _, proof = given.rpartition(".")
    if proof != _base64(hmac.digest(secret.encode(), signed.encode(), "sha256")):
        return None
    body = signed.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


def delivery_token(key: str, secret: str, body: bytes, at: int) -> str:
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return token(secret, {"iss": key, "exp": at + 300, "nbf": at, "iat": at, "sha256": digest})


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
