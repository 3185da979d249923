"""Secrets of second factors under a new key. They stand inside JSON, which is django-allauth's."""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.sealing import SecretUnreadable, decrypt, encrypt, has_first_key

from .field_keys import BATCH, Rotation

SECRETS = ("secret", "seed")  # of an app, and of recovery codes


def rotate_factors() -> Rotation:
    """Encrypt them with the first of FIELD_KEYS; what no key decrypts stays, and is named."""
    rotation = Rotation("mfa.Authenticator.data")
    for batch in _batches():
        with transaction.atomic():
            locked = Authenticator.objects.select_for_update().filter(pk__in=batch)
            for row in locked.order_by("pk"):
                _renew(row, rotation)
    return rotation


def _renew(row: Authenticator, rotation: Rotation) -> None:
    for name in SECRETS:
        sealed = row.data.get(name)
        if not sealed:
            continue
        if has_first_key(sealed):
            rotation.current += 1
            continue
        try:
            row.data[name] = encrypt(decrypt(sealed))
        except SecretUnreadable:
            rotation.unreadable.append(row.pk)
            continue
        row.save(update_fields=["data"])
        rotation.renewed += 1


def _batches() -> Iterator[list[int]]:
    keys = list(Authenticator.objects.order_by("pk").values_list("pk", flat=True))
    yield from (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
