"""Who is invited, and what they answered."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .booking import Booking
from .pattern import Pattern
from .series import Series


class GuestQuerySet(models.QuerySet["Guest"]):
    def visible_to(self, user: User) -> Self:
        meetings = Q(booking__organizer=user, booking__deleted_at=None)
        return self.filter(meetings | Q(series__organizer=user, series__deleted_at=None))

    def invited(self) -> Self:
        return self.filter(removed_at=None)


class Guest(models.Model):
    """A person invited to a meeting or a series, by e-mail address. Their link is a JoinLink."""

    booking = models.ForeignKey(
        Booking,
        models.CASCADE,
        related_name="guests",
        null=True,
        blank=True,
        verbose_name=_("meeting"),
    )
    series = models.ForeignKey(
        Series,
        models.CASCADE,
        related_name="guests",
        null=True,
        blank=True,
        verbose_name=_("series"),
    )
    email = models.EmailField(_("e-mail address"), max_length=254)
    name = models.CharField(_("name"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)  # as their browser said
    invited_at = models.DateTimeField(_("invited"), auto_now_add=True)
    opened_at = models.DateTimeField(_("opened the link"), null=True, blank=True)
    bounced_at = models.DateTimeField(_("mail came back"), null=True, blank=True)
    bounce = models.CharField(_("why"), max_length=300, blank=True)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    objects = GuestQuerySet.as_manager()

    class Meta:
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(booking__isnull=True, series__isnull=False)
                | Q(booking__isnull=False, series__isnull=True),
                name="guest_of_one_thing",
            ),
            models.UniqueConstraint(fields=("booking", "email"), name="guest_once_per_meeting"),
            models.UniqueConstraint(fields=("series", "email"), name="guest_once_per_series"),
        )

    def __str__(self) -> str:
        return self.name or self.email


class Answer(models.Model):
    """What a guest said: to one meeting, or in general to all meetings of a pattern."""

    class Choice(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        TENTATIVE = "tentative", _("Maybe")

    guest = models.ForeignKey(
        Guest, models.CASCADE, related_name="answers", verbose_name=_("guest")
    )
    booking = models.ForeignKey(
        Booking,
        models.CASCADE,
        related_name="answers",
        null=True,
        blank=True,
        verbose_name=_("meeting"),
    )
    # A series that changed from a date on asks anew from there: each of its parts is answered.
    pattern = models.ForeignKey(
        Pattern,
        models.CASCADE,
        related_name="answers",
        null=True,
        blank=True,
        verbose_name=_("pattern"),
    )
    choice = models.CharField(_("answer"), max_length=10, choices=Choice.choices)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    proposed_at = models.DateTimeField(_("proposed start"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), default=timezone.now)
    # Of the calendar event as it was known to whoever answered
    sequence = models.PositiveIntegerField(default=0, editable=False)
    # A change of time asks again; what was said before stays in the history.
    reset_at = models.DateTimeField(_("asked again"), null=True, blank=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ("-answered_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(booking__isnull=True, pattern__isnull=False)
                | Q(booking__isnull=False, pattern__isnull=True),
                name="answer_to_one_thing",
            ),
            models.UniqueConstraint(
                fields=("guest", "booking"),
                condition=Q(reset_at=None, booking__isnull=False),
                name="answer_once_per_meeting",
            ),
            models.UniqueConstraint(
                fields=("guest", "pattern"),
                condition=Q(reset_at=None, booking__isnull=True),
                name="answer_once_in_general",
            ),
        )

    def __str__(self) -> str:
        return f"{self.guest}: {self.get_choice_display()}"
