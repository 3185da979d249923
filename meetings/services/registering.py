"""Telling accounts our address for events, where that is done by a call."""

import logging

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.translation import gettext_noop

from meetings.models import ProviderHook, Room, RoomSession
from meetings.providers import AnyProvider, aliases
from meetings.providers.errors import ProviderError

from .deliveries import hooks
from .deliveries.waiting import one_by_one
from .rooms import provider_of

# Translated where it is shown
NO_HANDSHAKE = gettext_noop(
    "the handshake with us failed. Is our address reached from there, and is the key for the "
    "handshake the right one?"
)

log = logging.getLogger(__name__)


def register_due() -> None:
    """Tell the accounts in use our address, those that have not been told or that did not take it.

    They call the address while we tell them, so this is no work for a page: it would have to answer
    itself.
    """
    one_by_one(_register_if_due, aliases())


def look_again() -> None:
    """Have every account asked again whether it still has our address."""
    for hook in ProviderHook.objects.filter(next_try_at=None):
        hook.owe()


def _register_if_due(alias: str) -> None:
    hook = ProviderHook.objects.filter(alias=alias).first()
    if (hook is None or hook.is_due) and (provider := _to_be_told(alias)):
        _register(hook or _new(alias), provider)


def _to_be_told(alias: str) -> AnyProvider | None:
    """The account, if it is told addresses and somebody uses it."""
    provider = provider_of(alias)
    if provider is None or not provider.features.registers_webhook:
        return None
    is_used = Room.objects.filter(provider_alias=alias).exists()
    return provider if is_used or RoomSession.objects.filter(alias=alias).exists() else None


def _new(alias: str) -> ProviderHook:
    return ProviderHook.objects.get_or_create(alias=alias)[0]


def _register(hook: ProviderHook, provider: AnyProvider) -> None:
    if not hook.take():
        return
    try:
        told = provider.ensure_webhook(hooks.address_of(hook.alias))
    except (ProviderError, ImproperlyConfigured) as error:
        log.warning("“%s” was not told our address for events: %s", hook.alias, error)
        hook.postpone(str(error), validated=False)
        return
    ProviderHook.objects.filter(pk=hook.pk).update(
        webhook_id=told.webhook_id, validated=bool(told.validated), ensured_at=timezone.now()
    )
    if told.validated:
        hook.settle()
    else:
        log.warning("The handshake of “%s” with our address for events failed.", hook.alias)
        hook.postpone(NO_HANDSHAKE)
