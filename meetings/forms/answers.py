"""What a guest answers, and another time that they propose."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.fields import ZoneChoiceField
from accounts.zones import ZonesWith
from meetings.models import Answer, Booking, Pattern
from meetings.services.answering import LONGEST_COMMENT
from meetings.services.asking import Question
from meetings.wording import day_text, hours_text

from .bookings import FARTHEST
from .clocks import ClockForm
from .inputs import DateInput, TimeInput
from .text import validate_readable

ALL = "all"


class AnswerForm(ClockForm):
    """Each of its buttons is an answer; the rest is optional."""

    choice = forms.ChoiceField(
        choices=Answer.Choice.choices,
        error_messages={"required": gettext_lazy("Please choose an answer.")},
    )
    about = forms.ChoiceField(label=gettext_lazy("Which meetings?"))
    comment = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=LONGEST_COMMENT,
        required=False,
        validators=[validate_readable],
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    date = forms.DateField(label=gettext_lazy("Date"), required=False, widget=DateInput)
    time = forms.TimeField(label=gettext_lazy("Start"), required=False, widget=TimeInput)
    time_zone = ZoneChoiceField(label=gettext_lazy("Time zone"), required=False)

    def __init__(self, data: Any = None, *, question: Question, zone: ZoneInfo) -> None:
        self.question, self.zone = question, zone
        super().__init__(data, initial=self._first_values())
        self.fields["time_zone"] = ZoneChoiceField(
            label=self.fields["time_zone"].label, choices=ZonesWith(zone.key), required=False
        )
        if question.is_series:
            self.fields["about"] = forms.ChoiceField(
                label=self.fields["about"].label, choices=self._places()
            )
        else:
            del self.fields["about"]

    def _first_values(self) -> dict[str, Any]:
        question = self.question
        said = question.answer()
        booking = question.booking if question.is_about_one else None
        return {
            "about": str(booking.pk) if booking else ALL,
            "comment": said.comment if said else "",
            "time_zone": self.zone.key,
        }

    def _places(self) -> list[tuple[str, str]]:
        """All of it; of a series in parts, each part that begins later; the next meetings."""
        later = self.question.patterns[1:]
        parts = [
            (
                f"from-{each.pk}",
                _("All meetings from %(day)s on") % {"day": day_text(each.first_date)},
            )
            for each in later
        ]
        dates = [(str(each.pk), self._when(each)) for each in self.question.meetings]
        return [(ALL, _("All meetings")), *parts, (_("Only one of them"), dates)]  # type: ignore[list-item]

    def _when(self, booking: Booking) -> str:
        day = day_text(booking.starts_at.astimezone(self.zone).date())
        return f"{day}, {hours_text(booking.starts_at, booking.ends_at, self.zone)}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if {"date", "time", "time_zone"} <= data.keys() and (data["date"] or data["time"]):
            self._read_proposal(data)
        if data.get("proposed_at"):
            self._refuse_useless(data)
        return data

    def _read_proposal(self, data: dict[str, Any]) -> None:
        for name in ("date", "time"):
            if data[name] is None:
                self.add_error(name, _("Another time needs a date and a start."))
                return
        wall = datetime.combine(data["date"], data["time"].replace(second=0, microsecond=0))
        zone = ZoneInfo(data["time_zone"] or self.zone.key)
        data["proposed_at"] = self.read_instant(wall, zone)

    def _refuse_useless(self, data: dict[str, Any]) -> None:
        """A proposal is for one meeting, for somebody who cannot well come at its time."""
        proposed = data["proposed_at"]
        if proposed < timezone.now():
            self.add_error("time", _("This time has passed already."))
        elif proposed > timezone.now() + FARTHEST:
            self.add_error("date", _("This date is too far ahead: ten years at most."))
        if data.get("choice") == Answer.Choice.ACCEPTED:
            text = _("You propose another time: please answer “Maybe” or “No” to this one.")
            self.add_error(None, ValidationError(text, code="contrary"))
        if "about" in data and self.booking is None:
            self.add_error("about", _("Please choose the meeting that you propose a time for."))

    @property
    def has_proposal(self) -> bool:
        """Whether the fields for another time are to be seen."""
        return any(self[name].value() for name in ("date", "time"))

    @property
    def booking(self) -> Booking | None:
        """The meeting of a series that is answered by itself."""
        key = self.cleaned_data.get("about")
        return next((each for each in self.question.meetings if str(each.pk) == key), None)

    @property
    def pattern(self) -> Pattern | None:
        """The part of a series that is answered."""
        key = self.cleaned_data.get("about")
        return next((each for each in self.question.patterns if f"from-{each.pk}" == key), None)
