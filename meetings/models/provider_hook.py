"""Our address for events, as a provider's account has it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .owed import Owed, OwedQuerySet


class ProviderHook(Owed):
    """One account that was told, by a call, where to send what happens in its rooms."""

    alias = models.SlugField(_("provider"), max_length=50, unique=True)
    webhook_id = models.CharField(_("their number of it"), max_length=64, blank=True)
    validated = models.BooleanField(_("validated"), default=False)
    ensured_at = models.DateTimeField(_("looked at"), null=True, blank=True)

    objects = OwedQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook address")
        verbose_name_plural = _("webhook addresses")
        ordering = ("alias",)

    def __str__(self) -> str:
        return self.alias
