"""Calendar feeds by secret address."""

import secrets
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User

from .room import Room


def new_feed_token() -> str:
    """192 random bits: whoever has them reads the calendar."""
    return secrets.token_urlsafe(24)


class FeedQuerySet(models.QuerySet["Feed"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(owner=user)

    def usable(self) -> Self:
        """Addresses that still answer: of people who are here, for rooms that are still theirs."""
        is_theirs = Q(room=None) | Q(room__owner=F("owner"))
        return self.filter(is_theirs, revoked_at=None, owner__is_active=True)

    def not_revoked(self) -> Self:
        return self.filter(revoked_at=None)


class Feed(models.Model):
    """One address from which calendar programs read: a person's meetings, or those of a room."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="feeds", verbose_name=_("owner")
    )
    room = models.ForeignKey(
        Room,
        models.CASCADE,
        related_name="feeds",
        null=True,
        blank=True,
        verbose_name=_("room"),
    )
    token = models.CharField(
        _("token"), max_length=64, unique=True, default=new_feed_token, editable=False
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_read_at = models.DateTimeField(_("last read"), null=True, blank=True, editable=False)

    objects = FeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("owner",),
                condition=Q(room=None, revoked_at=None),
                name="feed_once_per_person",
            ),
            models.UniqueConstraint(
                fields=("owner", "room"),
                condition=Q(room__isnull=False, revoked_at=None),
                name="feed_once_per_room",
            ),
        )

    def __str__(self) -> str:
        return str(self.room or self.owner)

    def get_absolute_url(self) -> str:
        return reverse("feed", args=[self.token])

    def revoke(self) -> None:
        mine = Feed.objects.filter(pk=self.pk, revoked_at=None)
        with transaction.atomic():
            if mine.update(revoked_at=timezone.now()):
                audit.record(audit.Action.WITHDRAWN, self)
