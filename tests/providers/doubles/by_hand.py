"""A double for somebody who tries Parley out: `manage.py provider_double`."""

import json
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from .base import Double

ALIAS = "double"  # what the account is called in the lines to paste


class Misused(Exception):
    """There is no such double, or no such switch. The message says which there are."""


def names() -> list[str]:
    """The providers that have a double."""
    package = import_module(__package__ or "")
    return sorted(found.name for found in iter_modules(package.__path__) if found.ispkg)


def class_of(name: str) -> type[Double]:
    if name not in names():
        raise Misused(f"There is no double of “{name}”: choose {', '.join(names())}.")
    double: type[Double] = import_module(f"{__package__}.{name}").Double
    return double


def make(name: str, port: int, switches: list[str]) -> Double:
    """A double that listens at the port; it serves once it is told to."""
    double_class = class_of(name)
    given = dict(switch_of(each, double_class) for each in switches)
    return double_class(port=port, **{**double_class.by_hand, **given})


def switch_of(text: str, double_class: type[Double]) -> tuple[str, Any]:
    """`name=value` as name and value, of the kind that the switch has."""
    name, separator, value = text.partition("=")
    if name not in double_class.switches:
        raise Misused(f"There is no switch “{name}”: --list-switches shows those of this double.")
    if not separator:
        raise Misused(f"“{name}” needs a value: --switch {name}=value.")
    return name, value_of(value)


def value_of(text: str) -> Any:
    """Yes and no, numbers and JSON as such; everything else is text."""
    words = {"yes": True, "no": False, "none": None}
    if text.lower() in words:
        return words[text.lower()]
    try:
        return json.loads(text)
    except ValueError:
        return text


def switch_lines(name: str) -> list[str]:
    """The switches of a double, with what they are unless told otherwise."""
    double_class = class_of(name)
    usual = {**double_class.switches, **double_class.by_hand}
    return [f"{switch}={shown(value)}" for switch, value in usual.items()]


def shown(value: Any) -> str:
    """A value as `--switch` takes it."""
    if isinstance(value, str):
        return value
    words = {"true": "yes", "false": "no", "null": "none"}
    text = json.dumps(value)
    return words.get(text, text)


def welcome(name: str, double: Double, labels: dict[str, str]) -> list[str]:
    """What to tell Parley, so that it uses this double; `labels` are the admin's for options."""
    account = double.account()
    prefix = f"MEETING_{ALIAS.upper()}_"
    return [
        f"{double.label}, a double: {double.url}/double/ shows what is asked of it.",
        "",
        "In Parley's environment (or .env):",
        f"  MEETING_PROVIDERS={ALIAS}={name},builtin=builtin",
        *(f"  {prefix}{option.upper()}={value}" for option, value in account.items()),
        "",
        f"Or in the admin: Provider accounts, Add, {double.label}, then what follows (some of it",
        "is under “More”). As the double is on this machine, Parley needs",
        "ALLOW_PRIVATE_PROVIDERS=true in its environment for that.",
        f"  Alias: {ALIAS}",
        *(f"  {labels[option]}: {value}" for option, value in account.items()),
        "",
        "To try another double beside this one, give each an alias of its own, here and there,",
        f"in place of “{ALIAS}”, and name all of them in one MEETING_PROVIDERS.",
        "",
        "Ctrl-C ends it, and everything it knows is forgotten.",
        "",
    ]
