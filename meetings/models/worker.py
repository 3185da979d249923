"""The processes that do background work, as far as they still say that they are there."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

FORGOTTEN_AFTER = timedelta(days=1)


class WorkerQuerySet(models.QuerySet["Worker"]):
    def gone(self) -> Self:
        """Those that ended without a word so long ago that nobody asks for them."""
        return self.filter(seen_at__lt=timezone.now() - FORGOTTEN_AFTER)


class Worker(models.Model):
    """One worker process. Its row goes when it stops; after a kill, `seen_at` grows old."""

    key = models.CharField(max_length=32, unique=True, editable=False)  # of this run, by chance
    name = models.CharField(_("name"), max_length=100)
    pid = models.PositiveIntegerField(_("process"))
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    objects = WorkerQuerySet.as_manager()

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        ordering = ("-seen_at", "pk")

    def __str__(self) -> str:
        return f"{self.name} ({self.pid})"
