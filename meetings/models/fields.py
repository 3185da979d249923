"""Secrets at rest."""

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from accounts.sealing import SecretUnreadable, decrypt, encrypt, has_first_key

__all__ = ["EncryptedTextField", "SecretUnreadable", "decrypt", "encrypt", "has_first_key"]


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
