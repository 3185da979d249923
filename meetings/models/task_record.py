"""What became of each kind of background work the last time, and how often it went wrong."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TaskRecord(models.Model):
    """One row for each task, by name: its last run, and sums over all runs.

    A run that began after the last one ended is still going on, or was killed.
    """

    class Outcome(models.TextChoices):
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        AGAIN = "again", _("Will be tried again")

    name = models.CharField(_("task"), max_length=200, unique=True)
    began_at = models.DateTimeField(_("began"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    run = models.CharField(max_length=36, blank=True, editable=False)  # the last to begin
    milliseconds = models.PositiveIntegerField(_("took, in milliseconds"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    error = models.CharField(_("trouble"), max_length=500, blank=True)  # of the last failure
    # Where a task has something to tell: what its last run did, as the log says it
    result = models.CharField(_("what it did last"), max_length=500, blank=True)
    failed_at = models.DateTimeField(_("failed last"), null=True, blank=True)
    runs = models.PositiveBigIntegerField(_("runs"), default=0)
    failures = models.PositiveBigIntegerField(_("failures"), default=0)
    retries = models.PositiveBigIntegerField(_("tried again"), default=0)

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_unfinished(self) -> bool:
        if self.began_at is None:
            return False
        return self.ended_at is None or self.ended_at < self.began_at
