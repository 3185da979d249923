"""The built-in room's own tables: one row per page in a room, and its chat."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.providers.base import Role

from .database_clock import DatabaseNow
from .join_link import JoinLink
from .session import RoomSession

# A process writes every ten seconds which pages it hears: one not heard of for longer is offline,
# also when the process died before it could say so.
HEARD_WITHIN = timedelta(seconds=40)


class RoomPeerQuerySet(models.QuerySet["RoomPeer"]):
    def inside(self) -> Self:
        return self.filter(status=RoomPeer.Status.IN)

    def unheard_for(self, grace: timedelta) -> Self:
        """Pages offline for longer than this."""
        latest = DatabaseNow() - grace
        return self.filter(
            Q(online=False, seen_at__lt=latest) | Q(seen_at__lt=latest - HEARD_WITHIN)
        )


class RoomPeer(models.Model):
    """One page in the built-in room. Rows stay after the person has gone."""

    class Status(models.TextChoices):
        IN = "in", _("In the room")
        GONE = "gone", _("Gone")
        REMOVED = "removed", _("Removed")

    session = models.ForeignKey(
        RoomSession, models.CASCADE, related_name="peers", verbose_name=_("session")
    )
    pid = models.CharField(max_length=16, unique=True)  # one per page load
    identity = models.CharField(_("person"), max_length=64, db_index=True)
    # SHA-256: the secret itself is never stored.
    resume_hash = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=80)
    role = models.CharField(_("role"), max_length=12, choices=JoinLink.Purpose.choices)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.IN)
    seq = models.PositiveBigIntegerField()  # the session's rev at entry: who is the newcomer
    media = models.JSONField(default=dict)  # {"audio": bool, "video": bool, "screen": bool}
    forced = models.JSONField(default=dict)  # muted by a host: {"audio": bool, "video": bool}
    hand = models.BooleanField(_("hand raised"), default=False)
    conn = models.PositiveIntegerField(default=1)  # raised with each new socket
    online = models.BooleanField(_("connected"), default=True)
    seen_at = models.DateTimeField(_("last seen"))
    entered_at = models.DateTimeField(_("entered"))
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    left_why = models.CharField(_("why they left"), max_length=12, blank=True)

    objects = RoomPeerQuerySet.as_manager()

    class Meta:
        verbose_name = _("built-in room: person")
        verbose_name_plural = _("built-in room: people")
        ordering = ("seq", "pk")
        indexes = (
            models.Index(fields=("session", "status")),
            models.Index(
                fields=("seen_at",), condition=models.Q(status="in"), name="roompeer_inside_seen"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.get_status_display()})"

    @property
    def hosts(self) -> bool:
        return Role(self.role).hosts

    @property
    def is_online(self) -> bool:
        return self.online and self.seen_at > timezone.now() - HEARD_WITHIN


class ChatMessage(models.Model):
    """A message in the built-in room's chat."""

    session = models.ForeignKey(
        RoomSession, models.CASCADE, related_name="chat", verbose_name=_("session")
    )
    pid = models.CharField(max_length=16)
    name = models.CharField(_("name"), max_length=80)
    text = models.CharField(_("text"), max_length=4000)
    client_id = models.CharField(max_length=40)  # a message sent again after a lost echo is one
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("built-in room: chat message")
        verbose_name_plural = _("built-in room: chat messages")
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("pid", "client_id"), name="chat_message_once"),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.text[:40]}"
