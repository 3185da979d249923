"""Secrets at rest."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.signals import setting_changed
from django.db import models
from django.db.models.query_utils import DeferredAttribute

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


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret as it is stored, until somebody asks for it."""

    stored: str = field(repr=False)


class _Opened(DeferredAttribute):
    """Decrypts on the first look, so that an unreadable secret stops nobody who needs it not."""

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is not None and isinstance(value, Sealed):
            value = instance.__dict__[self.field.attname] = decrypt(value.stored)
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField[str, str]):
    """Text that is readable in Python and ciphertext in the database. It cannot be searched."""

    descriptor_class = _Opened

    def from_db_value(self, value: str | None, *_: Any) -> Sealed | str | None:
        return Sealed(value) if value else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """What nobody has looked at is kept as it is."""
        return model_instance.__dict__.get(self.attname, "")

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Sealed):
            return value.stored
        return encrypt(value) if value else value


def _forget(*, setting: str, **_: object) -> None:
    if setting == "FIELD_KEYS":
        _box.cache_clear()


setting_changed.connect(_forget)
