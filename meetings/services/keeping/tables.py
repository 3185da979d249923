"""Which rows a backup holds, and how a value is written down and read again."""

import json
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from datetime import date, time
from decimal import Decimal
from graphlib import TopologicalSorter
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models

from accounts import audit
from meetings.models.fields import EncryptedTextField, Sealed

AnyModel = type[models.Model]

# Made by migrations, with other numbers in each database: written down by their names
NAMED = ("contenttypes.contenttype", "auth.permission")
# Where browsers are signed in, and links in mails that are valid for days
PASSING = ("sessions.session", "usersessions.usersession", "account.emailconfirmation")
# Never holds a row that others see
EMPTY = ("accounts.auditdoor",)
ROWS_AT_ONCE = 500


def kept(registry: Any) -> list[AnyModel]:
    """The models of a backup, those that others refer to first."""
    found = {
        model._meta.label_lower: model
        for model in registry.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    left_out = {*NAMED, *PASSING, *EMPTY}
    names = sorted(name for name in found if name not in left_out)
    graph = {name: _referred_to(found[name]) & set(names) - {name} for name in names}
    return [found[name] for name in TopologicalSorter(graph).static_order()]


def passing(registry: Any) -> list[AnyModel]:
    """What no backup holds, and what must not stay beside one that was restored."""
    return [model for model in registry.get_models() if model._meta.label_lower in PASSING]


def _referred_to(model: AnyModel) -> set[str]:
    fields = model._meta.local_concrete_fields
    return {to for field in fields if (to := _refers_to(field))}


def _refers_to(column: models.Field[Any, Any]) -> str:
    to = column.related_model if column.remote_field else None
    return to._meta.label_lower if isinstance(to, type) else ""


def columns_of(model: AnyModel) -> list[models.Field[Any, Any]]:
    return list(model._meta.local_concrete_fields)


# Writing down


def lines_of(model: AnyModel, names: "Names") -> Iterator[bytes]:
    """Each row as one line of JSON, a few rows in memory at a time."""
    columns = columns_of(model)
    every = model._base_manager.order_by("pk")  # noqa: SLF001  (managers may leave rows out)
    rows = every.values_list(*(column.attname for column in columns))
    for row in rows.iterator(chunk_size=ROWS_AT_ONCE):
        values = [
            names.of(_refers_to(column), value) for column, value in zip(columns, row, strict=True)
        ]
        yield (
            json.dumps(values, default=_plain, ensure_ascii=False, sort_keys=True).encode() + b"\n"
        )


def _plain(value: object) -> str:
    """Exactly: moments to the microsecond, and secrets as they are stored."""
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Sealed):
        return value.stored
    if isinstance(value, UUID | Decimal):
        return str(value)
    raise TypeError(f"A {type(value).__name__} cannot be written into a backup.")


class Names:
    """Content types and permissions by their names, as each database numbers them differently."""

    def __init__(self) -> None:
        self._names: dict[str, dict[int, list[str]]] = {}
        self._numbers: dict[tuple[str, ...], int] = {}

    def of(self, model: str, value: Any) -> Any:
        """The value itself, or the name of what it refers to."""
        if value is None or model not in NAMED:
            return value
        if model not in self._names:
            self._names[model] = dict(_types() if model == NAMED[0] else _permissions())
        return self._names[model][value]

    def number(self, model: str, value: Any) -> Any:
        """What has this name here; made where it is not known (any more)."""
        if value is None or model not in NAMED:
            return value
        name = tuple(value)
        if name not in self._numbers:
            self._numbers[name] = _number(*name)
        return self._numbers[name]


def _types() -> Iterator[tuple[int, list[str]]]:
    for each in ContentType.objects.all():
        yield each.pk, [each.app_label, each.model]


def _permissions() -> Iterator[tuple[int, list[str]]]:
    for each in Permission.objects.select_related("content_type"):
        yield each.pk, [each.content_type.app_label, each.content_type.model, each.codename]


def _number(app_label: str, model: str, codename: str = "") -> int:
    content_type = ContentType.objects.get_or_create(app_label=app_label, model=model)[0]
    if not codename:
        return content_type.pk
    named = {"content_type": content_type, "codename": codename}
    return Permission.objects.get_or_create(**named, defaults={"name": codename})[0].pk


# Reading again


def load(model: AnyModel, names: list[str], lines: Iterable[bytes], known: Names) -> int:
    """Insert these rows as they were, numbers and dates of change included; how many."""
    columns = _columns(model, names)
    quote = connection.ops.quote_name
    places = ", ".join("%s" for _ in columns)
    listed = ", ".join(quote(str(column.column)) for column in columns)
    insert = f"INSERT INTO {quote(model._meta.db_table)} ({listed}) VALUES ({places})"  # noqa: S608
    count, batch = 0, []
    with connection.cursor() as cursor:
        for line in lines:
            batch.append(_prepared(columns, json.loads(line), known))
            if len(batch) >= ROWS_AT_ONCE:
                cursor.executemany(insert, batch)
                count, batch = count + len(batch), []
        if batch:
            cursor.executemany(insert, batch)
    return count + len(batch)


def _columns(model: AnyModel, names: list[str]) -> list[models.Field[Any, Any]]:
    by_name = {column.attname: column for column in columns_of(model)}
    return [by_name[name] for name in names]


def _prepared(columns: list[models.Field[Any, Any]], values: list[Any], known: Names) -> list[Any]:
    return [
        _for_database(column, known.number(_refers_to(column), value))
        for column, value in zip(columns, values, strict=True)
    ]


def _for_database(column: models.Field[Any, Any], value: Any) -> Any:
    if value is not None and isinstance(column, EncryptedTextField):
        value = Sealed(value) if value else ""
    elif value is not None and not isinstance(column, models.JSONField):
        value = column.to_python(value)
    return column.get_db_prep_save(value, connection)


def empty(registry: Any) -> None:
    """Take every row out, whatever refers to whatever; in the caller's transaction."""
    has_log = "auditdoor" in registry.all_models["accounts"]  # older tables have none
    door = audit.door_open() if has_log else nullcontext()
    with door, connection.cursor() as cursor:
        for model in [*passing(registry), *reversed(kept(registry))]:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608


def count_of(model: AnyModel) -> int:
    return model._base_manager.count()  # noqa: SLF001  (managers may leave rows out)
