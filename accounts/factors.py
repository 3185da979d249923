"""Second factors and passkeys: what django-allauth asks of us about them."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import sealing
from accounts.models import User

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # codes only stand in for these


class FactorAdapter(DefaultMFAAdapter):
    """Secrets are sealed like all others of the site; names and errors are in our words."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_generate_recovery_codes": _("Switch on a second factor first."),
        "incorrect_code": _("That was not right. Try again."),
    }

    def encrypt(self, text: str) -> str:
        return sealing.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.decrypt(encrypted_text)

    def generate_authenticator_name(
        self,
        user: AbstractBaseUser,
        type: Authenticator.Type,  # noqa: A002
    ) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey") if number == 1 else gettext("Passkey %d") % number

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)


def has_factor(user: User) -> bool:
    """Whether signing in takes more than the password."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()
