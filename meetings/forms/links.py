"""A link of a meeting, series or room: for whom it is, and how long and how often it works."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.models import JoinLink
from meetings.services.links import LinkWish

from .bookings import FARTHEST
from .clocks import ClockForm
from .inputs import DateInput, TimeInput
from .text import one_line, validate_readable

MOST_USES = 1_000_000
END_OF_DAY = time(23, 59)  # what a date without a time means
WORDS = {
    JoinLink.Purpose.HOST: gettext_lazy("You, the host"),
    JoinLink.Purpose.COHOST: gettext_lazy("A co-host"),
    JoinLink.Purpose.PARTICIPANT: gettext_lazy("Participants"),
}


class LinkForm(ClockForm):
    """A link's settings; pass `link` to change one. Date and time are those of the reader."""

    label = forms.CharField(
        label=gettext_lazy("For whom"),
        max_length=80,
        required=False,
        validators=[validate_readable],
        help_text=gettext_lazy("Only you see this: “Press”, “Ana’s phone”."),
    )
    date = forms.DateField(label=gettext_lazy("Works until"), required=False, widget=DateInput)
    time = forms.TimeField(label=gettext_lazy("Time"), required=False, widget=TimeInput)
    max_uses = forms.IntegerField(
        label=gettext_lazy("People at most"),
        min_value=1,
        max_value=MOST_USES,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy(
            "Each person counts once for each meeting. Who was let in may come back."
        ),
    )
    field_order = ("purpose", "label", "date", "time", "clock", "clock_for", "max_uses")

    def __init__(self, data: Any = None, *, zone: ZoneInfo, link: JoinLink | None = None) -> None:
        self.zone, self.link = zone, link
        self.expires_at: datetime | None = None
        super().__init__(data, initial=self._first_values())

    def _first_values(self) -> dict[str, Any]:
        if self.link is None:
            return {}
        values: dict[str, Any] = {"label": self.link.label, "max_uses": self.link.max_uses}
        if self.link.expires_at:
            local = self.link.expires_at.astimezone(self.zone)
            values |= {"date": local.date(), "time": local.time()}
        return values

    def clean_label(self) -> str:
        return one_line(self.cleaned_data["label"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "date" in data and "time" in data:
            self.expires_at = self._end(data)
        return data

    def _end(self, data: dict[str, Any]) -> datetime | None:
        day, clock = data["date"], data["time"]
        if day is None and clock is None:
            return None
        if day is None:
            self.add_error("date", _("Please give a date as well."))
            return None
        clock = clock or END_OF_DAY
        if self.link and self.link.expires_at and not {"date", "time"} & set(self.changed_data):
            return self.link.expires_at  # also the second of two equal times, and one that is past
        end = self.read_instant(datetime.combine(day, clock), self.zone)
        if end and end <= timezone.now():
            self.add_error("date", _("This is past. To end the link now, withdraw it."))
        if end and end > timezone.now() + FARTHEST:
            self.add_error("date", _("This is more than ten years ahead."))
        return end

    def wish(self) -> LinkWish:
        data = self.cleaned_data
        return LinkWish(label=data["label"], expires_at=self.expires_at, max_uses=data["max_uses"])


class NewLinkForm(LinkForm):
    """One more link, for one of these purposes."""

    purpose = forms.ChoiceField(label=gettext_lazy("Lets in"), widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, zone: ZoneInfo, purposes: list[str]) -> None:
        super().__init__(data, zone=zone)
        choices = [(purpose, WORDS[JoinLink.Purpose(purpose)]) for purpose in purposes]
        self.fields["purpose"] = forms.ChoiceField(
            label=self.fields["purpose"].label,
            choices=choices,
            initial=purposes[0],
            widget=forms.RadioSelect,
        )
