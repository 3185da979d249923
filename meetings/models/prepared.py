"""Questions that are asked again and again: their SQL is made once in a process.

To make the SQL of a question and to plan how its rows are read costs Django several times what the
database takes to answer it (docs/performance.md). Only for where crowds come: the door, and lists.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar, cast

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.expressions import Expression
from django.db.models.query import get_related_populators
from django.db.models.sql import UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=Model)
NOT_AT_ALL = timedelta(0)


class Given(Expression):
    """A place in a question for a value that is told when it is asked: a moment, a key, a word."""

    def __init__(self, name: str, later: timedelta = NOT_AT_ALL) -> None:
        super().__init__()
        self.name, self.later = name, later

    def __sub__(self, time: timedelta) -> "Given":  # type: ignore[override]
        """A moment so much earlier than the one that is told."""
        return Given(self.name, self.later - time)

    def as_sql(self, *_: object, **__: object) -> Any:
        return "%s", [self]

    def value_of(self, told: dict[str, Any]) -> Any:
        value = told[self.name]
        if isinstance(value, datetime):  # SQLite has them as text
            return connection.ops.adapt_datetimefield_value(value + self.later)
        return value


def given(name: str) -> Any:
    """For `filter(…)`, which is written as if the value were there already."""
    return Given(name)


class PreparedRows:
    """A list of plain rows, by a question that is made when it is asked for the first time.

    `ask` makes a queryset of values. It is called once, so whatever differs is `given`: the time,
    too.
    """

    def __init__(self, ask: Callable[[], QuerySet[Any, Any]]) -> None:
        self._ask = ask

    def rows(self, **told: Any) -> list[Any]:
        return [tuple(each) for each in self._select.rows(told)]

    @cached_property
    def _select(self) -> "_Select":
        return _Select(self._ask())


class PreparedOne(Generic[M]):
    """The same for one object, with what is to be selected beside it."""

    def __init__(self, ask: Callable[[], "QuerySet[M]"]) -> None:
        self._ask = ask

    def first(self, **told: Any) -> M | None:
        select, plan = self._made
        row = next(iter(select.rows(told)), None)
        if row is None:
            return None
        found = plan.model.from_db(connection.alias, plan.names, row[plan.first : plan.last + 1])
        for each in plan.beside:
            each.populate(row, found)
        return cast("M", found)

    @cached_property
    def _made(self) -> "tuple[_Select, _Plan]":
        select = _Select(self._ask())
        return select, _plan(select.compiler)


class PreparedUpdate:
    """An update of this kind: `ask` says of which rows, and what is set there."""

    def __init__(self, ask: Callable[[], "tuple[QuerySet[Any], dict[str, Any]]"]) -> None:
        self._ask = ask

    def run(self, **told: Any) -> int:
        """How many rows there were to change."""
        sql, params = self._made
        with connection.cursor() as cursor:
            cursor.execute(sql, _filled(params, told))
            changed: int = cursor.rowcount
            return changed

    @cached_property
    def _made(self) -> tuple[str, Sequence[Any]]:
        rows, changes = self._ask()
        query = cast("UpdateQuery", rows.query.chain(klass=UpdateQuery))
        query.add_update_values(changes)
        sql, params = query.get_compiler(connection=connection).as_sql()
        return sql, params


class _Select:
    """What is asked, and how its rows are read."""

    def __init__(self, queryset: QuerySet[Any, Any]) -> None:
        self.compiler: SQLCompiler = queryset.query.get_compiler(connection=connection)
        self._sql, self._params = self.compiler.as_sql()
        columns = [each for each, *_ in self.compiler.select]
        self._converters = self.compiler.get_converters(columns)

    def rows(self, told: dict[str, Any]) -> Iterable[Any]:
        with connection.cursor() as cursor:
            cursor.execute(self._sql, _filled(self._params, told))
            found = cursor.fetchall()
        read = self.compiler.apply_converters
        return read(found, self._converters) if self._converters else found


class _Plan(NamedTuple):
    """Which columns are the object, and which make those beside it."""

    model: type[Model]
    names: list[str]
    first: int
    last: int
    beside: list[Any]


def _plan(compiler: SQLCompiler) -> _Plan:
    told: Any = compiler.klass_info
    places = told["select_fields"]
    names = [compiler.select[each][0].target.attname for each in places]
    beside = get_related_populators(  # type: ignore[call-arg]  # since Django 6 it wants more
        told, compiler.select, connection.alias
    )
    return _Plan(told["model"], names, places[0], places[-1], beside)


def _filled(params: Iterable[Any], told: dict[str, Any]) -> list[Any]:
    return [each.value_of(told) if isinstance(each, Given) else each for each in params]
