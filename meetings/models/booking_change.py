"""What was changed about a meeting, by whom."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .booking import Booking
from .history import HistoryQuerySet


class BookingChange(models.Model):
    """One change of a booking, with each field's old and new value. Never edited."""

    class Kind(models.TextChoices):
        BOOKED = "booked", _("Booked")
        EDITED = "edited", _("Changed")
        INVITED = "invited", _("Guests invited")
        UNINVITED = "uninvited", _("Guest removed")
        CANCELLED = "cancelled", _("Cancelled")
        DELETED = "deleted", _("Removed from lists")
        ZONE_RULES = "zone_rules", _("Moved by new rules of its time zone")

    booking = models.ForeignKey(
        Booking, models.CASCADE, related_name="changes", verbose_name=_("meeting")
    )
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    by = models.ForeignKey(  # nobody: Parley itself
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)
    # {"starts_at": ["2026-…", "2026-…"]}: field → old and new, as JSON holds them
    values = models.JSONField(_("old and new"), default=dict, blank=True)

    objects: ClassVar[models.Manager["BookingChange"]] = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.booking}"

    @property
    def about(self) -> Booking:
        return self.booking

    @property
    def told(self) -> dict[str, Any]:
        """What the audit log is told of it."""
        return {**self.values}
