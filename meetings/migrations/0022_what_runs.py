from django.db import migrations, models


class Migration(migrations.Migration):
    contract = "No release came before it: nobody runs code that does not know this."
    dependencies = [("meetings", "0021_what_tasks_did")]

    operations = [
        migrations.AddIndex(
            model_name="roomsession",
            index=models.Index(fields=["state", "booking"], name="meetings_ro_state_8a79ce_idx"),
        ),
        migrations.AddIndex(
            model_name="joinlink",
            index=models.Index(
                fields=["series"],
                condition=models.Q(series__isnull=False),
                name="link_of_series",
            ),
        ),
    ]
