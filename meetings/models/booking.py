"""What people call a meeting."""

import uuid
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.zones import validate_zone
from meetings.local_time import wall_of
from meetings.reminders import next_due

from .room import Room

if TYPE_CHECKING:
    from .pattern import Pattern
    from .series import Series

LATE_EXIT = timedelta(minutes=30)  # people may finish their sentence
SOON = timedelta(minutes=15)
LONGEST = 24 * 60  # minutes
LONGEST_TITLE = 200  # characters


class BookingQuerySet(models.QuerySet["Booking"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(organizer=user, deleted_at=None)

    def confirmed(self) -> Self:
        return self.filter(state=Booking.State.CONFIRMED)

    def cancelled(self) -> Self:
        return self.filter(state=Booking.State.CANCELLED)

    def not_over(self, at: datetime | None = None) -> Self:
        """The lower bound lets the index on the start answer, as in `overlapping`."""
        now = at or timezone.now()
        return self.filter(ends_at__gt=now, starts_at__gte=now - timedelta(minutes=LONGEST))

    def over(self, at: datetime | None = None) -> Self:
        now = at or timezone.now()
        return self.filter(ends_at__lte=now, starts_at__lt=now)

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> Self:
        """Bookings that share time with [starts_at, ends_at); touching ones do not.

        The lower bound lets the index on the start answer: no booking is longer than LONGEST.
        """
        earliest = starts_at - timedelta(minutes=LONGEST)
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at, starts_at__gte=earliest)

    def matching(self, words: str) -> Self:
        """Bookings whose title, description or room has every one of these words."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(title__icontains=word)
                | Q(description__icontains=word)
                | Q(room__is_permanent=True, room__name__icontains=word)
            )
        return found


class Booking(models.Model):
    """A room reserved from a start for a duration, by an organizer."""

    class State(models.TextChoices):
        CONFIRMED = "confirmed", _("Scheduled")
        CANCELLED = "cancelled", _("Cancelled")

    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    room = models.ForeignKey(Room, models.PROTECT, related_name="bookings", verbose_name=_("room"))
    organizer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="bookings",
        verbose_name=_("organizer"),
    )
    starts_at = models.DateTimeField(_("start"))  # an instant; the wall clock is in `time_zone`
    duration = models.PositiveSmallIntegerField(
        _("duration in minutes"),
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST)],
    )
    ends_at = models.DateTimeField(_("end"), editable=False)  # always starts_at + duration
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_zone])
    # Of a series: which pattern made it, and for which date of the pattern's rule
    series = models.ForeignKey(
        "Series",
        models.PROTECT,
        related_name="bookings",
        null=True,
        blank=True,
        verbose_name=_("series"),
    )
    pattern = models.ForeignKey(
        "Pattern",
        models.PROTECT,
        related_name="bookings",
        null=True,
        blank=True,
        verbose_name=_("pattern"),
    )
    recurrence_date = models.DateField(_("date in the series"), null=True, blank=True)
    is_exception = models.BooleanField(_("changed by itself"), default=False)
    # What the clock on the wall is to show at the start; keeps it when a zone's rules change.
    wall = models.CharField(max_length=16, blank=True, editable=False)  # 2026-03-29T09:00
    is_second = models.BooleanField(default=False, editable=False)  # of two on that day
    reminders = models.JSONField(_("reminders, minutes before"), default=list, blank=True)
    remind_at = models.DateTimeField(null=True, editable=False)  # when the next one is due
    # Of the calendar event: raised with every change that guests are told
    sequence = models.PositiveIntegerField(default=0, editable=False)
    # The sequence at which guests were last asked anew: answers to an earlier one are void.
    asks_since = models.PositiveIntegerField(default=0, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.CONFIRMED
    )
    may_overlap = models.BooleanField(_("may overlap other meetings"), default=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason"), max_length=500, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    # Made with the empty form: the same form sent twice is one booking.
    request_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    deleted_at = models.DateTimeField(_("removed from lists"), null=True, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ("starts_at", "pk")
        indexes = (
            models.Index(fields=("organizer", "starts_at", "id")),
            models.Index(fields=("room", "starts_at")),
            models.Index(
                fields=("remind_at",),
                condition=Q(remind_at__isnull=False),
                name="booking_reminders_due",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("pattern", "recurrence_date"), name="booking_once_per_date"
            ),
            models.CheckConstraint(
                condition=Q(series=None, pattern=None, recurrence_date=None)
                | Q(series__isnull=False, pattern__isnull=False, recurrence_date__isnull=False),
                name="booking_wholly_of_a_series",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="booking_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(duration__gte=1, duration__lte=LONGEST), name="booking_duration"
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | Q(state="confirmed", cancelled_at__isnull=True),
                name="booking_cancelled_when",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def save(self, **kwargs: Any) -> None:
        self.keep_times()
        super().save(**kwargs)

    def keep_times(self) -> None:
        """Have end and reminder follow the start, and a new meeting know its clock on the wall."""
        self.ends_at = self.starts_at + timedelta(minutes=self.duration)
        if not self.wall:
            self.set_wall()
        self.keep_reminder()

    def keep_reminder(self) -> None:
        """Have the next reminder be the one that start and wishes ask for."""
        now, owed = timezone.now(), self.remind_at
        due = next_due(self.starts_at, self.reminders, now=now, owed=owed)
        self.remind_at = None if self.is_cancelled else due

    def set_wall(self) -> None:
        """Have the clock on the wall say what the start is now, as it was chosen anew."""
        self.wall, self.is_second = wall_of(self.starts_at, self.zone)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def in_series(self) -> "tuple[Series, Pattern, date]":
        """Where it stands in its series; a mistake for a meeting by itself."""
        if self.series is None or self.pattern is None or self.recurrence_date is None:
            raise ValueError("This meeting belongs to no series.")
        return self.series, self.pattern, self.recurrence_date

    @property
    def is_cancelled(self) -> bool:
        return self.state == self.State.CANCELLED

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def is_now(self) -> bool:
        return not self.is_cancelled and self.starts_at <= timezone.now() < self.ends_at

    @property
    def is_ahead(self) -> bool:
        return timezone.now() < self.starts_at

    @property
    def is_soon(self) -> bool:
        """Whether its doors are open, or nearly."""
        now = timezone.now()
        return not self.is_cancelled and self.starts_at - SOON <= now < self.starts_at

    @property
    def doors_open_at(self) -> datetime:
        return self.starts_at - timedelta(minutes=self.room.doors_open_minutes)

    @property
    def doors_close_at(self) -> datetime:
        return self.ends_at + LATE_EXIT
