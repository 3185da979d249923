"""Who was there, from when to when."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.comings import Kind
from meetings.providers.base import Role

from .join_link import JoinLink
from .session import RoomSession


class Attendance(models.Model):
    """One stay of one person in a session. Coming back is a new stay."""

    session = models.ForeignKey(
        RoomSession, models.CASCADE, related_name="attendances", verbose_name=_("session")
    )
    identity = models.CharField(_("person"), max_length=64)
    name = models.CharField(_("name"), max_length=80)
    role = models.CharField(
        _("role"), max_length=12, choices=JoinLink.Purpose.choices, default=Role.PARTICIPANT.value
    )
    joined_at = models.DateTimeField(_("joined"))
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    # When a departure was only noticed: they were surely there until then, and gone by `left_at`.
    # While they are inside: when the provider's list has last shown them.
    left_after = models.DateTimeField(_("seen until"), null=True, blank=True)
    # What was told of it, as `comings.Mark` writes it: later news may be about an earlier moment
    told = models.JSONField(default=list, blank=True, editable=False)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering = ("joined_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("session", "identity"),
                condition=Q(left_at=None),
                name="attendance_one_open_stay",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.session}"

    @property
    def role_shown(self) -> str:
        """As one person's: the links' words are for all who have them."""
        hosts = Role(self.role).hosts
        return self.get_role_display() if hosts else str(_("Participant"))

    @property
    def arrival_is_known(self) -> bool:
        """Not of those of whom only the departure was told: that is a stay of no length."""
        return self.joined_at != self.left_at or any(mark[0] == Kind.CAME for mark in self.told)

    @property
    def lasted(self) -> timedelta:
        end: datetime = self.left_at or timezone.now()
        return end - self.joined_at
