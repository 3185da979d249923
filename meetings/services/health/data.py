"""What pages are made from: the database, the cache, the keys and the disk. One query each."""

import secrets
import shutil
from functools import cache as once
from pathlib import Path

from django.conf import settings
from django.core.cache import DEFAULT_CACHE_ALIAS, cache, caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import TextField
from django.db.models.functions import Cast

from meetings.models import ProviderAccount
from meetings.models.fields import SecretUnreadable, decrypt

from .part import Part

LITTLE_SPACE = 200 * 1024 * 1024  # bytes: for the write-ahead log, and for the day it takes to act

_applied: set[str] = set()  # databases that were seen to have all of them


def database() -> Part:
    """It answers, and not as a stand-by that only reads."""
    is_postgres = connection.vendor == "postgresql"
    asked = "SELECT current_setting('transaction_read_only') = 'on'" if is_postgres else "SELECT 0"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        (read_only,) = cursor.fetchone()
    if read_only or not (is_postgres or _may_write_file()):
        return Part("database", fine=False, words="It answers, but cannot be written to.")
    return Part("database", fine=True, words="It answers and can be written to.")


def _may_write_file() -> bool:
    """Of SQLite, which may say so only when somebody saves."""
    path = Path(connection.settings_dict["NAME"])
    if not path.is_absolute():  # in memory
        return True
    with path.open("rb+"):
        return True


def migrations() -> Part:
    """Once all are applied, that is not asked again: code and database come together."""
    if _database_name() in _applied:
        return Part("migrations", fine=True, words="All are applied.")
    missing = pending_migrations()
    if missing:
        words = f"{len(missing)} not applied: run manage.py migrate."
        return Part("migrations", fine=False, words=words)
    _applied.add(_database_name())
    return Part("migrations", fine=True, words="All are applied.")


def pending_migrations() -> set[tuple[str, str]]:
    """Those of this program that the database does not have, as application and name."""
    rows = MigrationRecorder.Migration.objects.values_list("app", "name")
    return set(_migrations_on_disk()) - set(rows)


@once
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def forget() -> None:
    """Ask anew which migrations are applied."""
    _applied.clear()


def _database_name() -> str:
    return f"{connection.settings_dict['HOST']}/{connection.settings_dict['NAME']}"


def cache_round_trip() -> Part:
    """In the database it is asked only, which costs one query: that writing works is known."""
    key, value = f"parley.ready.{secrets.token_hex(4)}", secrets.token_hex(4)
    if isinstance(caches[DEFAULT_CACHE_ALIAS], DatabaseCache):
        cache.get(key)
        return Part("cache", fine=True, words="It answers; it is in the database.")
    cache.set(key, value, timeout=10)
    if cache.get(key) != value:
        return Part("cache", fine=False, words="It does not keep what it is given.")
    cache.delete(key)
    return Part("cache", fine=True, words="It keeps what it is given.")


def field_keys() -> Part:
    """The latest account's secrets open. All others are tried by `manage.py doctor`."""
    sealed = ProviderAccount.objects.annotate(sealed=Cast("secrets", TextField()))
    latest = sealed.exclude(sealed="").order_by("-pk").values_list("sealed", flat=True).first()
    try:
        if latest:
            decrypt(latest)
    except SecretUnreadable:
        words = "FIELD_KEYS does not open the stored secrets of a provider account."
        return Part("field keys", fine=False, words=words)
    words = "They open what is stored." if latest else "Nothing is stored with them yet."
    return Part("field keys", fine=True, words=words)


def disk() -> Part | None:
    """Space for the database; somebody else's business where it is PostgreSQL."""
    if connection.vendor != "sqlite":
        return None
    free = shutil.disk_usage(settings.DATA_DIR).free
    words = f"{free // 1024 // 1024} MB are free."
    return Part("disk", fine=free >= LITTLE_SPACE, words=words)
