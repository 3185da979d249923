"""Providers by alias: which are configured, and how to get one.

The module path is the registry: a backend is `"xroom"` (a module here) or a dotted path to
anybody's class. Rooms store the alias, never the class.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from .base import MeetingProvider
from .errors import ProviderMisconfigured

AnyProvider = MeetingProvider[Any]

BUILTIN = "builtin"


def aliases() -> tuple[str, ...]:
    """The configured aliases, the default one first."""
    return tuple(settings.MEETING_PROVIDERS) or (BUILTIN,)


def default_alias() -> str:
    return aliases()[0]


@cache
def get_provider(alias: str) -> AnyProvider:
    """The configured account; `ProviderMisconfigured` when there is none of that name."""
    configured = settings.MEETING_PROVIDERS or {BUILTIN: {"BACKEND": BUILTIN}}
    if alias not in configured:
        raise ProviderMisconfigured(f"There is no provider “{alias}”.")
    return build(alias, configured[alias]["BACKEND"], configured[alias].get("OPTIONS", {}))


def build(
    alias: str, backend: str, options: Mapping[str, Any], *, trusted: bool = True
) -> AnyProvider:
    """An account from plain values. One that is not trusted may not call private addresses."""
    path = backend if "." in backend else f"meetings.providers.{backend}.Provider"
    try:
        provider_class: type[AnyProvider] = import_string(path)
    except ImportError as error:
        raise ProviderMisconfigured(f"Provider “{alias}”: there is no “{backend}”.") from error
    read = provider_class.options_class.read(options, alias=alias)
    return provider_class(alias, read, trusted=trusted)


def _forget(*, setting: str, **_: object) -> None:
    if setting == "MEETING_PROVIDERS":
        get_provider.cache_clear()


setting_changed.connect(_forget)
