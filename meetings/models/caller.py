"""Who wants to come in where nothing runs yet, because no host has opened it."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .admission import GONE_AFTER
from .booking import Booking
from .join_link import JoinLink
from .room import Room

FORGOTTEN_AFTER = timedelta(days=1)


class CallerQuerySet(models.QuerySet["Caller"]):
    def visible_to(self, user: User) -> Self:
        mine = Q(booking__organizer=user, booking__deleted_at=None)
        return self.filter(mine | Q(booking=None, room__owner=user))

    def at(self, room: Room, booking: Booking | None) -> Self:
        return self.filter(room=room, booking=booking)

    def at_the_door(self) -> Self:
        """Those whose page still asks; whoever closed it has gone."""
        return self.filter(seen_at__gt=timezone.now() - GONE_AFTER)

    def long_gone(self) -> Self:
        return self.filter(seen_at__lt=timezone.now() - FORGOTTEN_AFTER)


class Caller(models.Model):
    """One person who asked to be let in as soon as a host is there: before there is a session.

    From then on, their admission says how it stands with them.
    """

    room = models.ForeignKey(Room, models.CASCADE, related_name="callers", verbose_name=_("room"))
    booking = models.ForeignKey(
        Booking,
        models.CASCADE,
        related_name="callers",
        null=True,
        blank=True,
        verbose_name=_("meeting"),
    )
    link = models.ForeignKey(
        JoinLink, models.CASCADE, related_name="callers", verbose_name=_("link")
    )
    identity = models.CharField(_("person"), max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("user"),
    )
    name = models.CharField(_("name"), max_length=80)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    objects = CallerQuerySet.as_manager()

    class Meta:
        verbose_name = _("person at a closed door")
        verbose_name_plural = _("people at closed doors")
        ordering = ("asked_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("booking", "identity"),
                condition=Q(booking__isnull=False),
                name="caller_once_per_meeting",
            ),
            models.UniqueConstraint(
                fields=("room", "identity"),
                condition=Q(booking__isnull=True),
                name="caller_once_per_room",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.booking or self.room}"

    @property
    def is_at_the_door(self) -> bool:
        return self.seen_at > timezone.now() - GONE_AFTER
