"""Where we and a provider disagree."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .reservation import Reservation
from .session import RoomSession

APART = timedelta(seconds=20)  # between two looks


class DriftQuerySet(models.QuerySet["Drift"]):
    def open(self) -> Self:
        return self.filter(settled_at=None)

    def seen_twice(self) -> Self:
        """What lasts: a room that is opened or closed this moment differs for a moment only."""
        return self.filter(seen_at__gte=F("found_at") + APART)


class Drift(models.Model):
    """One difference between our rows and what a provider says, while and since it was seen."""

    class Kind(models.TextChoices):
        SESSION_GONE = "session_gone", _("Our session is live, its room is not open")
        SESSION_LEFT = "session_left", _("Our session is over, its room is still open")
        ROSTER = "roster", _("Other people are inside than we know of")
        BOOKING_MISSING = "booking_missing", _("Our reservation is not there")
        BOOKING_OTHER = "booking_other", _("Our reservation is there at another time")
        BOOKING_LEFT = "booking_left", _("A reservation that we gave back is still there")

    class Outcome(models.TextChoices):
        REPAIRED = "repaired", _("Repaired")
        VANISHED = "vanished", _("Gone by itself")

    alias = models.SlugField(_("provider"), max_length=50)
    kind = models.CharField(_("difference"), max_length=20, choices=Kind.choices)
    room_id = models.CharField(_("provider's room"), max_length=200)
    session = models.ForeignKey(
        RoomSession,
        models.CASCADE,
        related_name="drifts",
        null=True,
        blank=True,
        verbose_name=_("session"),
    )
    reservation = models.ForeignKey(
        Reservation,
        models.CASCADE,
        related_name="drifts",
        null=True,
        blank=True,
        verbose_name=_("reservation"),
    )
    details = models.CharField(_("details"), max_length=500, blank=True)
    found_at = models.DateTimeField(_("first seen"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last seen"), auto_now=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    error = models.CharField(_("trouble"), max_length=500, blank=True)

    objects = DriftQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = (F("settled_at").desc(nulls_first=True), "-found_at", "-pk")  # open ones first
        constraints = (
            models.UniqueConstraint(
                fields=("alias", "kind", "room_id"),
                condition=Q(settled_at=None),
                name="drift_once_while_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.alias}: {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return self.settled_at is None

    @property
    def outcome_shown(self) -> str:
        """What became of it. Reserving again is owed then; the worker does it within a minute."""
        again = {self.Kind.BOOKING_MISSING, self.Kind.BOOKING_OTHER}
        if self.outcome == self.Outcome.REPAIRED and self.kind in again:
            return str(_("Will be reserved again"))
        return self.get_outcome_display()

    def settle(self, outcome: "Drift.Outcome") -> bool:
        """Over; False when somebody else has settled it."""
        settled = Drift.objects.open().filter(pk=self.pk)
        done = settled.update(settled_at=timezone.now(), outcome=outcome, error="")
        self.refresh_from_db()
        return bool(done)

    def note_trouble(self, error: str) -> None:
        """Still open, and why it could not be repaired."""
        Drift.objects.open().filter(pk=self.pk).update(error=error[:500])
        self.refresh_from_db()
