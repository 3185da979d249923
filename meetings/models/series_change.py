"""What was changed about a series, by whom."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .history import HistoryQuerySet
from .series import Series


class SeriesChange(models.Model):
    """One change of a series, or of it from a date on. Never edited."""

    class Kind(models.TextChoices):
        BOOKED = "booked", _("Booked")
        EDITED = "edited", _("Changed")
        INVITED = "invited", _("Guests invited")
        UNINVITED = "uninvited", _("Guest removed")
        FOLLOWING = "following", _("Changed from a date on")
        ENDED = "ended", _("Ended before a date")
        CANCELLED = "cancelled", _("Cancelled")
        DELETED = "deleted", _("Removed from lists")

    series = models.ForeignKey(
        Series, models.CASCADE, related_name="changes", verbose_name=_("series")
    )
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)
    # The date (ISO) from which on it holds; nothing for the whole series
    since = models.DateField(_("from"), null=True, blank=True)
    meetings = models.PositiveIntegerField(_("meetings"), default=0)  # how many it made or changed
    # {"clock": ["09:00", "10:00"]}: field → old and new, as JSON holds them
    values = models.JSONField(_("old and new"), default=dict, blank=True)

    objects: ClassVar[models.Manager["SeriesChange"]] = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a series")
        verbose_name_plural = _("changes of series")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.series}"

    @property
    def about(self) -> Series:
        return self.series

    @property
    def told(self) -> dict[str, Any]:
        """What the audit log is told of it."""
        return {**self.values, "since": self.since, "meetings": self.meetings}
