import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0017_recordings_in_step'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Caller',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('identity', models.CharField(max_length=64, verbose_name='person')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='asked')),
                ('seen_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last seen')),
                ('booking', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='callers', to='meetings.booking', verbose_name='meeting')),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='callers', to='meetings.joinlink', verbose_name='link')),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='callers', to='meetings.room', verbose_name='room')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'person at a closed door',
                'verbose_name_plural': 'people at closed doors',
                'ordering': ('asked_at', 'pk'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('booking__isnull', False)), fields=('booking', 'identity'), name='caller_once_per_meeting'), models.UniqueConstraint(condition=models.Q(('booking__isnull', True)), fields=('room', 'identity'), name='caller_once_per_room')],
            },
        ),
    ]
