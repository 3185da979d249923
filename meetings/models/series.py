"""Meetings that repeat."""

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User

if TYPE_CHECKING:
    from .pattern import Pattern


class SeriesQuerySet(models.QuerySet["Series"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(organizer=user, deleted_at=None)

    def going_on(self) -> Self:
        return self.filter(cancelled_at=None, deleted_at=None)


class Series(models.Model):
    """What a set of meetings belongs to, whatever changes: its organizer, its links, its guests.

    How it repeats is told by its patterns, one after the other; the meetings are bookings.
    """

    organizer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="series",
        verbose_name=_("organizer"),
    )
    title = models.CharField(_("title"), max_length=200)  # of its latest pattern
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason"), max_length=500, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    # Made with the empty form: the same form sent twice is one series.
    request_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    deleted_at = models.DateTimeField(_("removed from lists"), null=True, blank=True)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = pgettext_lazy("plural", "series")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.title

    @property
    def last_pattern(self) -> "Pattern | None":
        """How it repeats in the end; of a cancelled one, how it would have."""
        there = models.Q(cancelled_at=None)
        if self.cancelled_at:  # others were replaced before
            there |= models.Q(cancelled_at__gte=self.cancelled_at)
        return self.patterns.filter(there).last() or self.patterns.last()

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None
