from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0014_link_uses'),
    ]

    operations = [
        migrations.AddField(
            model_name='admission',
            name='given_role',
            field=models.CharField(blank=True, choices=[('host', 'Host'), ('cohost', 'Co-host'), ('participant', 'Participants')], max_length=12, verbose_name='made by a host'),
        ),
        migrations.AddField(
            model_name='admission',
            name='comes_along',
            field=models.BooleanField(default=False, editable=False, verbose_name='comes along'),
        ),
        migrations.AlterField(
            model_name='roomsession',
            name='state',
            field=models.CharField(choices=[('prepared', 'Prepared'), ('opening', 'Opening'), ('live', 'Live'), ('ended', 'Ended'), ('failed', 'Failed')], default='opening', max_length=10, verbose_name='state'),
        ),
    ]
