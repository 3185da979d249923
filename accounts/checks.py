"""System checks about people."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from accounts.policy import Policy
from accounts.second_factor import Demand


@register
def sign_up_policy_makes_sense(**_: Any) -> list[CheckMessage]:
    known = ", ".join(Policy)
    if settings.SIGNUP not in set(Policy):
        message = f"SIGNUP is “{settings.SIGNUP}”, which is not a way to sign up."
        return [Error(message, hint=f"Set it to one of: {known}.", id="accounts.E001")]
    if settings.SIGNUP == Policy.DOMAIN and not settings.SIGNUP_DOMAINS:
        message = "SIGNUP is “domain”, but SIGNUP_DOMAINS is empty: nobody could sign up."
        return [Error(message, hint="Set SIGNUP_DOMAINS=example.org,…", id="accounts.E002")]
    return []


@register
def sign_in_is_possible_and_as_safe_as_said(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.SECOND_FACTOR not in set(Demand):
        message = f"SECOND_FACTOR is “{settings.SECOND_FACTOR}”, which demands it of nobody known."
        hint = f"Set it to one of: {', '.join(Demand)}."
        found.append(Error(message, hint=hint, id="accounts.E003"))
    if not settings.LOCAL_SIGN_IN and settings.OIDC is None:
        message = "LOCAL_SIGN_IN is off and there is no OpenID provider: nobody could sign in."
        hint = "Set OIDC_URL, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or LOCAL_SIGN_IN=true."
        found.append(Error(message, hint=hint, id="accounts.E004"))
    return found
