"""Accounts that were typed into the admin, as the providers package wants them."""

import json
import logging
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.db import connection, models, transaction
from django.db.models.functions import Cast
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from meetings.models import ProviderAccount, ProviderHook, Reservation, Room, RoomSession
from meetings.models.fields import SecretUnreadable, decrypt
from meetings.providers import Account, Origin, add_source, get_provider, operators_aliases
from meetings.providers.errors import ProviderMisconfigured

from .switches import switch_on
from .transactions import saving

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


def without(secrets: Iterable[str], text: str) -> str:
    """The text, with each secret that it holds replaced."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    return text


@dataclass(frozen=True, slots=True)
class Users:
    """What is held at an account: rooms in use, and sessions that run now."""

    rooms: int = 0
    sessions: int = 0


def users_of(account: ProviderAccount) -> Users:
    """Who is cut off when the account is taken away; nobody, while it does not count."""
    if not counts(account):
        return Users()
    rooms = Room.objects.in_use().filter(provider_alias=account.alias)
    sessions = RoomSession.objects.running().filter(alias=account.alias)
    return Users(rooms.count(), sessions.count())


def trouble_of(account: ProviderAccount) -> str:
    """Why it cannot be used as it is kept, in the words of its adapter; empty when it can."""
    try:
        get_provider(account.alias)
    except ProviderMisconfigured as error:
        kept = {each.alias: each for each in typed_in()}.get(account.alias)
        return _(kept.trouble) if kept and kept.trouble else str(error)
    return ""


def counts(account: ProviderAccount) -> bool:
    """Whether it is what its alias means; the environment may name another account so."""
    return account.alias not in operators_aliases()


@saving
def remove(account: ProviderAccount) -> None:
    """Take it away. Rooms that have it say so; another account of its name begins switched on."""
    if counts(account):
        switch_on(account.alias)
    audit.record(audit.Action.DELETED, account, values={"alias": account.alias})
    account.delete()


def forget() -> None:
    """Read the rows anew, in this process, when somebody next asks."""
    memory.forget()


def start() -> None:
    """Offer these accounts, and hear of their changes."""
    add_source(typed_in)
    for changed in (post_save, post_delete):
        changed.connect(_changed, sender=ProviderAccount, dispatch_uid="provider accounts")
    post_save.connect(_mended, sender=ProviderAccount, dispatch_uid="mended provider accounts")


def _changed(**_: object) -> None:
    forget()
    transaction.on_commit(forget)


def _mended(*, instance: ProviderAccount, **_: object) -> None:
    """What it has refused is tried again, once every process knows it as it is now."""
    soon = timezone.now() + timedelta(seconds=REMEMBERED)
    for owed in (Reservation.objects, ProviderHook.objects):
        owed.filter(alias=instance.alias).bring_forward(soon)


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
