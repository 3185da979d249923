"""What providers told us."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.providers.base import EventKind

from .fields import EncryptedTextField
from .owed import Owed, OwedQuerySet
from .prepared import PreparedOne, given
from .session import RoomSession

KINDS = {
    EventKind.ROOM_STARTED: _("Room opened"),
    EventKind.ROOM_ENDED: _("Room closed"),
    EventKind.ATTENDEE_JOINED: _("Somebody came"),
    EventKind.ATTENDEE_LEFT: _("Somebody left"),
    EventKind.RECORDING_STARTED: _("Recording began"),
    EventKind.RECORDING_ENDED: _("Recording ended"),
    EventKind.RECORDING_READY: _("Recording is ready"),
    EventKind.FILE_READY: _("File is ready"),
    EventKind.HINT: _("Something may have changed"),
    EventKind.UNKNOWN: _("Something else"),
}


class WebhookDelivery(Owed):
    """One event as it was told, once; applied when its session is known."""

    class Outcome(models.TextChoices):
        RECEIVED = "received", _("Received")
        APPLIED = "applied", _("Applied")
        STRANGER = "stranger", _("About a room that is not ours")
        IGNORED = "ignored", _("Nothing to do")
        FAILED = "failed", _("Failed")

    alias = models.SlugField(_("provider"), max_length=50)
    event_id = models.CharField(_("event"), max_length=128)  # theirs, or a digest
    kind = models.CharField(
        _("what happened"),
        max_length=20,
        choices=[(kind.value, word) for kind, word in KINDS.items()],
    )
    room_id = models.CharField(_("provider's room"), max_length=200, blank=True)
    run_id = models.CharField(_("provider's session"), max_length=200, blank=True)
    recording_id = models.CharField(_("recording"), max_length=200, blank=True)
    # Ours, told by the address that the delivery came to
    session = models.ForeignKey(
        RoomSession,
        models.CASCADE,
        related_name="deliveries",
        null=True,
        blank=True,
        verbose_name=_("session"),
    )
    attendee = models.JSONField(_("person"), default=dict, blank=True)  # key, name, role
    host_key = EncryptedTextField(blank=True, default="", editable=False)
    occurred_at = models.DateTimeField(_("happened"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.RECEIVED
    )

    objects = OwedQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ("-received_at", "-pk")
        constraints = (models.UniqueConstraint(fields=("alias", "event_id"), name="delivery_once"),)
        indexes = (models.Index(fields=("alias", "room_id")),)

    def __str__(self) -> str:
        return f"{self.alias}: {self.get_kind_display()}"


# Asked whenever a provider tells something, again and again
delivery_of = PreparedOne(
    lambda: WebhookDelivery.objects.filter(
        alias=given("alias"), event_id=given("event_id")
    ).order_by()
)
