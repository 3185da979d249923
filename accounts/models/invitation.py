"""An invitation to sign up."""

import secrets
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .user import User

LIFETIME = timedelta(days=14)


def new_token() -> str:
    """192 random bits, as a link carries them."""
    return secrets.token_urlsafe(24)


def in_two_weeks() -> datetime:
    return timezone.now() + LIFETIME


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def usable(self) -> Self:
        return self.filter(accepted_at=None, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """Lets the owner of one address sign up, once, and counts as that address's confirmation."""

    email = models.EmailField(_("e-mail address"), max_length=254)
    token = models.CharField(
        _("token"), max_length=64, unique=True, default=new_token, editable=False
    )
    invited_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="invitations",
        verbose_name=_("invited by"),
    )
    created_at = models.DateTimeField(_("invited"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"), default=in_two_weeks)
    accepted_at = models.DateTimeField(_("accepted"), null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.email

    def get_absolute_url(self) -> str:
        return reverse("invitation", args=[self.token])

    def accept(self) -> bool:
        """Use it up; False when somebody else was faster or its time is over."""
        usable = Invitation.objects.usable().filter(pk=self.pk)
        return bool(usable.update(accepted_at=timezone.now()))

    def renew(self) -> None:
        """A new link for the same person; the old one no longer leads anywhere."""
        self.token, self.expires_at = new_token(), in_two_weeks()
        self.save(update_fields=["token", "expires_at"])
