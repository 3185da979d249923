"""When somebody asked that their account be erased."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='leaves_since',
            field=models.DateTimeField(editable=False, null=True, verbose_name='leaves since'),
        ),
    ]
