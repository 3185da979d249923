"""How a series repeats, from a date on."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.zones import validate_zone
from meetings.recurrence import Rule
from meetings.rrule import rule_of

from .booking import LONGEST, LONGEST_TITLE
from .room import Room
from .series import Series


class Pattern(models.Model):
    """One stretch of a series: wall clock, zone and rule, and what its meetings are made from.

    Changing "this and following" ends one pattern and begins the next, so that what was before
    keeps its history. In calendar files each pattern is an event of its own.
    """

    series = models.ForeignKey(
        Series, models.CASCADE, related_name="patterns", verbose_name=_("series")
    )
    first_date = models.DateField(_("first date"))  # a date of the rule
    clock = models.TimeField(_("start"))  # on the wall, in `time_zone`
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_zone])
    rule = models.CharField(_("rule"), max_length=200)  # RRULE; UNTIL is a plain date
    left_out = models.JSONField(_("dates left out"), default=list, blank=True)  # ISO dates
    duration = models.PositiveSmallIntegerField(
        _("duration in minutes"),
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST)],
    )
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    room = models.ForeignKey(Room, models.PROTECT, related_name="patterns", verbose_name=_("room"))
    reminders = models.JSONField(_("reminders, minutes before"), default=list, blank=True)
    # How far its meetings are made (a date of the calendar); endless ones are filled as time goes.
    filled_until = models.DateField(_("made until"), null=True, blank=True, editable=False)
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    # The sequence at which guests were last asked anew: answers to an earlier one are void.
    asks_since = models.PositiveIntegerField(default=0, editable=False)
    # Nothing of it takes place: the series was cancelled, or changed, from its start on.
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("pattern")
        verbose_name_plural = _("patterns")
        ordering = ("first_date", "pk")
        indexes = (models.Index(fields=("filled_until",)),)

    def __str__(self) -> str:
        return f"{self.title}: {self.rule}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def repeats(self) -> Rule:
        return rule_of(self.rule, self.first_date)

    @property
    def first_wall(self) -> datetime:
        """The first start on the wall (naive)."""
        return datetime.combine(self.first_date, self.clock)
