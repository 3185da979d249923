import django.utils.timezone
from django.db import migrations, models
from django.db.models import Q

BIG = {"auto_created": True, "primary_key": True, "serialize": False, "verbose_name": "ID"}


class Migration(migrations.Migration):
    contract = "No release came before it: nobody runs code that does not know this."
    dependencies = [("meetings", "0019_what_was_told_of_stays")]

    operations = [
        migrations.CreateModel(
            name="ProviderCalls",
            fields=[
                ("id", models.BigAutoField(**BIG)),
                ("alias", models.SlugField(verbose_name="provider")),
                ("minute", models.DateTimeField(verbose_name="minute")),
                (
                    "by_people",
                    models.PositiveIntegerField(default=0, verbose_name="for people who clicked"),
                ),
                (
                    "by_worker",
                    models.PositiveIntegerField(default=0, verbose_name="by the worker"),
                ),
            ],
            options={
                "verbose_name": "calls",
                "verbose_name_plural": "calls",
                "ordering": ("-minute", "alias"),
                "constraints": [
                    models.UniqueConstraint(fields=("alias", "minute"), name="provider_calls_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderTurn",
            fields=[
                ("id", models.BigAutoField(**BIG)),
                ("alias", models.SlugField(unique=True, verbose_name="provider")),
                ("free_at", models.FloatField(default=0.0)),
            ],
            options={"verbose_name": "turn", "verbose_name_plural": "turns"},
        ),
        migrations.CreateModel(
            name="TaskRecord",
            fields=[
                ("id", models.BigAutoField(**BIG)),
                ("name", models.CharField(max_length=200, unique=True, verbose_name="task")),
                ("began_at", models.DateTimeField(blank=True, null=True, verbose_name="began")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                ("run", models.CharField(blank=True, editable=False, max_length=36)),
                (
                    "milliseconds",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="took, in milliseconds"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("again", "Will be tried again"),
                        ],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "error",
                    models.CharField(blank=True, max_length=500, verbose_name="trouble"),
                ),
                (
                    "failed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="failed last"),
                ),
                ("runs", models.PositiveBigIntegerField(default=0, verbose_name="runs")),
                ("failures", models.PositiveBigIntegerField(default=0, verbose_name="failures")),
                ("retries", models.PositiveBigIntegerField(default=0, verbose_name="tried again")),
            ],
            options={
                "verbose_name": "task",
                "verbose_name_plural": "tasks",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="Worker",
            fields=[
                ("id", models.BigAutoField(**BIG)),
                ("key", models.CharField(editable=False, max_length=32, unique=True)),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("pid", models.PositiveIntegerField(verbose_name="process")),
                (
                    "started_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="started"),
                ),
                (
                    "seen_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="last seen"
                    ),
                ),
            ],
            options={
                "verbose_name": "worker",
                "verbose_name_plural": "workers",
                "ordering": ("-seen_at", "pk"),
            },
        ),
        migrations.AlterField(
            model_name="roomsession",
            name="end_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("host", "A host ended it"),
                    ("empty", "Nobody was left"),
                    ("time", "Its time was over"),
                    ("cancelled", "The meeting was cancelled"),
                    ("provider", "The provider closed it"),
                    ("moved", "It went on at another provider"),
                    ("no_host", "No host was left"),
                    ("unused", "It stood ready and nobody began it"),
                ],
                max_length=10,
                verbose_name="why it ended",
            ),
        ),
        migrations.AlterField(
            model_name="roomsession",
            name="state",
            field=models.CharField(
                choices=[
                    ("prepared", "Prepared"),
                    ("ready", "Ready"),
                    ("opening", "Opening"),
                    ("live", "Live"),
                    ("ended", "Ended"),
                    ("failed", "Failed"),
                ],
                default="opening",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="roomsession",
            constraint=models.UniqueConstraint(
                fields=("booking",),
                condition=Q(state="ready"),
                name="session_one_ready_per_booking",
            ),
        ),
    ]
