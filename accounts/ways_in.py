"""Links that let an operator sign in when nothing else does: once, for ten minutes."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36

from accounts.models import User

LIFETIME = timedelta(minutes=10)
LONGEST_NUMBER = 12


class WayInTokens(PasswordResetTokenGenerator):
    """Tokens that die with the next sign-in, and soon."""

    key_salt = "accounts.ways_in"

    def check_token(self, user: User | None, token: str | None) -> bool:
        if not user or not token or not super().check_token(user, token):
            return False
        age = self._num_seconds(self._now()) - base36_to_int(token.partition("-")[0])
        return bool(age <= LIFETIME.total_seconds())


tokens = WayInTokens()


def link_for(user: User) -> str:
    """The address that signs this administrator in once."""
    token = f"{int_to_base36(user.pk)}-{tokens.make_token(user)}"
    return f"{settings.SITE_URL}{reverse('way-in', args=[token])}"


def user_of(token: str) -> User | None:
    """Whom this link signs in; nobody when it is used, old, wrong, or they are no administrator."""
    number, _dash, secret = token.partition("-")
    if not (number.isascii() and number.isalnum()) or len(number) > LONGEST_NUMBER:
        return None
    admins = User.objects.filter(is_active=True, is_superuser=True)
    user = admins.filter(pk=base36_to_int(number)).first()
    return user if tokens.check_token(user, secret) else None
