"""Reading all tables as they are at one moment, while others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """One view of the database; it keeps nobody from writing. Inside a transaction, that one's."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with _read_only_sqlite():
            yield
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


@contextmanager
def _read_only_sqlite() -> Iterator[None]:
    """Our transactions take the place of the one writer; one that only reads needs none."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
