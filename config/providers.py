"""Provider accounts from the environment; knows no adapter.

MEETING_PROVIDERS=main=plugnmeet,spare=builtin
MEETING_MAIN_URL=…  MEETING_MAIN_API_KEY=…     become the options `url`, `api_key` of "main".
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.env import SecretFiles

ENTRY = re.compile(r"([\w-]{1,50})\s*=\s*(\w[\w.]*)", re.ASCII)


def providers_from(environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Aliases in the order given, each with its backend and options."""
    env = SecretFiles(environment)
    accounts = _accounts(env.get("MEETING_PROVIDERS", ""))
    options = _options(accounts, env)
    return {
        alias: {"BACKEND": backend, "OPTIONS": options[alias]}
        for alias, backend in accounts.items()
    }


def _accounts(text: str) -> dict[str, str]:
    """The backend of each alias; an entry that makes no sense is named."""
    accounts: dict[str, str] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        matched = ENTRY.fullmatch(entry)
        if not matched:
            raise ImproperlyConfigured(
                f"MEETING_PROVIDERS makes no sense at “{entry}”: write alias=provider, several "
                "separated by commas; an alias is up to 50 of a-z, A-Z, 0-9, - and _."
            )
        if _prefix(matched[1]) in map(_prefix, accounts):
            raise ImproperlyConfigured(f"MEETING_PROVIDERS names “{matched[1]}” twice.")
        accounts[matched[1]] = matched[2]
    return accounts


def _options(aliases: Iterable[str], env: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Each variable goes to the longest alias that its name begins with."""
    options: dict[str, dict[str, str]] = {alias: {} for alias in aliases}
    longest_first = sorted(options, key=len, reverse=True)
    for name in env:
        owner = next((alias for alias in longest_first if name.startswith(_prefix(alias))), None)
        if owner and not name.endswith("_FILE"):  # `env` names what the file holds as well
            options[owner][name.removeprefix(_prefix(owner)).lower()] = env.get(name, "")
    return options


def _prefix(alias: str) -> str:
    return f"MEETING_{alias.upper().replace('-', '_')}_"
