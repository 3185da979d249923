"""Accounts at providers: whether each can be made; with `--providers`, whether they answer."""

from collections.abc import Iterator
from functools import partial

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from meetings.providers import AnyProvider, aliases, get_provider
from meetings.services import accounts

from .finding import Finding, Question, fine, look, wrong

PATIENCE = 30.0  # seconds: some try several things


def configured() -> Iterator[Finding]:
    for alias in aliases():
        try:
            provider = get_provider(alias)
        except ImproperlyConfigured as error:
            yield wrong(str(error), "See docs/providers.md.")
        else:
            yield fine(f"“{alias}” is {provider.label}; --providers asks whether it answers.")
    if settings.ALLOW_PRIVATE_PROVIDERS:
        yield look(
            "ALLOW_PRIVATE_PROVIDERS is on: who may edit accounts reaches into your network.",
            "Switch it off, unless a provider is inside.",
        )


def to_be_asked() -> Iterator[Question]:
    """A question for each account. Accounts are read here, as their threads have no database."""
    for alias in aliases():
        try:
            provider = get_provider(alias)
        except ImproperlyConfigured:
            continue  # told above
        patience = 0 if provider.rooms_are_sessions else PATIENCE
        yield Question(f"Provider “{alias}”", partial(answers, provider), patience=patience)


def answers(provider: AnyProvider) -> Iterator[Finding]:
    """Each capability that can be tried without effect, in the provider's words."""
    for check in provider.ping():
        said = accounts.without(provider.options.secrets, check.message)
        words = f"{check.name}: {said}" if said else check.name
        if check.passed:
            yield fine(words)
        else:
            yield wrong(words, f"Look at the options MEETING_{provider.alias.upper()}_….")


QUESTIONS = (Question("Providers", configured, ("MEETING_PROVIDERS", "ALLOW_PRIVATE_PROVIDERS")),)
