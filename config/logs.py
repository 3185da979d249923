"""Logs that may be kept and shown: the secrets that addresses carry are left out."""

import logging
import re

_SLASH = r"(?:/|%2F)"
_BEFORE_A_SECRET = (  # regular expressions
    "j",
    "feeds",
    "account/demo",
    "account/invitation",
    "account/password/reset/key",
    "account/confirm-email",
    r"hooks/[\w-]+",
)
_PLACES = "|".join(place.replace("/", _SLASH) for place in _BEFORE_A_SECRET)
_SECRET = re.compile(
    # A path's next part after one of these places, also where the path is itself a parameter.
    rf"({_SLASH}(?:{_PLACES}){_SLASH})(?:(?!%2F)[^/?&#\s\"'])+"
    # The first-run page's code, and the link that somebody pasted.
    r"|([?&](?:code|link)=)[^&#\s\"']+",
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    return _SECRET.sub(r"\1\2…", text)


class DiscreetFormatter(logging.Formatter):
    """Message, arguments and traceback alike."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))
