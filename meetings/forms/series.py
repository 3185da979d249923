"""Changing and cancelling a series: what was typed, turned into a wish."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.zones import ZonesWith, zone_choices
from meetings.models import Room
from meetings.recurrence import Rule
from meetings.services.series.wish import SeriesWish
from meetings.wording import day_text

from .bookings import FARTHEST, BookingForm, CancelForm
from .reminders import RemindersField
from .repeats import RepeatForm, initial_from
from .text import one_line

OF_A_MEETING = BookingForm.base_fields  # declared once, and said in the same words


class SeriesForm(forms.Form):
    """What a series is from a date on; how it repeats is asked by `SeriesRepeatForm`.

    `now` is how it stands, `after` the last date that stays as it is.
    """

    title = OF_A_MEETING["title"]
    description = OF_A_MEETING["description"]
    date = OF_A_MEETING["date"]
    time = OF_A_MEETING["time"]
    duration = OF_A_MEETING["duration"]
    time_zone = OF_A_MEETING["time_zone"]
    room = OF_A_MEETING["room"]
    reminders = RemindersField()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: Any, *, user: User, now: SeriesWish, after: dt.date | None, version: int
    ) -> None:
        self.after = after
        super().__init__(data, initial=_first_values(now, version))
        zone, room = self.fields["time_zone"], self.fields["room"]
        assert isinstance(zone, forms.ChoiceField)  # noqa: S101
        assert isinstance(room, forms.ModelChoiceField)  # noqa: S101
        zone.choices = ZonesWith(now.time_zone)
        room.empty_label = _("A room of its own, for this series")
        room.queryset = Room.objects.visible_to(user).permanent().in_use()
        if now.room:
            room.queryset |= Room.objects.filter(pk=now.room.pk)

    def clean_title(self) -> str:
        """One line: a title goes into subjects and page titles."""
        title = one_line(self.cleaned_data["title"])
        if not title:
            raise ValidationError(_("Please give the meeting a title."), code="required")
        return title

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if {"date", "time_zone"} <= data.keys():
            self._refuse_out_of_reach(data["date"], ZoneInfo(data["time_zone"]))
        return data

    def _refuse_out_of_reach(self, day: dt.date, zone: ZoneInfo) -> None:
        today = timezone.now().astimezone(zone).date()
        if self.after and day <= self.after:
            stays = {"date": day_text(self.after)}
            self.add_error("date", _("The meeting on %(date)s stays. Choose a later date.") % stays)
        elif day < today:
            self.add_error("date", _("This date has passed already."))
        elif day > today + FARTHEST:
            self.add_error("date", _("This date is too far ahead: ten years at most."))

    def wish(self, now: SeriesWish, rule: Rule, options: Mapping[str, Any]) -> SeriesWish:
        """What a valid form asks for; what it does not ask about stays as it is now."""
        data = self.cleaned_data
        return replace(
            now,
            title=data["title"],
            description=data["description"],
            rule=rule,
            first_date=data["date"],
            clock=data["time"].replace(second=0, microsecond=0),
            duration=data["duration"],
            time_zone=data["time_zone"],
            reminders=data["reminders"],
            room=data["room"],
            options={} if data["room"] else options,
        )


class SeriesRepeatForm(RepeatForm):
    """How a series goes on: that it does is no question."""

    def __init__(self, data: Any, *, now: SeriesWish, first_date: dt.date | None) -> None:
        initial = initial_from(now.rule, now.first_date)
        super().__init__(data, first_date=first_date, initial=initial)

    def clean_how(self) -> str:
        if not self.cleaned_data["how"]:
            raise ValidationError(
                _("A series repeats. To end it, cancel it from a meeting on."), code="required"
            )
        return str(self.cleaned_data["how"])


class CancelSeriesForm(CancelForm):
    """Why, and which state of the series it was that somebody looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ZoneForm(forms.Form):
    """A zone to look at."""

    zone = forms.ChoiceField(label=gettext_lazy("Another time zone"))

    def __init__(self) -> None:
        super().__init__()
        field = self.fields["zone"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = zone_choices()


def _first_values(now: SeriesWish, version: int) -> dict[str, Any]:
    return {
        "title": now.title,
        "description": now.description,
        "date": now.first_date,
        "time": now.clock,
        "duration": now.duration,
        "time_zone": now.time_zone,
        "room": now.room,
        "reminders": list(now.reminders),
        "version": version,
    }
