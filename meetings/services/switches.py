"""Switching a provider off for a while: no new session begins there, what runs goes on."""

from accounts import audit
from accounts.models import User
from meetings.models import ProviderSwitch

from .transactions import saving


def off_aliases() -> frozenset[str]:
    """The aliases where nothing may begin."""
    return frozenset(ProviderSwitch.objects.values_list("alias", flat=True))


def is_off(alias: str) -> bool:
    return ProviderSwitch.objects.filter(alias=alias).exists()


@saving
def switch_off(alias: str, *, by: User) -> ProviderSwitch:
    """Let nothing begin there. Twice is fine: who did it first, and when, is kept."""
    switch, is_new = ProviderSwitch.objects.get_or_create(alias=alias, defaults={"off_by": by})
    if is_new:
        audit.record(audit.Action.SWITCHED_OFF, switch, user=by, values={"alias": alias})
    return switch


@saving
def switch_on(alias: str) -> None:
    """Let sessions begin there again. Twice is fine."""
    switch = ProviderSwitch.objects.filter(alias=alias).first()
    if switch:
        audit.record(audit.Action.SWITCHED_ON, switch, values={"alias": alias})
        switch.delete()
