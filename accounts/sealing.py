"""Secrets at rest: sealed with the first of FIELD_KEYS, opened with any of them."""

from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.signals import setting_changed

NOT_OURS = (InvalidToken, ValueError)  # the library trips over letters beyond ASCII


class SecretUnreadable(Exception):
    """A stored secret that none of FIELD_KEYS can decrypt."""


@cache
def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


def encrypt(text: str) -> str:
    return "1:" + _box().encrypt(text.encode()).decode()


def decrypt(stored: str) -> str:
    """The text again; `SecretUnreadable` rather than ciphertext when no key fits."""
    try:
        return _box().decrypt(stored.removeprefix("1:")).decode()
    except NOT_OURS as error:
        raise SecretUnreadable("No key of FIELD_KEYS decrypts this secret.") from error


def has_first_key(stored: str) -> bool:
    """Whether it is encrypted with the key that new secrets are encrypted with."""
    try:
        Fernet(settings.FIELD_KEYS[0]).decrypt(stored.removeprefix("1:"))
    except NOT_OURS:
        return False
    return True


def _forget(*, setting: str, **_: object) -> None:
    if setting == "FIELD_KEYS":
        _box.cache_clear()


setting_changed.connect(_forget)
