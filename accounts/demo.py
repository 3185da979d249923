"""Signing in to the demo: one link, once, for a day."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36

from accounts.models import User

LIFETIME = timedelta(days=1)


class DemoTokens(PasswordResetTokenGenerator):
    """Tokens that die with the next sign-in, and after a day at most."""

    key_salt = "accounts.demo"

    def check_token(self, user: User | None, token: str | None) -> bool:
        if not user or not token or not super().check_token(user, token):
            return False
        age = self._num_seconds(self._now()) - base36_to_int(token.partition("-")[0])
        return bool(age <= LIFETIME.total_seconds())


tokens = DemoTokens()


def demo_sign_in_path(user: User) -> str:
    """The address that signs this person in once, while settings.DEMO is on."""
    return reverse("demo-sign-in", args=[f"{int_to_base36(user.pk)}-{tokens.make_token(user)}"])


def user_of(token: str) -> User | None:
    """Whom this link signs in; nobody when it is used, old, wrong, or this is no demo."""
    number, _dash, secret = token.partition("-")
    if not settings.DEMO or not (number.isascii() and number.isalnum()) or len(number) > 12:
        return None
    user = User.objects.filter(pk=base36_to_int(number), is_active=True).first()
    return user if tokens.check_token(user, secret) else None
