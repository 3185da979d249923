"""An account at a provider, typed into the admin."""

import json
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .fields import EncryptedTextField


class ProviderAccount(models.Model):
    """One configured account. The environment wins over a row with the same alias."""

    alias = models.SlugField(
        _("alias"),
        max_length=50,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9_-]+$")],
        help_text=_("Its name here; rooms remember it, so it stays as it is."),
    )
    backend = models.CharField(_("provider"), max_length=200)
    options = models.JSONField(_("options"), default=dict, blank=True)
    # The options that their adapter keeps out of its `repr`, as JSON
    secrets = EncryptedTextField(blank=True, default="", editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("provider account")
        verbose_name_plural = _("provider accounts")
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return self.alias

    @property
    def secret_options(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.secrets or "{}")
        return found

    @secret_options.setter
    def secret_options(self, values: dict[str, str]) -> None:
        self.secrets = json.dumps(values) if values else ""

    @property
    def all_options(self) -> dict[str, Any]:
        """What its adapter is configured with, secrets included: never to be shown."""
        return {**self.options, **self.secret_options}
