"""An operation for migrations of tables that people write to meanwhile."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddIndex
from django.db.migrations.state import ProjectState


class AddIndexBesideWriters(AddIndex):
    """On PostgreSQL, an index that holds up nobody who writes: with `atomic = False` beside it.

    Django's own (AddIndexConcurrently) is for PostgreSQL only.
    """

    atomic = False

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.add_index(model, self.index, concurrently=True)  # type: ignore[call-arg]
