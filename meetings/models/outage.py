"""When a provider was silent: what it says of that time has gaps."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OutageQuerySet(models.QuerySet["Outage"]):
    def open(self) -> Self:
        return self.filter(ended_at=None)

    def within(self, begin: datetime, end: datetime) -> Self:
        """Those that touch this time."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=begin), began_at__lt=end)


class Outage(models.Model):
    """One time in which an alias did not answer us, as far as we looked."""

    alias = models.SlugField(_("provider"), max_length=50)
    # It answered last before `began_at`, and again at `ended_at`
    began_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(pgettext_lazy("end", "to"), null=True, blank=True)
    error = models.CharField(_("trouble"), max_length=500, blank=True)

    objects = OutageQuerySet.as_manager()

    class Meta:
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        ordering = ("-began_at", "-pk")
        indexes = (models.Index(fields=("alias", "began_at")),)
        constraints = (
            models.UniqueConstraint(
                fields=("alias",), condition=Q(ended_at=None), name="outage_one_open_per_alias"
            ),
        )

    def __str__(self) -> str:
        return f"{self.alias}: {self.began_at:%Y-%m-%d %H:%M}"
