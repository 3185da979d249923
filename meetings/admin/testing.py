"""Trying a provider out, and telling what came of it."""

from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from meetings.providers import AnyProvider
from meetings.providers.base import Check
from meetings.providers.errors import ProviderError
from meetings.services import accounts


def checks_of(provider: AnyProvider) -> list[Check]:
    """What can be tried without effect, each with the provider's own words, and no secret of ours.

    A provider may be anybody's class: whatever goes wrong in it is a failed check.
    """
    return [_harmless(check, provider.options.secrets) for check in _tried(provider)]


def in_words(check: Check) -> str:
    """One line for one check."""
    outcome = _("Passed") if check.passed else _("Failed")
    told = f": {check.message}" if check.message else ""
    return f"{check.name} – {outcome}{told}"


def _tried(provider: AnyProvider) -> list[Check]:
    try:
        return provider.ping()
    except ProviderError as error:
        return [Check(name=_("Answer"), passed=False, message=str(error))]
    except Exception as error:  # noqa: BLE001  (whatever it is, the operator must read of it)
        return [Check(name=_("Answer"), passed=False, message=type(error).__name__)]


def _harmless(check: Check, secrets: Iterable[str]) -> Check:
    return replace(check, message=accounts.without(secrets, check.message))
