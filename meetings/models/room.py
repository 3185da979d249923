"""A place with a permanent address of ours."""

import hashlib
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from meetings.providers import default_alias

from .fields import EncryptedTextField

# What its owner may change
ROOM_SETTINGS = (
    "name",
    "provider_alias",
    "waiting_room",
    "needs_host",
    "doors_open_minutes",
    "capacity",
    "chat",
    "participants_share",
    "is_webinar",
)


class WaitingRoom(models.TextChoices):
    """Who waits until a host admits them."""

    NOBODY = "nobody", _("Nobody: people come straight in")
    GUESTS = "guests", _("People without an account")
    UNINVITED = "uninvited", _("People without a personal invitation")
    EVERYONE = "everyone", _("Everyone except hosts")


class RoomQuerySet(models.QuerySet["Room"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(owner=user)

    def permanent(self) -> Self:
        return self.filter(is_permanent=True)

    def in_use(self) -> Self:
        return self.filter(archived_at=None)


class Room(models.Model):
    """A place to meet: its owner, its provider, and how its doors work.

    A permanent room has links of its own and lasts; the others are made for one booking.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="rooms", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=200)
    is_permanent = models.BooleanField(_("permanent"), default=False)
    provider_alias = models.SlugField(_("provider"), max_length=50, default=default_alias)
    waiting_room = models.CharField(
        _("who waits for a host"),
        max_length=10,
        choices=WaitingRoom.choices,
        default=WaitingRoom.GUESTS,
    )
    needs_host = models.BooleanField(_("starts with a host"), default=True)
    capacity = models.PositiveSmallIntegerField(
        _("most people"), null=True, blank=True, validators=[MinValueValidator(2)]
    )
    chat = models.BooleanField(_("chat"), default=True)
    participants_share = models.BooleanField(_("participants may share their screen"), default=True)
    is_webinar = models.BooleanField(_("webinar: hosts speak, the others watch"), default=False)
    doors_open_minutes = models.PositiveSmallIntegerField(
        _("doors open, minutes before the start"),
        default=10,
        validators=[MaxValueValidator(24 * 60)],
    )
    passcode = EncryptedTextField(blank=True, default="", editable=False)  # asked at our door
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    # Whether its owner wanted its recordings gone from the provider when they gave it up
    deletes_recordings = models.BooleanField(_("recordings deleted with it"), default=False)

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ("name", "pk")
        indexes = (models.Index(fields=("owner", "is_permanent", "name")),)

    def __str__(self) -> str:
        return self.name

    @property
    def mark(self) -> str:
        """The same while nothing of the room was changed: for forms that lie open meanwhile."""
        facts = [str(getattr(self, name)) for name in (*ROOM_SETTINGS, "archived_at")]
        facts.append(salted_hmac("meetings.room", self.passcode).hexdigest())
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def archive(self, *, deletes_recordings: bool = False) -> None:
        self.archived_at = timezone.now()
        self.deletes_recordings = deletes_recordings
        with transaction.atomic():
            self.save(update_fields=["archived_at", "deletes_recordings", "updated_at"])
            audit.record(audit.Action.ENDED, self)
