"""Tables change while the release before still runs (CONTRIBUTING.md, Migrations)."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from config.migrating import AddIndexBesideWriters
from tests.migration_rules import breaches

# Before these there was no release that could have run beside them.
FIRST = {"meetings": 17, "accounts": 2}


def ours() -> list[tuple[str, str]]:
    every = sorted(MigrationLoader(None).disk_migrations)
    return [key for key in every if key[0] in FIRST and int(key[1][:4]) >= FIRST[key[0]]]


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    return MigrationLoader(None)


@pytest.mark.parametrize("key", ours(), ids="-".join)
def test_release_before_runs_on_while_tables_change(
    key: tuple[str, str], loader: MigrationLoader
) -> None:
    migration = loader.graph.nodes[key]
    parents = [parent.key for parent in loader.graph.node_map[key].parents]

    found = breaches(migration, loader.project_state(parents))

    assert found == [], "See CONTRIBUTING.md, Migrations"


# The check itself


def table() -> ProjectState:
    """A table of long standing."""
    state = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("title", models.CharField(max_length=50)),
        ("note", models.TextField(null=True)),
    ]
    state.add_model(ModelState("meetings", "Thing", fields))
    return state


def found(*operations: migrations.operations.base.Operation, contract: str = "") -> list[str]:
    migration = migrations.Migration("0099_change", "meetings")
    migration.operations = list(operations)
    migration.contract = contract  # type: ignore[attr-defined]
    return breaches(migration, table())


TITLE = models.Index(fields=["title"], name="by_title")
ONCE = models.UniqueConstraint(fields=["title"], name="once")
REFUSED = [
    migrations.RemoveField("thing", "note"),
    migrations.RenameField("thing", "note", "words"),
    migrations.DeleteModel("thing"),
    migrations.RenameModel("thing", "item"),
    migrations.AlterModelTable("thing", "items"),
    migrations.RunSQL("SELECT 1"),
    migrations.AddField("thing", "size", models.IntegerField(default=0)),
    migrations.AddField("thing", "word", models.CharField(max_length=9)),
    migrations.AlterField("thing", "note", models.TextField()),
    migrations.AlterField("thing", "title", models.CharField(max_length=20)),
    migrations.AlterField("thing", "title", models.IntegerField()),
    migrations.AlterField("thing", "title", models.CharField(max_length=50, unique=True)),
    migrations.AddIndex("thing", TITLE),
    migrations.AddConstraint("thing", ONCE),
    migrations.SeparateDatabaseAndState([migrations.RemoveField("thing", "note")]),
]
ALLOWED = [
    migrations.AddField("thing", "size", models.IntegerField(null=True)),
    migrations.AddField("thing", "size", models.IntegerField(db_default=0)),
    migrations.AlterField("thing", "note", models.TextField(null=True, verbose_name="words")),
    migrations.AlterField("thing", "title", models.CharField(max_length=90, choices=[])),
    AddIndexBesideWriters("thing", TITLE),
    migrations.RunPython(migrations.RunPython.noop),
]


@pytest.mark.parametrize("operation", REFUSED, ids=lambda each: each.describe())
def test_what_breaks_the_release_before_is_refused(
    operation: migrations.operations.base.Operation,
) -> None:
    assert len(found(operation)) == 1
    assert found(operation, contract="Nothing has read it since release 1.4.") == []


@pytest.mark.parametrize("operation", ALLOWED, ids=lambda each: each.describe())
def test_what_only_adds_is_allowed(operation: migrations.operations.base.Operation) -> None:
    assert found(operation) == []


def test_new_table_may_be_as_it_likes() -> None:
    fields = [("id", models.BigAutoField(primary_key=True)), ("word", models.TextField())]

    assert (
        found(
            migrations.CreateModel("Other", fields),
            migrations.AddField("other", "size", models.IntegerField(default=0)),
            migrations.AddIndex("other", models.Index(fields=["word"], name="by_word")),
        )
        == []
    )


def test_short_excuse_is_none() -> None:
    assert found(migrations.DeleteModel("thing"), contract="unused")


@pytest.mark.django_db(transaction=True)
def test_index_is_made_beside_writers_in_both_kinds_of_database() -> None:
    before, after = table(), table()
    operation = AddIndexBesideWriters("thing", TITLE)
    operation.state_forwards("meetings", after)
    with connection.schema_editor() as editor:
        editor.create_model(before.apps.get_model("meetings", "thing"))

    try:
        with connection.schema_editor(atomic=False) as editor:
            operation.database_forwards("meetings", editor, before, after)
        assert "by_title" in indexes()
        with connection.schema_editor(atomic=False) as editor:
            operation.database_backwards("meetings", editor, after, before)
        assert "by_title" not in indexes()
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(before.apps.get_model("meetings", "thing"))


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, "meetings_thing"))
