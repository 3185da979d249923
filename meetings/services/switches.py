"""Switching a provider off for a while: no new session begins there, what runs goes on."""

from accounts.models import User
from meetings.models import ProviderSwitch


def off_aliases() -> frozenset[str]:
    """The aliases where nothing may begin."""
    return frozenset(ProviderSwitch.objects.values_list("alias", flat=True))


def is_off(alias: str) -> bool:
    return ProviderSwitch.objects.filter(alias=alias).exists()


def switch_off(alias: str, *, by: User) -> ProviderSwitch:
    """Let nothing begin there. Twice is fine: who did it first, and when, is kept."""
    switch, _ = ProviderSwitch.objects.get_or_create(alias=alias, defaults={"off_by": by})
    return switch


def switch_on(alias: str) -> None:
    """Let sessions begin there again. Twice is fine."""
    ProviderSwitch.objects.filter(alias=alias).delete()
