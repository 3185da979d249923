"""What the audit log hears of how people sign in, and of what protects their accounts."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.socialaccount import signals as elsewhere
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from accounts import audit
from accounts.audit import Action
from accounts.models import User


@receiver(user_logged_in)
def signed_in(user: User, **_: Any) -> None:
    audit.record(Action.SIGNED_IN, user, user=user)


@receiver(user_logged_out)
def signed_out(user: User | None, **_: Any) -> None:
    if user:
        audit.record(Action.SIGNED_OUT, user, user=user)


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], **_: Any) -> None:
    """Whose account it was, if it is anybody's; what was typed is kept nowhere."""
    address = str(credentials.get("email") or credentials.get("username") or "")
    audit.record(Action.SIGN_IN_FAILED, User.objects.filter(email__address=address).first())


@receiver(account.user_signed_up)
def signed_up(user: User, **_: Any) -> None:
    audit.record(Action.SIGNED_UP, user, user=user)


@receiver([account.email_added, account.email_changed, account.email_removed])
def address_changed(user: User, **_: Any) -> None:
    audit.record(Action.ADDRESS_CHANGED, user)


@receiver(mfa.authenticator_added)
def factor_added(user: User, authenticator: Any, **_: Any) -> None:
    audit.record(Action.FACTOR_ADDED, user, values={"type": ["", str(authenticator.type)]})


@receiver(mfa.authenticator_removed)
def factor_removed(user: User, authenticator: Any, **_: Any) -> None:
    audit.record(Action.FACTOR_REMOVED, user, values={"type": [str(authenticator.type), ""]})


@receiver(mfa.authenticator_reset)
def codes_made_anew(user: User, authenticator: Any, **_: Any) -> None:
    kind = str(authenticator.type)
    audit.record(Action.FACTOR_ADDED, user, values={"type": [kind, kind]})


@receiver(elsewhere.social_account_added)
def linked(sociallogin: Any, **_: Any) -> None:
    audit.record(Action.LINKED, sociallogin.user)


@receiver(elsewhere.social_account_removed)
def unlinked(socialaccount: Any, **_: Any) -> None:
    audit.record(Action.UNLINKED, socialaccount.user)
