"""What an account is configured with: read from plain values, refused by name."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Self

from .errors import ProviderMisconfigured


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What an account of the provider is configured with; each adapter adds its own fields."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must never be shown: the fields left out of `repr`."""
        hidden = (each.name for each in fields(self) if not each.repr)
        return tuple(value for name in hidden if (value := str(getattr(self, name))))

    @classmethod
    def read(cls, given: Mapping[str, Any], *, alias: str) -> Self:
        """The options from plain values; missing and unknown ones are refused by name."""
        known = {each.name: each for each in fields(cls)}
        if unknown := sorted(set(given) - set(known)):
            raise ProviderMisconfigured(f"Provider “{alias}” does not know: {', '.join(unknown)}.")
        required = {name for name, each in known.items() if _has_no_default(each)}
        if missing := sorted(name for name in required if not given.get(name)):
            raise ProviderMisconfigured(f"Provider “{alias}” needs: {', '.join(missing)}.")
        return cls(**{name: _typed(known[name], value, alias) for name, value in given.items()})


def _has_no_default(option: Any) -> bool:
    return option.default is MISSING and option.default_factory is MISSING


KINDS: Mapping[str, type] = {"bool": bool, "int": int, "float": float, "str": str}
YES, NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


def kind_of(option: Any) -> type | None:
    """Whether an option is text, a number, or yes or no; None when it is anything else."""
    name = option.type if isinstance(option.type, str) else getattr(option.type, "__name__", "")
    return KINDS.get(name)


def _typed(option: Any, value: Any, alias: str) -> Any:
    """A value as the field's own type, be it text from the environment or typed into a form."""
    try:
        return _as_kind(kind_of(option), value)
    except (TypeError, ValueError):
        shown = str(value)[:40] if option.repr else "…"
        message = f"Provider “{alias}”: “{option.name}” cannot be “{shown}”."
        raise ProviderMisconfigured(message) from None  # the cause would show a secret


def _as_kind(kind: type | None, value: Any) -> Any:
    if kind is None or type(value) is kind:
        return value
    if isinstance(value, str):
        return _yes_or_no(value) if kind is bool else kind(value)
    if kind is float and type(value) is int:
        return float(value)
    raise TypeError


def _yes_or_no(value: str) -> bool:
    word = value.strip().lower()
    if word not in YES | NO:
        raise ValueError
    return word in YES
