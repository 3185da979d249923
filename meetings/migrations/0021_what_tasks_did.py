from django.db import migrations, models


class Migration(migrations.Migration):
    contract = "No release came before it: nobody runs code that does not know this."
    dependencies = [("meetings", "0020_background_work")]

    operations = [
        migrations.AddField(
            model_name="taskrecord",
            name="result",
            field=models.CharField(blank=True, max_length=500, verbose_name="what it did last"),
        ),
    ]
