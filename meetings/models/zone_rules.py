"""Which edition of the world's time zones our instants were computed with."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ZoneRules(models.Model):
    """One edition, applied to every meeting ahead."""

    edition = models.CharField(_("edition"), max_length=20, unique=True)  # as tzdata names it
    applied_at = models.DateTimeField(_("applied"), auto_now_add=True)
    moved = models.PositiveIntegerField(_("meetings moved"), default=0)

    class Meta:
        verbose_name = _("rules of time zones")
        verbose_name_plural = _("rules of time zones")
        ordering = ("-applied_at", "-pk")

    def __str__(self) -> str:
        return self.edition
