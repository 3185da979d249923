"""Providers by alias: which are configured, and how to get one.

The module path is the registry: a backend is `"xroom"` (a module here) or a dotted path to
anybody's class. Rooms store the alias, never the class. Accounts come from the environment and
from the sources that others add: an account of the environment wins over one of the same alias.
"""

import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from .base import MeetingProvider
from .errors import ProviderMisconfigured

AnyProvider = MeetingProvider[Any]

BUILTIN = "builtin"


class Origin(StrEnum):
    """Where an account was configured."""

    ENVIRONMENT = "environment"
    ADMIN = "admin"
    ALWAYS = "always"  # the built-in room, where the environment names no account


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One configured account, as plain values."""

    alias: str
    backend: str
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    origin: Origin = Origin.ENVIRONMENT
    trusted: bool = True  # may call private addresses
    trouble: str = ""  # why its options cannot even be read


Source = Callable[[], Iterable[Account]]

_sources: list[Source] = []
_made: dict[str, tuple[Account, AnyProvider]] = {}


def add_source(source: Source) -> None:
    """More accounts, after those of the environment. It is asked often and must be quick."""
    if source not in _sources:
        _sources.append(source)


def accounts() -> dict[str, Account]:
    """The accounts that count, by alias, the default one first."""
    found = _from_environment()
    for source in _sources:
        for account in source():
            found.setdefault(account.alias, account)
    return found


def aliases() -> tuple[str, ...]:
    """The configured aliases, the default one first."""
    return tuple(accounts())


def operators_aliases() -> tuple[str, ...]:
    """Those of the environment only, or else the built-in room: known without a database."""
    return tuple(_from_environment())


def default_alias() -> str:
    """Never an account that was typed in: adding one moves no new room of a running site."""
    return operators_aliases()[0]


def get_provider(alias: str) -> AnyProvider:
    """The configured account; `ProviderMisconfigured` when there is none of that name."""
    account = _from_environment().get(alias) or accounts().get(alias)
    if account is None:
        raise ProviderMisconfigured(f"There is no provider “{alias}”.")
    made = _made.get(alias)
    if made and made[0] == account:
        return made[1]
    provider = made_from(account)
    _made[alias] = (account, provider)
    return provider


def made_from(account: Account) -> AnyProvider:
    """A provider of its own for these values, remembered by nobody."""
    if account.trouble:
        raise ProviderMisconfigured(f"Provider “{account.alias}”: {account.trouble}")
    return build(account.alias, account.backend, account.options, trusted=account.trusted)


def build(
    alias: str, backend: str, options: Mapping[str, Any], *, trusted: bool = True
) -> AnyProvider:
    """An account from plain values. One that is not trusted may not call private addresses."""
    provider_class = class_of(backend, alias=alias)
    try:
        read = provider_class.options_class.read(options, alias=alias)
        return provider_class(alias, read, trusted=trusted)
    except ProviderMisconfigured:
        raise
    except Exception as error:  # noqa: BLE001  (anybody's class: it must not take others along)
        message = f"Provider “{alias}” cannot be made: {type(error).__name__}."
        raise ProviderMisconfigured(message) from None  # its words may hold a secret


def class_of(backend: str, *, alias: str) -> type[AnyProvider]:
    """The class behind a backend's name."""
    path = backend if "." in backend else f"{__name__}.{backend}.Provider"
    try:
        found = import_string(path)
    except Exception as error:  # anybody's module may fail in any way while it is imported
        raise ProviderMisconfigured(f"Provider “{alias}”: there is no “{backend}”.") from error
    if not (isinstance(found, type) and issubclass(found, MeetingProvider)):
        raise ProviderMisconfigured(f"Provider “{alias}”: “{backend}” is no provider.")
    return found


@cache
def shipped() -> dict[str, type[AnyProvider]]:
    """The providers in this package, by the name of their module."""
    modules = {each.name: import_module(f"{__name__}.{each.name}") for each in _modules()}
    found = {name: getattr(module, "Provider", None) for name, module in modules.items()}
    return {name: each for name, each in found.items() if each is not None}


def _modules() -> Iterable[pkgutil.ModuleInfo]:
    return pkgutil.iter_modules(__path__)


def _from_environment() -> dict[str, Account]:
    named = settings.MEETING_PROVIDERS
    if not named:
        return {BUILTIN: Account(alias=BUILTIN, backend=BUILTIN, origin=Origin.ALWAYS)}
    return {
        alias: Account(alias=alias, backend=each["BACKEND"], options=each.get("OPTIONS", {}))
        for alias, each in named.items()
    }


def _forget(*, setting: str, **_: object) -> None:
    if setting == "MEETING_PROVIDERS":
        _made.clear()


setting_changed.connect(_forget)
