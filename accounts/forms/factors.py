"""Codes and passkeys: django-allauth's forms in our words, and stricter where they are lax."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.sealing import SecretUnreadable

from .fields import OwnWords

# What a browser sends is anybody's: the library trips over parts that are missing or misshapen.
MISSHAPEN = (AttributeError, IndexError, KeyError, TypeError, ValueError)
LONGEST_NAME = 100


def spend(user: User, code: str) -> None:
    """Refuse a code of an app that was used before.

    django-allauth forgets used codes after one period, but clocks that may be off make them valid
    for longer.
    """
    periods = 2 * app_settings.TOTP_TOLERANCE + 1
    key = f"second-factor:{user.pk}:{normalize_user_code(code)}"
    if not cache.add(key, True, timeout=periods * app_settings.TOTP_PERIOD):
        raise get_adapter().validation_error("incorrect_code")


@contextmanager
def code_errors() -> Iterator[None]:
    """A wrong code, too many of them, and a secret that no key opens, in our words."""
    try:
        yield
    except SecretUnreadable as error:
        raise forms.ValidationError(
            _("Your codes cannot be checked at the moment. Tell whoever runs this site."),
            code="unreadable",
        ) from error
    except forms.ValidationError as error:
        if getattr(error, "code", "") != "too_many_login_attempts":
            raise
        raise forms.ValidationError(
            _("Too many wrong codes. Try again in five minutes."), code=error.code
        ) from error


class CodeField(OwnWords):
    """One field for six digits of the app, or eight of a recovery code."""

    labels: ClassVar[dict[str, Any]] = {"code": _("Code")}
    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attributes = self.fields["code"].widget.attrs
        attributes.update(inputmode="numeric", autofocus=True, maxlength=20)

    def clean_code(self) -> str:
        with code_errors():
            code: str = super().clean_code()  # type: ignore[misc]
            spend(self.user, code)
        return code


class ActivateForm(CodeField, totp.ActivateTOTPForm):
    labels: ClassVar[dict[str, Any]] = {"code": _("Code that the app shows")}


class CodeForm(CodeField, base.AuthenticateForm):
    pass


class CodeAgainForm(CodeField, base.ReauthenticateForm):
    pass


class NameField:
    """The name of a passkey, short enough to be shown."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.fields["name"].required  # a new passkey without a name is given one
        self.fields["name"] = forms.CharField(
            label=_("Name of the passkey"), max_length=LONGEST_NAME, required=asked
        )
        self.fields["name"].widget.attrs["autocomplete"] = "off"


class AddPasskeyForm(NameField, webauthn.AddWebAuthnForm):
    """A new passkey, which may be all that is asked for at sign-in."""

    field_order = ("name", "passwordless", "credential")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"] = forms.BooleanField(
            label=_("Enough to sign in, without my password"),
            help_text=_("The device then asks for your finger, your face or its PIN."),
            required=False,
            initial=True,
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        try:
            values: dict[str, Any] = super().clean()
        except MISSHAPEN as error:
            raise _refusal() from error
        return values


class RenamePasskeyForm(NameField, webauthn.EditWebAuthnForm):
    pass


class Ceremony:
    """What a passkey answered; anything else is a wrong answer, not our failure."""

    def clean_credential(self) -> Authenticator:
        try:
            with code_errors():
                found: Authenticator = super().clean_credential()  # type: ignore[misc]
        except MISSHAPEN as error:
            raise _refusal() from error
        return found


class PasskeyForm(Ceremony, webauthn.AuthenticateWebAuthnForm):
    pass


class PasskeySignInForm(Ceremony, webauthn.LoginWebAuthnForm):
    pass


class PasskeyAgainForm(Ceremony, webauthn.ReauthenticateWebAuthnForm):
    pass


def _refusal() -> forms.ValidationError:
    return get_adapter().validation_error("incorrect_code")
