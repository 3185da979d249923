"""The database and what lies beside it: version, clock, migrations, keys, static files, space."""

import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from meetings.models.fields import SecretUnreadable, decrypt
from meetings.services.field_keys import encrypted_fields
from meetings.services.health.data import pending_migrations

from .finding import Finding, Question, fine, look, wrong

OLDEST_POSTGRES = 130_000
OLDEST_SQLITE = (3, 31)
MOST_SKEW = 2.0  # seconds
MUCH_SPACE, LITTLE_SPACE = 2 * 1024**3, 200 * 1024**2  # bytes


def database() -> Iterator[Finding]:
    if connection.vendor != "postgresql":
        yield from _sqlite()
        return
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
    if version < OLDEST_POSTGRES:
        yield wrong(f"PostgreSQL {version // 10_000} is too old.", "Use version 13 or newer.")
    else:
        yield fine(f"PostgreSQL {version // 10_000} answers.")
    if "btree_gist" in _column("SELECT extname FROM pg_extension"):
        yield fine("It has btree_gist: nobody can be booked twice.")
    else:
        yield wrong(
            "The extension btree_gist is missing: migrations need it.",
            "As a superuser, in that database: CREATE EXTENSION btree_gist;",
        )
    (zone,) = _column("SHOW TimeZone")
    if zone != "UTC":
        yield look(f"Our connection counts in {zone}.", "Do not set TimeZone in DATABASE_URL.")


def _sqlite() -> Iterator[Finding]:
    import sqlite3  # noqa: PLC0415  (of no interest elsewhere)

    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield wrong(f"SQLite {sqlite3.sqlite_version} is too old.", "Use 3.31 or newer.")
    else:
        yield fine(f"SQLite {sqlite3.sqlite_version}, in one file: for one machine.")


def _column(query: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]


def clock() -> Iterator[Finding]:
    """The database's against ours: leases, doors and reminders compare the two."""
    if connection.vendor != "postgresql":
        yield fine("Database and program have one clock.")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    skew = abs((theirs.astimezone(UTC) - datetime.now(UTC)).total_seconds())
    if skew > MOST_SKEW:
        yield wrong(
            f"The clocks of database and program are {skew:.0f} seconds apart.",
            "Have both machines keep time by NTP.",
        )
    else:
        yield fine("Database and program agree on the time.")


def migrations() -> Iterator[Finding]:
    missing = pending_migrations()
    if missing:
        yield wrong(f"{len(missing)} migrations are not applied.", "Run manage.py migrate.")
    else:
        yield fine("All migrations are applied.")


def field_keys() -> Iterator[Finding]:
    """Every secret that is stored, as one that cannot be read is found when it is needed."""
    unreadable: dict[str, int] = {}
    total = 0
    for model, column in encrypted_fields():
        rows = model._base_manager.annotate(sealed=Cast(column.name, TextField()))  # noqa: SLF001
        for sealed in rows.exclude(sealed="").values_list("sealed", flat=True).iterator():
            if sealed is None:
                continue
            total += 1
            if not _opens(sealed):
                where = f"{model._meta.verbose_name}.{column.name}"
                unreadable[where] = unreadable.get(where, 0) + 1
    if unreadable:
        told = ", ".join(f"{count} in {where}" for where, count in unreadable.items())
        yield wrong(
            f"FIELD_KEYS opens not every stored secret: {told}.",
            "Put the key that they were made with at the end of FIELD_KEYS (docs/deploy.md).",
        )
    else:
        yield fine(f"FIELD_KEYS opens all {total} stored secrets.")


def _opens(sealed: str) -> bool:
    try:
        decrypt(sealed)
    except SecretUnreadable:
        return False
    return True


def static_files() -> Iterator[Finding]:
    if settings.DEBUG:
        yield fine("Static files come from the source folders.")
    elif (settings.STATIC_ROOT / "staticfiles.json").exists():
        yield fine("Static files are collected.")
    else:
        yield wrong(
            "Static files are not collected: pages come without style.",
            "Run manage.py collectstatic.",
        )


def folder() -> Iterator[Finding]:
    free = shutil.disk_usage(settings.DATA_DIR).free
    words = f"{free // 1024**2} MB are free in {settings.DATA_DIR}."
    if free < LITTLE_SPACE:
        yield wrong(words, "Make room: without it nothing can be saved.")
    elif free < MUCH_SPACE:
        yield look(words, "Make room before it fills up.")
    else:
        yield fine(words)
    kept = settings.DATA_DIR / "secrets.env"
    if kept.exists() and stat.S_IMODE(kept.stat().st_mode) & 0o077:
        yield wrong(f"Others can read {kept}.", f"chmod 600 {kept}")


QUESTIONS = (
    Question("Database", database, ("DATABASE_URL",)),
    Question("Clock", clock),
    Question("Migrations", migrations),
    Question("Stored secrets", field_keys, ("FIELD_KEYS",)),
    Question("Static files", static_files, ("STATIC_ROOT",)),
    Question("Data folder", folder, ("DATA_DIR",)),
)
