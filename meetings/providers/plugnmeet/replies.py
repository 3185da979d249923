"""What plugNmeet's answers mean: codes and words as our errors, its numbers and dates as ours."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..errors import (
    BadCredentials,
    Conflict,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RoomNotFound,
)


class NoSuchCall(ProviderRefused):
    """The server does not have this call: too old for it, or not plugNmeet at all."""


class NothingFound(ProviderRefused):
    """A list is empty, or the one thing asked for is gone."""


CODES: Mapping[str, type[ProviderError]] = {
    "ROOM_NOT_FOUND": RoomNotFound,
    "ROOM_NOT_ACTIVE": RoomNotFound,
    "NOT_FOUND": NothingFound,
    "CONFLICT": Conflict,
    "INVALID_API_KEY": BadCredentials,
    "INVALID_TOKEN_OR_SIGNATURE": BadCredentials,
}
# Their code does not say these: it is INTERNAL_SERVER_ERROR for them all.
WORDS: tuple[tuple[str, type[ProviderError]], ...] = (
    ("not active", RoomNotFound),
    ("room not found", RoomNotFound),
    ("need to recreate", RoomNotFound),
    ("did not find correct room info", RoomNotFound),
    ("should only contain", ProviderRefused),
    ("reserved", ProviderRefused),
)
# Servers before 2.1.7 have no codes at all.
OLDER_WORDS: tuple[tuple[str, type[ProviderError]], ...] = (
    *WORDS,
    ("acquire lock", ProviderUnavailable),
    ("it may be starting", ProviderUnavailable),
    ("api key", BadCredentials),
    ("can't verify", BadCredentials),
    ("found", NothingFound),  # “recording not found”, “no info found”
)


def meaning(code: str, words: str) -> type[ProviderError]:
    """The error that an answer with `status: false` stands for."""
    if code == "INTERNAL_SERVER_ERROR":
        return _said(words, WORDS) or ProviderUnavailable
    if code in {"", "UNKNOWN_STATUS"}:
        return _said(words, OLDER_WORDS) or ProviderRefused
    return CODES.get(code, ProviderRefused)


def _said(
    words: str, known: tuple[tuple[str, type[ProviderError]], ...]
) -> type[ProviderError] | None:
    return next((kind for part, kind in known if part in words.lower()), None)


def number(value: Any) -> int:
    """64-bit numbers come as text, and what is missing is zero."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


def moment(seconds: Any) -> datetime | None:
    """A time in Unix seconds; None when they give none."""
    try:
        return datetime.fromtimestamp(float(seconds), UTC) if float(seconds) > 0 else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def date(text: Any) -> datetime | None:
    """RFC 3339 or their database's “YYYY-MM-DD HH:MM:SS”, both UTC; their zero date is None."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    aware = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return aware if aware.year > 1970 else None


def json_text(text: Any) -> dict[str, Any]:
    """The object inside a text field of theirs; empty when it holds none."""
    try:
        found = json.loads(str(text))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def entries(value: Any) -> list[dict[str, Any]]:
    """The objects of a list of theirs; none when the list is missing."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def snake(value: Any) -> Any:
    """Names as the server writes them; its manual shows some in camelCase."""
    if isinstance(value, list):
        return [snake(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", k).lower(): snake(v) for k, v in value.items()}
