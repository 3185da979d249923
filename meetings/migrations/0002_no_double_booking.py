"""PostgreSQL's own word against double booking, for whoever gets past the service.

SQLite has one writer at a time, so there the service's query inside the transaction is enough.
"""

from typing import Any

from django.db import migrations

NAMES = {"organizer_id": "booking_one_per_organizer", "room_id": "booking_one_per_room"}


def add(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for column, name in NAMES.items():
        schema_editor.execute(
            f"ALTER TABLE meetings_booking ADD CONSTRAINT {name} EXCLUDE USING gist"
            f" ({column} WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&)"
            " WHERE (state = 'confirmed' AND NOT may_overlap)"
        )


def remove(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in NAMES.values():
            schema_editor.execute(f"ALTER TABLE meetings_booking DROP CONSTRAINT {name}")


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_initial")]

    operations = [migrations.RunPython(add, remove)]
