"""What every test may use: three people, and what is theirs."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection, connections
from django.db.models import DateTimeField, Value
from django.test import Client
from django.utils import timezone
from hypothesis import settings as hypothesis
from pytest_django import DjangoDbBlocker

from accounts.models import AuditDoor, User
from meetings.models import Booking, Room
from meetings.models.database_clock import DatabaseNow
from meetings.providers import pace
from meetings.services import accounts, breakers, rooms, scheduling
from meetings.views import throttles

from . import prepared
from .choosing import (
    pytest_addoption,
    pytest_collection_finish,
    pytest_collection_modifyitems,
    pytest_runtest_protocol,
)

__all__ = [
    "pytest_addoption",
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_runtest_protocol",
]

PASSWORD = "a horse, a battery"

Share = Callable[[], str]

hypothesis.register_profile("patient", deadline=None)  # machines are slow when they are busy
hypothesis.load_profile("patient")


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Each process has a copy of the database that was migrated once."""
    options: dict[str, Any] = connections.settings["default"]
    name, options["NAME"] = options["NAME"], connection.creation._get_test_db_name()
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            prepared.create_on_postgres(options["NAME"])
        else:
            connection.ensure_connection()
            with closing(sqlite3.connect(prepared.migrated_file())) as file:
                file.backup(connection.connection)
        yield
        connection.close()
        if connection.vendor == "postgresql":
            prepared.drop_on_postgres(options["NAME"])
    options["NAME"] = name


@pytest.fixture(scope="session", autouse=True)
def quick_flush() -> None:
    """PostgreSQL takes long to truncate all tables after a test, and no time to delete few rows.

    What Django writes about our models stays, so that it need not be written again. The audit log
    lets none of its own go but through its door.
    """
    connection.ops.sql_flush = deletions
    flush.emit_post_migrate_signal = lambda *told: None


def deletions(style: object, tables: list[str], **options: bool) -> list[str]:
    door = AuditDoor._meta.db_table
    stay = {ContentType._meta.db_table, Permission._meta.db_table}
    ordered = sorted({*tables} - stay, key=lambda table: table == door)
    deleted = [f"DELETE FROM {connection.ops.quote_name(table)}" for table in ordered]
    return [f"INSERT INTO {door} DEFAULT VALUES", *deleted]


@pytest.fixture(autouse=True)
def no_gate() -> None:
    """Calls to doubles wait for no turn and are not counted, but where that is tested.

    Put away before each test: a gate that is left by one would slow down all that follow.
    """
    pace.put_gate(None)


@pytest.fixture(autouse=True)
def database_travels(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Time machines move our clock only: the database's goes along, unless a test undoes this."""

    def ours(_: DatabaseNow, compiler: Any, __: object, **___: object) -> Any:
        return compiler.compile(Value(timezone.now(), output_field=DateTimeField()))

    monkeypatch.setattr(DatabaseNow, "as_sqlite", ours)
    monkeypatch.setattr(DatabaseNow, "as_postgresql", ours)
    return monkeypatch


@pytest.fixture(autouse=True)
def no_memory() -> Any:
    """What one test was throttled for, or heard of a provider, is forgotten by the next."""
    cache.clear()
    structlog.contextvars.clear_contextvars()
    throttles.forget()
    breakers.forget()
    accounts.forget()
    yield
    cache.clear()


def make_user(name: str, **fields: Any) -> User:
    email = f"{name.lower()}@example.org"
    fields = {"time_zone": "Europe/Berlin", "zone_confirmed": True, **fields}
    user = User.objects.create_user(email, PASSWORD, name=name, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


@pytest.fixture
def dana(db: None) -> User:
    """The organizer, in Berlin."""
    return make_user("Dana")


@pytest.fixture
def colin(db: None) -> User:
    """A colleague with meetings of his own, in New York."""
    return make_user("Colin", time_zone="America/New_York")


@pytest.fixture
def staff(db: None) -> User:
    """The operator."""
    return make_user("Olga", is_staff=True, is_superuser=True)


@pytest.fixture
def as_dana(dana: User) -> Client:
    return signed_in(dana)


@pytest.fixture
def as_colin(colin: User) -> Client:
    return signed_in(colin)


@pytest.fixture
def as_staff(staff: User) -> Client:
    return signed_in(staff)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def book(dana: User) -> Callable[..., Booking]:
    """Book for Dana: `book("Review", at=…, minutes=30)`; tomorrow unless said."""

    def make(
        title: str = "Review", *, at: datetime | None = None, minutes: int = 30, **fields: Any
    ) -> Booking:
        by = fields.pop("by", dana)
        return scheduling.book(
            by,
            scheduling.MeetingWish(
                title=title,
                starts_at=at or next_hour() + timedelta(days=1),
                duration=minutes,
                time_zone=fields.pop("time_zone", by.time_zone),
                **fields,
            ),
        )

    return make


@pytest.fixture
def room(dana: User) -> Room:
    """Dana's permanent room."""
    return rooms.create_room(dana, name="Office hours")


@pytest.fixture
def share_database(transactional_db: None, tmp_path: Path) -> Iterator[Share]:
    """Let others see what is saved so far: other threads by themselves, processes by the address.

    Many cannot write to SQLite in memory, so they get a file with the same in it.
    """
    options: dict[str, Any] = connections.settings["default"]
    name = options["NAME"]

    def share() -> str:
        if connection.vendor != "sqlite":
            return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**options)
        options["NAME"] = str(tmp_path / "shared.sqlite3")
        copy = sqlite3.connect(options["NAME"])
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=WAL")
        copy.close()
        return f"sqlite:///{options['NAME']}"

    yield share
    options["NAME"] = name


def next_hour() -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
