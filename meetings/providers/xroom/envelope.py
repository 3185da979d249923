"""The envelope around every answer, `{isError, errMsg, data}`, read tolerantly."""

import json
import re
from typing import Any, Protocol

from ..errors import (
    BadCredentials,
    Conflict,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RoomNotFound,
)
from ..http import Answer

LABEL = "xroom"


class RoomLimit(ProviderRefused):
    """The domain has as many rooms as it may: its owner must raise the limit in the dashboard."""


class VersionRefused(ProviderRefused):
    """They no longer speak our version of the interface."""


# Neither codes nor a list of messages exist in any public source: these are guesses, made once,
# and nothing unsafe depends on them. The first that fits counts.
MEANINGS: tuple[tuple[str, type[ProviderError]], ...] = (
    (r"rate.?limit|too many requests", ProviderUnavailable),
    (r"too many rooms|limit", RoomLimit),
    (r"not found|no such|does(n.t| not) exist|unknown (room|booking|webhook)", RoomNotFound),
    (r"\bauth|hmac|denied|forbidden|signature|credential", BadCredentials),
    (r"\bexist|already|\bbooked|taken\b|busy", Conflict),
    (r"version", VersionRefused),
)
STATUSES: dict[int, type[ProviderError]] = {
    401: BadCredentials,
    403: BadCredentials,
    404: RoomNotFound,
    409: Conflict,
    429: ProviderUnavailable,
}
# After these, asking again in the same way is of no use.
FINAL = (BadCredentials, RoomLimit, VersionRefused, RoomNotFound)


class Call(Protocol):
    """One method of one collection, asked of the account."""

    def __call__(
        self, collection: str, method: str, data: dict[str, Any], *, repeatable: bool = False
    ) -> Any: ...


def is_envelope(answer: Answer) -> bool:
    return isinstance(answer.content, dict) and "isError" in answer.content


def is_bare(answer: Answer) -> bool:
    """An envelope without the flag: accepted with status 200, and worth a line in the log."""
    content = answer.content
    return answer.status == 200 and isinstance(content, dict) and "data" in content


def words_of(content: dict[str, Any]) -> str:
    """Their message: text, nothing, or what a validator makes (lists of objects)."""
    message = content.get("errMsg")
    if message is None or message == "":
        return "refused without a word"
    return message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)


def meaning_of(status: int, words: str) -> type[ProviderError]:
    """The error that an envelope with `isError` means, whatever its status: a 5xx as well."""
    if status in STATUSES:
        return STATUSES[status]
    fitting = (kind for text, kind in MEANINGS if re.search(text, words, re.IGNORECASE))
    return next(fitting, ProviderRefused)


def without(data: dict[str, Any], words: str) -> str:
    """Their words without what this call told them in confidence."""
    options = data.get("meetingOptions", {})
    for secret in (data.get("key"), data.get("password"), options.get("key"), data.get("url")):
        words = words.replace(secret, "…") if secret else words
    return words
