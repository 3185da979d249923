"""Secrets at rest under a new key: each is encrypted anew with the first of FIELD_KEYS."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Cast

from meetings.models.fields import EncryptedTextField, SecretUnreadable, decrypt, has_first_key

BATCH = 200  # rows saved together: the database is busy for a moment only

Sealed = tuple[int | str, str]  # a row's key, and one of its secrets as it is stored


@dataclass(slots=True)
class Rotation:
    """What became of one field's secrets."""

    where: str
    renewed: int = 0
    current: int = 0  # encrypted with the first key already
    unreadable: list[int | str] = field(default_factory=list)  # rows that no key decrypts


def encrypted_fields() -> list[tuple[type[models.Model], EncryptedTextField]]:
    """Every field with secrets, of every installed application."""
    return [
        (model, column)
        for model in apps.get_models(include_auto_created=True)
        for column in model._meta.local_concrete_fields
        if isinstance(column, EncryptedTextField)
    ]


def rotate(model: type[models.Model], column: EncryptedTextField) -> Rotation:
    """Encrypt the column's secrets with the first key. Stopped and begun again, it goes on.

    What nobody can decrypt stays as it is, and is named. What somebody saves meanwhile is theirs.
    """
    rotation = Rotation(f"{model._meta.label}.{column.name}")
    for batch in _batches(model, column):
        with transaction.atomic():
            for row, sealed in batch:
                _renew(model, column, row, sealed, rotation)
    return rotation


def _renew(
    model: type[models.Model],
    column: EncryptedTextField,
    row: int | str,
    sealed: str,
    rotation: Rotation,
) -> None:
    if has_first_key(sealed):
        rotation.current += 1
        return
    try:
        secret = decrypt(sealed)
    except SecretUnreadable:
        rotation.unreadable.append(row)
        return
    unchanged = _with_sealed(model, column).filter(pk=row, sealed=sealed)
    rotation.renewed += unchanged.update(**{column.name: secret})


def _batches(model: type[models.Model], column: EncryptedTextField) -> Iterator[list[Sealed]]:
    """All secrets that are there, a batch at a time, in the order of their rows."""
    rows = _with_sealed(model, column).exclude(sealed="").exclude(sealed=None).order_by("pk")
    batch = list(rows.values_list("pk", "sealed")[:BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1][0]).values_list("pk", "sealed")[:BATCH])


def _with_sealed(
    model: type[models.Model], column: EncryptedTextField
) -> models.QuerySet[models.Model]:
    """The rows with the secret as it is stored, which is not decrypted when it is read."""
    sealed = Cast(column.name, models.TextField())
    every = model._base_manager  # noqa: SLF001  (a model's own manager may leave rows out)
    return every.annotate(sealed=sealed)
