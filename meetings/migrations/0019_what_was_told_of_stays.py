from django.db import migrations, models


class Migration(migrations.Migration):
    contract = "No release came before it: nobody runs code that does not know this."
    dependencies = [("meetings", "0018_callers")]

    operations = [
        migrations.AddField(
            model_name="attendance",
            name="told",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
    ]
