"""Calls to providers: how many there were, and when the worker may make the next one."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProviderCalls(models.Model):
    """The calls at one alias in one minute; rows of minutes without any are not there."""

    alias = models.SlugField(_("provider"), max_length=50)
    minute = models.DateTimeField(_("minute"))
    by_people = models.PositiveIntegerField(_("for people who clicked"), default=0)
    by_worker = models.PositiveIntegerField(_("by the worker"), default=0)

    class Meta:
        verbose_name = _("calls")
        verbose_name_plural = _("calls")
        ordering = ("-minute", "alias")
        constraints = (
            models.UniqueConstraint(fields=("alias", "minute"), name="provider_calls_once"),
        )

    def __str__(self) -> str:
        return f"{self.alias}: {self.minute:%Y-%m-%d %H:%M}"


class ProviderTurn(models.Model):
    """When the next turn at an alias is free, for all workers: seconds since 1970."""

    alias = models.SlugField(_("provider"), max_length=50, unique=True)
    free_at = models.FloatField(default=0.0)

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")

    def __str__(self) -> str:
        return self.alias
