"""What a token says, checked with nothing but the arithmetic of its specification."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

SETS = ({"allow_join"}, {"allow_join", "allow_mod"}, {"ask_join"})


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def claims_of(token: str, *, api_key: str, secret: str) -> dict[str, Any] | None:
    """The claims of a token of this account that is valid now."""
    try:
        header, payload, signature = token.split(".")
        right = hmac.new(secret.encode(), f"{header}.{payload}".encode(), hashlib.sha256).digest()
        claims: dict[str, Any] = json.loads(decoded(payload))
        is_signed = hmac.compare_digest(right, decoded(signature))
        algorithm = json.loads(decoded(header))["alg"]
    except (ValueError, KeyError):
        return None
    is_ours = claims.get("apikey") == api_key and claims.get("version") == 2
    in_time = claims.get("iat", 0) <= time.time() < claims.get("exp", 0)
    return claims if is_signed and algorithm == "HS256" and is_ours and in_time else None


def commands(claims: dict[str, Any] | None) -> bool:
    """Whether a token may call the server interface."""
    return claims is not None and "crawler" in claims.get("roles", ["crawler"])


def refusal(claims: dict[str, Any] | None, *, room_id: str, participant_id: str) -> str:
    """Why a token does not let this participant into this room; empty when it does."""
    if claims is None:
        return "4002 Token is invalid or expired"
    wrong = {
        "4024 Role is not allowed to join": "rtc" not in claims.get("roles", ["rtc"]),
        "4022 Token is not for this room": claims.get("roomId") != room_id,
        "4023 Token is not for this participant": claims.get("participantId") != participant_id,
        "4008 Permissions are not valid": set(claims.get("permissions", ())) not in SETS,
        "4004 Participant id is not valid": not participant_id or " " in participant_id,
    }
    return next((why for why, is_so in wrong.items() if is_so), "")
