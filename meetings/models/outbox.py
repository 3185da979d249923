"""Mails that are owed: what they tell, and to whom."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .booking import Booking
from .guest import Guest
from .owed import Owed, OwedQuerySet
from .room import Room
from .series import Series


class Notice(models.Model):
    """Something that people are told by mail: what was true when it was written down."""

    class Kind(models.TextChoices):
        INVITED = "invited", _("Invitation")
        CHANGED = "changed", pgettext_lazy("noun", "Change")
        CANCELLED = "cancelled", _("Cancellation")
        REMINDER = "reminder", _("Reminder")
        ANSWERED = "answered", _("Answer")
        ZONE_RULES = "zone_rules", _("New rules of a time zone")
        COLLISION = "collision", _("Dates that collide")
        WAITING = "waiting", _("Somebody waits")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    booking = models.ForeignKey(
        Booking,
        models.CASCADE,
        related_name="notices",
        null=True,
        blank=True,
        verbose_name=_("meeting"),
    )
    series = models.ForeignKey(
        Series,
        models.CASCADE,
        related_name="notices",
        null=True,
        blank=True,
        verbose_name=_("series"),
    )
    room = models.ForeignKey(  # where it is about a room without a meeting
        Room,
        models.CASCADE,
        related_name="notices",
        null=True,
        blank=True,
        verbose_name=_("room"),
    )
    facts = models.JSONField(_("facts"), default=dict)  # plain values; no secret, no link
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.booking or self.series or self.room or ''}"


class OutgoingMailQuerySet(OwedQuerySet["OutgoingMail"]):
    def waiting(self) -> Self:
        return self.filter(outcome=OutgoingMail.Outcome.WAITING)


class OutgoingMail(Owed):
    """One notice to one person: rendered when it is sent, in their language and zone."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        DROPPED = "dropped", _("Dropped: too late")
        REFUSED = "refused", pgettext_lazy("mail", "Refused")

    notice = models.ForeignKey(
        Notice, models.CASCADE, related_name="mails", verbose_name=_("notice")
    )
    # Says for what it is sent once: a second row with the same cannot be made.
    once = models.CharField(max_length=150, unique=True, editable=False)
    guest = models.ForeignKey(
        Guest,
        models.CASCADE,
        related_name="mails",
        null=True,
        blank=True,
        verbose_name=_("guest"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("user"),
    )
    to_email = models.EmailField(_("to"), max_length=254)
    to_name = models.CharField(_("name"), max_length=80, blank=True)
    message_id = models.CharField(_("message id"), max_length=120, unique=True, editable=False)
    # Later than this it is dropped rather than sent: a reminder of what has begun helps nobody.
    send_before = models.DateTimeField(_("useless after"), null=True, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.WAITING
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.notice.get_kind_display()}: {self.to_email}"
