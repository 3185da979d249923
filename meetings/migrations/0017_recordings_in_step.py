"""What providers keep of earlier sessions is asked for once, as no row of ours tells of it yet."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone


def ask_about_earlier_sessions(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    sessions = apps.get_model("meetings", "RoomSession")
    held = sessions.objects.filter(live_at__isnull=False, state="ended")
    held.update(recordings_due_at=timezone.now())


class Migration(migrations.Migration):
    contract = "No release came before it: nobody runs code that does not know this."
    dependencies = [("meetings", "0016_recordings_knocks_outages")]

    operations = [
        migrations.AddField(
            model_name="roomsession",
            name="recordings_seen_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="roomsession",
            name="recordings_error",
            field=models.CharField(blank=True, default="", editable=False, max_length=500),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="room",
            name="deletes_recordings",
            field=models.BooleanField(default=False, verbose_name="recordings deleted with it"),
        ),
        migrations.RunPython(ask_about_earlier_sessions, migrations.RunPython.noop, elidable=True),
    ]
