"""The audit log, whose rows the database itself keeps from being changed or deleted.

A later migration that makes the table of entries anew on SQLite loses the triggers with the old one
and has to run `guard` again.
"""

from typing import Any

import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

MESSAGE = "audit entries are neither changed nor deleted"
CLOSED = "NOT EXISTS (SELECT 1 FROM accounts_auditdoor)"


def guard(apps: Any, schema_editor: Any) -> None:
    for statement in STATEMENTS[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def unguard(apps: Any, schema_editor: Any) -> None:
    """They go with their table, but for PostgreSQL's function."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION audit_entries_stay() CASCADE")


STATEMENTS = {
    "sqlite": [
        f"""
        CREATE TRIGGER audit_entries_stay_{deed.lower()} BEFORE {deed} ON accounts_auditentry
        WHEN {CLOSED} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
        """
        for deed in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        f"""
        CREATE FUNCTION audit_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {CLOSED} THEN
                RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE ON accounts_auditentry
        FOR EACH ROW EXECUTE FUNCTION audit_entries_stay()
        """,
        """
        CREATE TRIGGER audit_table_stays BEFORE TRUNCATE ON accounts_auditentry
        FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_stay()
        """,
    ],
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_leaving"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditDoor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_index=True, default=django.utils.timezone.now, verbose_name="when"
                    ),
                ),
                (
                    "by",
                    models.CharField(
                        choices=[
                            ("person", "Somebody signed in"),
                            ("operator", "In the administration"),
                            ("guest", "Somebody without an account"),
                            ("provider", "A provider"),
                            ("worker", "The worker"),
                            ("program", "A command on the server"),
                        ],
                        max_length=10,
                        verbose_name="who",
                    ),
                ),
                ("through", models.CharField(blank=True, max_length=100, verbose_name="through")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("changed", "Changed"),
                            ("deleted", "Deleted"),
                            ("signed_in", "Signed in"),
                            ("sign_in_failed", "Sign-in failed"),
                            ("signed_out", "Signed out"),
                            ("signed_up", "Signed up"),
                            ("password_changed", "Password changed"),
                            ("address_changed", "Address changed"),
                            ("factor_added", "Second factor or passkey added"),
                            ("factor_removed", "Second factor or passkey removed"),
                            ("linked", "Sign-in elsewhere linked"),
                            ("unlinked", "Sign-in elsewhere unlinked"),
                            ("booked", "Booked"),
                            ("edited", "Changed"),
                            ("invited", "Guests invited"),
                            ("uninvited", "Guest removed"),
                            ("cancelled", "Cancelled"),
                            ("zone_rules", "Moved by new rules of its time zone"),
                            ("following", "Changed from a date on"),
                            ("ended", "Ended"),
                            ("answered", "Answered"),
                            ("withdrawn", "Withdrawn"),
                            ("replaced", "Replaced"),
                            ("opened", "Opened"),
                            ("failed", "Could not be opened"),
                            ("moved", "Moved"),
                            ("admitted", "Let in"),
                            ("refused", "Sent away"),
                            ("removed", "Put out"),
                            ("role_given", "Role given"),
                            ("muted", "Muted"),
                            ("locked", "Locked or opened"),
                            ("recorded", "Recording begun or stopped"),
                            ("shared", "Shared with others"),
                            ("switched_off", "Switched off"),
                            ("switched_on", "Switched on"),
                            ("repaired", "Repaired"),
                            ("exported", "Taken along"),
                            ("erased", "Erased"),
                            ("expired", "Kept no longer"),
                            ("restored", "Restored from a backup"),
                            ("keys_rotated", "Keys rotated"),
                        ],
                        max_length=20,
                        verbose_name="what",
                    ),
                ),
                ("about", models.CharField(blank=True, max_length=60, verbose_name="kind")),
                ("about_id", models.CharField(blank=True, max_length=40, verbose_name="number")),
                (
                    "values",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="before and after",
                    ),
                ),
                (
                    "request",
                    models.CharField(blank=True, max_length=64, verbose_name="request or task"),
                ),
                ("address", models.CharField(blank=True, max_length=45, verbose_name="address")),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit log",
                "ordering": ("-at", "-pk"),
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["about", "about_id"], name="accounts_au_about_095b2d_idx"),
                    models.Index(fields=["user", "at"], name="accounts_au_user_id_a4a2d8_idx"),
                ],
            },
        ),
        migrations.RunPython(guard, unguard),
    ]
