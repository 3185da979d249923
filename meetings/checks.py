"""System checks: what an operator should know before the first meeting."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from meetings.providers import get_provider, operators_aliases


@register
def providers_load(**_: Any) -> list[CheckMessage]:
    """Each alias of the environment can be built; the admin names the trouble of its own."""
    found: list[CheckMessage] = []
    for alias in operators_aliases():
        try:
            get_provider(alias)
        except ImproperlyConfigured as error:
            found.append(Error(str(error), hint="See docs/providers.md.", id="meetings.E001"))
    return found


@register
def built_in_room_is_small(**_: Any) -> list[CheckMessage]:
    """Everybody in the built-in room sends to everybody else, so it cannot be large."""
    if 2 <= settings.BUILTIN_ROOM_MAX_PEERS <= 8:
        return []
    return [
        Error(
            f"BUILTIN_ROOM_MAX_PEERS is {settings.BUILTIN_ROOM_MAX_PEERS}; it must be 2 to 8.",
            hint="Larger meetings need another provider: see docs/providers.md.",
            id="meetings.E002",
        )
    ]


@register(deploy=True)
def built_in_room_has_one_process(**_: Any) -> list[CheckMessage]:
    """Without Redis, messages between people stay within one process, which is enough for most."""
    if settings.DEBUG or settings.REDIS_URL:
        return []
    return [
        checks.Info(
            "REDIS_URL is empty, so only one server process may serve the built-in room.",
            hint="Set REDIS_URL before you start a second one.",
            id="meetings.I001",
        )
    ]
