"""One archive of everything, made while people meet, and read into either kind of database."""

import os
import secrets
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace as with_changes
from pathlib import Path
from typing import Any, BinaryIO

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from meetings.models.fields import SecretUnreadable, decrypt, encrypt

from .archive import BadArchive, Manifest, Reader, Writer
from .snapshot import snapshot
from .tables import Names, columns_of, count_of, empty, kept, lines_of, load

Tell = Callable[[str], None]


class NotEmpty(Exception):
    """The database that is to be restored into holds something."""


# Making one


def back_up(to: BinaryIO, *, with_keys: bool = False) -> Manifest:
    """Write everything that is there at this moment. Secrets stay encrypted as they are."""
    with closing(Writer(to)) as writer:
        with snapshot():
            made_at = timezone.now()
            _write_all(writer)
        manifest = Manifest(
            version=_version(),
            made_at=made_at.isoformat(),
            database=connection.vendor,
            migrations=[list(each) for each in _executor().loader.graph.leaf_nodes()],
            parts=writer.parts,
        )
        manifest = with_changes(manifest, seal=encrypt(manifest.digest))
        writer.finish(manifest, _keys() if with_keys else "")
    return manifest


def _write_all(writer: Writer) -> None:
    names = Names()
    for model in kept(apps):
        fields = [column.attname for column in columns_of(model)]
        writer.add(model._meta.label, fields, lines_of(model, names))


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that has its name only once it is whole, and that nobody else may read."""
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with os.fdopen(os.open(unfinished, flags, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _keys() -> str:
    keys = ",".join(settings.FIELD_KEYS)
    return f"SECRET_KEY={settings.SECRET_KEY}\nFIELD_KEYS={keys}\n"


def _version() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return str(project["project"]["version"])


# Reading one


def restore(file: BinaryIO, *, replace: bool = False, tell: Tell = lambda _: None) -> Manifest:
    """Have the database be what the archive says. Nothing is touched before the archive is proved.

    All rows come in one transaction: stopped midway, the database is as it was before, or empty.
    """
    reader = Reader(file)
    _refuse_unfit(reader)
    tell("Proving the archive …")
    reader.prove()
    if not replace and holds_something():
        raise NotEmpty
    targets = [(app, name) for app, name in reader.manifest.migrations]
    _go_to(targets, tell)
    registry = _executor().loader.project_state(targets).apps
    with transaction.atomic():
        empty(registry)
        _load_all(reader, registry, tell)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    return reader.manifest


def holds_something() -> bool:
    """Whether anything that a backup would hold is here."""
    tables = set(connection.introspection.table_names())
    return any(
        count_of(model)
        for model in kept(apps)
        if model._meta.db_table in tables and model._meta.label != "meetings.ZoneRules"
    )


def _refuse_unfit(reader: Reader) -> None:
    known = _executor().loader.graph.nodes
    unknown = [name for app, name in reader.manifest.migrations if (app, name) not in known]
    if unknown:
        raise BadArchive(
            f"The archive was made by a newer Parley ({reader.manifest.version}; {unknown[0]} is "
            "unknown here). Update this one first."
        )
    try:
        sealed = decrypt(reader.manifest.seal)
    except SecretUnreadable as error:
        where = "They are in the archive, in keys.env." if reader.has_keys else ""
        raise BadArchive(
            "FIELD_KEYS are not those of the site that was backed up: its secrets could not be "
            f"read. Set its FIELD_KEYS (and SECRET_KEY) and begin again. {where}".strip()
        ) from error
    if sealed != reader.manifest.digest:
        raise BadArchive("Somebody has changed this archive since it was made: do not trust it.")


def _go_to(targets: list[tuple[str, str]], tell: Tell) -> None:
    """Tables as they were when the archive was made. Rows must not hinder that."""
    executor = _executor()
    plan = executor.migration_plan(targets)
    if any(backwards for _, backwards in plan):
        tell("Taking the tables back to those of the archive …")
        with transaction.atomic():
            empty(apps)
    try:
        if plan:
            executor.migrate(targets, plan)
    except IrreversibleError as error:
        raise BadArchive(
            "The tables here are newer than the archive, and cannot be taken back. Restore it "
            "into a new, empty database."
        ) from error


def _load_all(reader: Reader, registry: Any, tell: Tell) -> None:
    names, models = Names(), {model._meta.label: model for model in kept(registry)}
    for part in reader.manifest.parts:
        if part.rows:
            tell(f"{part.model}: {part.rows}")
        try:
            model = models[part.model]
            count = load(model, part.fields, reader.lines(part), names)
        except (KeyError, ValueError, DatabaseError) as error:
            raise BadArchive(f"{part.model} cannot be loaded here: {error}") from error
        if count != part.rows or count_of(model) != part.rows:
            raise BadArchive(f"{part.model}: {part.rows} rows were expected, {count} came.")
    connection.check_constraints()
    _continue_numbers(list(models.values()))


def _continue_numbers(models: list[Any]) -> None:
    """New rows get numbers after those that came."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _executor() -> MigrationExecutor:
    return MigrationExecutor(connection)
