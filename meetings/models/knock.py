"""Who was told that somebody waits while no host is there."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .booking import Booking
from .guest import Guest
from .room import Room


class Knock(models.Model):
    """One host told by mail that somebody waits: once a meeting, with a link that lets in once."""

    # Says for what it is told once: a second row with the same cannot be made.
    once = models.CharField(max_length=100, unique=True, editable=False)
    room = models.ForeignKey(Room, models.CASCADE, related_name="knocks", verbose_name=_("room"))
    booking = models.ForeignKey(
        Booking,
        models.CASCADE,
        related_name="knocks",
        null=True,
        blank=True,
        verbose_name=_("meeting"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("host"),
    )
    guest = models.ForeignKey(
        Guest, models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("co-host")
    )
    told_at = models.DateTimeField(_("told"), auto_now_add=True)
    used_at = models.DateTimeField(_("let somebody in"), null=True, blank=True)

    class Meta:
        verbose_name = _("knock")
        verbose_name_plural = _("knocks")
        ordering = ("-told_at", "-pk")

    def __str__(self) -> str:
        return f"{self.booking or self.room}: {self.host}"

    @property
    def host(self) -> User | Guest | None:
        """Who was told: whose meeting it is, or a guest who is co-host."""
        return self.user or self.guest
