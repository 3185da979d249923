"""django-allauth's forms in our words."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.middleware import ZONE_COOKIE
from accounts.models import User
from accounts.zones import known_zone

from .fields import GuessedZoneField, NameField, OwnWords


class LoginForm(OwnWords, allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remember"].initial = True
        self.fields["login"].widget.attrs["autofocus"] = True
        # The browser offers passkeys of this site among what it fills in.
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"

    def clean(self) -> dict[str, Any] | None:
        """Who signs in elsewhere does so there; here no password is even looked at."""
        if not settings.LOCAL_SIGN_IN:
            raise ValidationError(_("Sign in with the button above."), code="elsewhere")
        return super().clean()  # type: ignore[no-any-return, no-untyped-call]


class SignupForm(OwnWords, allauth_forms.SignupForm):
    """Address, password, name, and the browser's zone as a guess."""

    name = NameField()
    time_zone = GuessedZoneField()
    field_order = ["name", "email", "password1", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = policy.invitation_of(context.request)
        if self.invitation:
            self.initial["email"] = self.invitation.email
            self.fields["email"].disabled = True

    def clean_email(self) -> str:
        if not self.invitation:
            policy.refuse_foreign_address(self.cleaned_data["email"])
        return str(super().clean_email())

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponseBase | None]:
        """Like an address that exists already, when it came to exist a moment ago."""
        try:
            with transaction.atomic():
                return super().try_save(request)  # type: ignore[no-any-return]
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)  # type: ignore[no-any-return]

    def signup(self, request: HttpRequest, user: User) -> None:
        """What django-allauth asks us to add to the new person."""
        browser = known_zone(request.COOKIES.get(ZONE_COOKIE))
        user.name = self.cleaned_data["name"]
        user.time_zone = self.cleaned_data["time_zone"] or (browser.key if browser else "UTC")
        user.language = request.LANGUAGE_CODE
        user.save(update_fields=["name", "time_zone", "language"])
        if self.invitation and self.invitation.accept():
            # Who came by the mailed link has shown that the mailbox is theirs.
            get_adapter(request).stash_verified_email(request, self.invitation.email)


class AddEmailForm(OwnWords, allauth_forms.AddEmailForm):
    labels = {"email": _("New e-mail address")}

    def clean_email(self) -> str:
        policy.refuse_foreign_address(self.cleaned_data["email"])
        return str(super().clean_email())


class ChangePasswordForm(OwnWords, allauth_forms.ChangePasswordForm):
    labels = {"password1": _("New password")}


class SetPasswordForm(OwnWords, allauth_forms.SetPasswordForm):
    pass


class ResetPasswordForm(OwnWords, allauth_forms.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(OwnWords, allauth_forms.ResetPasswordKeyForm):
    labels = {"password1": _("New password")}


class ReauthenticateForm(OwnWords, allauth_forms.ReauthenticateForm):
    pass
