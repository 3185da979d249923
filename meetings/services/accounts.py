"""Accounts that were typed into the admin, as the providers package wants them."""

import json
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.db import connection, models, transaction
from django.db.models.functions import Cast
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_noop

from meetings.models import ProviderAccount
from meetings.models.fields import SecretUnreadable, decrypt
from meetings.providers import Account, Origin, add_source

log = logging.getLogger(__name__)

REMEMBERED = 5.0  # seconds; so long may another process hold a meeting by an account's old keys

SECRETS_LOST = gettext_noop("No key of FIELD_KEYS decrypts its secrets: type them in again.")
OPTIONS_LOST = gettext_noop("Its options make no sense: type them in again.")


@dataclass
class Memory:
    """The rows as last read. Reading begun before they were forgotten is not remembered."""

    accounts: tuple[Account, ...] = ()
    until: float = 0.0
    forgotten: int = 0

    def __post_init__(self) -> None:
        self.lock = threading.Lock()

    def forget(self) -> None:
        with self.lock:
            self.until, self.forgotten = 0.0, self.forgotten + 1

    def keep(self, accounts: tuple[Account, ...], *, since: int) -> None:
        with self.lock:
            if since == self.forgotten:
                self.accounts, self.until = accounts, time.monotonic() + REMEMBERED


memory = Memory()


def typed_in() -> tuple[Account, ...]:
    """The accounts of the admin, oldest first, as they were at most five seconds ago."""
    if time.monotonic() < memory.until and not _changed_here():
        return memory.accounts
    since = memory.forgotten
    found = tuple(map(_account, _rows()))
    if not _changed_here():  # what is not committed may be rolled back
        memory.keep(found, since=since)
    return found


def account_of(alias: str, backend: str, options: Mapping[str, Any]) -> Account:
    """An account as somebody types it: it calls nothing private unless the operator allows it."""
    return Account(
        alias=alias,
        backend=backend,
        options=options,
        origin=Origin.ADMIN,
        trusted=settings.ALLOW_PRIVATE_PROVIDERS,
    )


def forget() -> None:
    """Read the rows anew, in this process, when somebody next asks."""
    memory.forget()


def start() -> None:
    """Offer these accounts, and hear of their changes."""
    add_source(typed_in)
    for changed in (post_save, post_delete):
        changed.connect(_changed, sender=ProviderAccount, dispatch_uid="provider accounts")


def _changed(**_: object) -> None:
    forget()
    transaction.on_commit(forget)


def _changed_here() -> bool:
    """Whether this transaction has changed accounts; a rollback clears the list by itself."""
    return any(hook[1] is forget for hook in connection.run_on_commit)


def _rows() -> models.QuerySet[ProviderAccount, Any]:
    """With their secrets as they are stored: one that nobody can decrypt must spoil no other."""
    sealed = Cast("secrets", models.TextField())
    return ProviderAccount.objects.annotate(sealed=sealed).values(
        "alias", "backend", "options", "sealed"
    )


def _account(row: Mapping[str, Any]) -> Account:
    try:
        secrets = json.loads(decrypt(row["sealed"]) if row["sealed"] else "{}")
        account = account_of(row["alias"], row["backend"], {**row["options"], **secrets})
    except SecretUnreadable as error:
        log.error("The provider account “%s” cannot be used: %s", row["alias"], error)  # noqa: TRY400
        return _broken(row, SECRETS_LOST)
    except (TypeError, ValueError):
        return _broken(row, OPTIONS_LOST)
    return account


def _broken(row: Mapping[str, Any], trouble: str) -> Account:
    return replace(account_of(row["alias"], row["backend"], {}), trouble=trouble)


def _setting_changed(*, setting: str, **_: object) -> None:
    if setting in {"FIELD_KEYS", "ALLOW_PRIVATE_PROVIDERS"}:
        forget()


setting_changed.connect(_setting_changed)
