"""What a migration may not do to code of the release before, which runs on while tables change."""

from collections.abc import Iterator

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

USED = "code that runs still uses it"
ALWAYS: dict[type[Operation], str] = {
    migrations.RemoveField: USED,
    migrations.RenameField: USED,
    migrations.DeleteModel: USED,
    migrations.RenameModel: USED,
    migrations.AlterModelTable: USED,
    migrations.RunSQL: "nobody can tell what that does",
    migrations.AddConstraint: "code that runs may not keep it, and all rows are locked and read",
    migrations.AddIndex: "nobody can write meanwhile (AddIndexBesideWriters)",
}


def breaches(migration: migrations.Migration, before: ProjectState) -> list[str]:
    """What breaks or holds up the release before; nothing where the migration says why."""
    if len(getattr(migration, "contract", "")) > 20:
        return []
    label, state, made, found = migration.app_label, before.clone(), set[str](), list[str]()
    for operation in migration.operations:
        if isinstance(operation, migrations.CreateModel):
            made.add(operation.name_lower)
        elif getattr(operation, "model_name_lower", "") not in made:
            found += _breaches_of(operation, label, state)
        operation.state_forwards(label, state)
    return found


def _breaches_of(operation: Operation, label: str, state: ProjectState) -> Iterator[str]:
    told = operation.describe()
    if why := ALWAYS.get(type(operation)):
        yield f"{told}: {why}"
    elif isinstance(operation, migrations.SeparateDatabaseAndState):
        for each in operation.database_operations:
            yield from _breaches_of(each, label, state)
    elif isinstance(operation, migrations.AddField) and _is_demanded(operation.field):
        yield f"{told}: code that runs does not fill it (null=True or db_default=…)"
    elif isinstance(operation, migrations.AlterField):
        old = state.models[label, operation.model_name_lower].fields[operation.name]
        yield from _breaches_of_change(told, old, operation.field)


def _is_demanded(field: models.Field) -> bool:
    """Whether a row cannot be saved without it."""
    return not (field.null or field.many_to_many or field.has_db_default())


def _breaches_of_change(told: str, old: models.Field, new: models.Field) -> Iterator[str]:
    if old.null and not new.null:
        yield f"{told}: code that runs leaves it empty"
    if type(old) is not type(new) or (new.max_length or 0) < (old.max_length or 0):
        yield f"{told}: what code that runs saves may not fit"
    if new.unique and not old.unique:
        yield f"{told}: code that runs may save the same twice"
