"""A provider that the operator has switched off for a while."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ProviderSwitch(models.Model):
    """There while no new session may begin at an alias; what runs there goes on."""

    alias = models.SlugField(_("alias"), max_length=50, unique=True)
    off_since = models.DateTimeField(_("switched off"), auto_now_add=True)
    off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("switched off by"),
    )

    class Meta:
        verbose_name = _("switched-off provider")
        verbose_name_plural = _("switched-off providers")

    def __str__(self) -> str:
        return self.alias
