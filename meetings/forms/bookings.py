"""Planning a meeting: what was typed, turned into a wish or into words about what is wrong."""

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import BigIntegerField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.fields import ZoneChoiceField
from accounts.models import User
from accounts.zones import ZonesWith
from meetings.models import Booking, Room
from meetings.models.booking import LONGEST, LONGEST_TITLE
from meetings.recurrence import Rule, dates
from meetings.services.scheduling import MeetingWish, free_from
from meetings.services.series.booking import SeriesWish

from .clocks import ClockForm, occasion_of
from .guests import InviteesField
from .inputs import DateInput, TimeInput
from .reminders import AT_FIRST, RemindersField
from .repeats import RepeatForm
from .text import one_line, validate_readable

PATIENCE = timedelta(minutes=5)  # a form may lie open for a moment before "now" is sent
FARTHEST = timedelta(days=10 * 366)
TIME_FIELDS = {"date", "time", "clock", "duration", "time_zone"}


class BookingForm(ClockForm):
    """A new meeting, or an old one's new shape: pass `booking` to change it.

    With a `repeat` form whose data says a rule it is the first meeting of a series.
    """

    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=LONGEST_TITLE, validators=[validate_readable]
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=5000,
        required=False,
        validators=[validate_readable],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("People with the link read this at the door."),
    )
    date = forms.DateField(label=gettext_lazy("Date"), widget=DateInput)
    time = forms.TimeField(label=gettext_lazy("Start"), widget=TimeInput)
    duration = forms.IntegerField(
        label=gettext_lazy("Minutes"),
        min_value=1,
        max_value=LONGEST,
        initial=30,
        error_messages={
            "min_value": gettext_lazy("At least one minute."),
            "max_value": gettext_lazy("At most 24 hours, that is 1440 minutes."),
        },
        widget=forms.NumberInput(attrs={"list": "durations", "inputmode": "numeric"}),
    )
    time_zone = ZoneChoiceField(label=gettext_lazy("Time zone"))
    room = forms.ModelChoiceField(
        label=gettext_lazy("Place"),
        queryset=Room.objects.none(),
        required=False,
        empty_label=gettext_lazy("A room of its own, for this meeting"),
    )
    reminders = RemindersField()
    request_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    may_overlap = forms.BooleanField(
        label=gettext_lazy("Book anyway, beside the other meeting"), required=False
    )

    def __init__(
        self,
        *args: Any,
        user: User,
        booking: Booking | None = None,
        repeat: RepeatForm | None = None,
        **kwargs: Any,
    ) -> None:
        self.user, self.booking, self.repeat = user, booking, repeat
        kwargs["initial"] = {**self._first_values(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        if booking is None and not self.is_bound:  # who sends it has chosen a time already
            self.initial = {**_time_for_new(user), **self.initial}
        self.fields["time_zone"] = ZoneChoiceField(
            label=self.fields["time_zone"].label, choices=ZonesWith(self.initial["time_zone"])
        )
        if booking is None:
            self.fields["guests"] = InviteesField(organizer=user.email)
        room = self.fields["room"]
        assert isinstance(room, forms.ModelChoiceField)  # noqa: S101
        room.queryset = Room.objects.visible_to(user).permanent().in_use()
        if self.booking is None or not self.booking.room.is_permanent:
            return
        room.queryset |= Room.objects.filter(pk=self.booking.room_id)

    def _first_values(self) -> dict[str, Any]:
        if self.booking is None:
            return _values_for_new(self.user)
        booking, start = self.booking, self.booking.starts_at.astimezone(self.booking.zone)
        return {
            "title": booking.title,
            "description": booking.description,
            "date": start.date(),
            "time": start.time(),
            "clock": "second" if start.fold else "first",
            "clock_for": occasion_of(start.replace(tzinfo=None), booking.time_zone),
            "duration": booking.duration,
            "time_zone": booking.time_zone,
            "room": booking.room if booking.room.is_permanent else None,
            "version": booking.version,
            "reminders": booking.reminders,
            "may_overlap": booking.may_overlap,
        }

    def clean_title(self) -> str:
        """One line: a title goes into subjects and page titles."""
        title = one_line(self.cleaned_data["title"])
        if not title:
            raise ValidationError(_("Please give the meeting a title."), code="required")
        return title

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not {"date", "time", "time_zone", "duration"} <= data.keys():
            return data
        data["time"] = data["time"].replace(second=0, microsecond=0)
        wall = datetime.combine(_first_day(self.rule, data["date"]), data["time"])
        zone = ZoneInfo(data["time_zone"])
        # Of a time that comes twice, a series means the first.
        data["starts_at"] = self.read_instant(wall, zone, second=False if self.rule else None)
        if starts_at := data["starts_at"]:
            self._refuse_out_of_reach(starts_at)
        return data

    def _refuse_out_of_reach(self, starts_at: datetime) -> None:
        if self.booking and self.booking.starts_at == starts_at:
            return
        now, minutes = timezone.now(), timedelta(minutes=self.cleaned_data["duration"])
        if starts_at < now - PATIENCE or starts_at + minutes <= now:
            self.add_error("time", _("This time has passed already."))
        elif starts_at > timezone.now() + FARTHEST:
            self.add_error("date", _("This date is too far ahead: ten years at most."))

    @property
    def rule(self) -> Rule | None:
        """How the meeting repeats; None when it does not, or nobody can say yet."""
        day = self.cleaned_data.get("date")
        if not day or not self.repeat or not self.repeat.is_valid():
            return None
        return self.repeat.rule(day)

    @property
    def has_time(self) -> bool:
        """Whether it is clear when the meeting is to be, whatever else is still missing."""
        return self.is_bound and not TIME_FIELDS & self.errors.keys()

    def wish(self, options: dict[str, Any]) -> MeetingWish:
        """What a valid form asks for; `options` are those of the meeting's own room."""
        data = self.cleaned_data
        return replace(self.trial(), may_overlap=data["may_overlap"], **self._words(options))

    def series_wish(self, options: dict[str, Any]) -> SeriesWish:
        """The same for a series, with no date decided."""
        return replace(self.series_trial(), **self._words(options))

    def trial(self) -> MeetingWish:
        """As far as it takes time, once the form has one: to see what is in its way."""
        return MeetingWish(title="", starts_at=self.cleaned_data["starts_at"], **self._takes())

    def series_trial(self) -> SeriesWish:
        data, rule = self.cleaned_data, self.rule
        if rule is None:
            raise ValueError("This meeting does not repeat.")
        return SeriesWish(
            title="", rule=rule, first_date=data["date"], clock=data["time"], **self._takes()
        )

    def _takes(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {name: data.get(name) for name in ("duration", "time_zone", "room")}

    def _words(self, options: dict[str, Any]) -> dict[str, Any]:
        """What a meeting and a series have in common, besides their time."""
        data = self.cleaned_data
        return {
            "title": data["title"],
            "description": data["description"],
            "options": options,
            "guests": data.get("guests", ()),
            "reminders": data["reminders"],
            "request_key": data["request_key"] or uuid.uuid4(),
        }


def _first_day(rule: Rule | None, day: date) -> date:
    """The day itself, or the first of the series that is not before it."""
    return next(dates(rule, day), day) if rule else day


def _values_for_new(user: User) -> dict[str, Any]:
    return {
        "duration": 30,
        "time_zone": user.time_zone,
        "reminders": AT_FIRST,
        "request_key": uuid.uuid4(),
    }


def _time_for_new(user: User) -> dict[str, Any]:
    """The next half hour in which the person is free, where they are."""
    now = timezone.now().astimezone(user.zone)
    soon = now.replace(minute=0, second=0, microsecond=0) + timedelta(
        minutes=30 if now.minute < 30 else 60
    )
    start = free_from(user, soon, minutes=30).astimezone(user.zone)
    return {"date": start.date(), "time": start.time()}


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        validators=[validate_readable],
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Everybody who opens a link of this meeting will read it."),
    )


class AgendaFilter(forms.Form):
    """What the dashboard shows. Nonsense is read as "everything"."""

    SHOW = [
        ("upcoming", gettext_lazy("Upcoming")),
        ("past", gettext_lazy("Past")),
        ("cancelled", gettext_lazy("Cancelled")),
    ]
    show = forms.ChoiceField(choices=SHOW, required=False)
    q = forms.CharField(label=gettext_lazy("Search"), max_length=100, required=False)
    room = forms.IntegerField(required=False, min_value=1, max_value=BigIntegerField.MAX_BIGINT)
    after = forms.CharField(max_length=80, required=False)

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        data = {name: self.cleaned_data.get(name) for name in self.fields}
        return {**data, "show": data["show"] or "upcoming", "q": data["q"] or ""}
