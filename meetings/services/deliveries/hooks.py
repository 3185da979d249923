"""Our addresses for what providers tell, and what their tokens stand for.

A token is signed, not kept: it is checked without a query, holds for ever (some providers keep a
room's address for good), and survives a change of SECRET_KEY by SECRET_KEY_FALLBACKS.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from meetings.models import RoomSession
from meetings.providers import AnyProvider
from meetings.services.rooms import provider_of

ACCOUNT = "account"  # instead of a session's key: the address is for every room of the alias


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Who tells, and of which session by the address; of any, where the key is empty."""

    provider: AnyProvider
    session_key: str = ""

    @property
    def alias(self) -> str:
        return self.provider.alias


def address_for(session: RoomSession) -> str:
    """Where a session's provider tells what happens in its room. It carries a token."""
    return _address(session.alias, session.key)


def address_of(alias: str) -> str:
    """Where an account's provider tells what happens in all its rooms. It carries a token."""
    return _address(alias, ACCOUNT)


def hook_for(alias: str, token: str) -> Hook | None:
    """What an address stands for; None when it is not one of ours, or nobody tells anything."""
    try:
        named = _signer(alias).unsign(token)
    except BadSignature:
        return None
    provider = provider_of(alias)
    if provider is None or not provider.features.webhooks:
        return None
    return Hook(provider=provider, session_key="" if named == ACCOUNT else named)


def _address(alias: str, named: str) -> str:
    token = _signer(alias).sign(named)
    return f"{settings.SITE_URL}{reverse('hook', args=[alias, token])}"


def _signer(alias: str) -> Signer:
    return Signer(sep=".", salt=f"meetings.hooks.{alias}")
