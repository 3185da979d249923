"""System checks about people."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from accounts.policy import Policy


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
