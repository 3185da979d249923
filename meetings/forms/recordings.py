"""Who may see a recording, and how long it is kept."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.models import Recording

from .bookings import FARTHEST
from .inputs import DateInput

NEVER, ON_A_DAY = "never", "day"
LASTS = (
    (NEVER, gettext_lazy("until somebody deletes it")),
    ("30", gettext_lazy("30 days from now")),
    ("90", gettext_lazy("90 days from now")),
    (ON_A_DAY, gettext_lazy("until the end of this day:")),
)


class SharingForm(forms.Form):
    """What its organizer decides about a recording. Days are those of the reader."""

    access = forms.ChoiceField(
        label=gettext_lazy("Who may see it"),
        choices=Recording.Access.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Who is invited finds it at their personal link; everyone else at the link that they "
            "joined by. A link that was withdrawn or has expired shows nothing."
        ),
    )
    lasts = forms.ChoiceField(
        label=gettext_lazy("It is kept"), choices=LASTS, widget=forms.RadioSelect
    )
    day = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        widget=DateInput,
        help_text=gettext_lazy("Then it is deleted at the provider, for everybody and for good."),
    )

    def __init__(self, data: Any = None, *, recording: Recording) -> None:
        self.recording = recording
        super().__init__(data, initial=self._first_values())

    def _first_values(self) -> dict[str, Any]:
        values: dict[str, Any] = {"access": self.recording.access, "lasts": NEVER}
        if day := self._last_day():
            values |= {"lasts": ON_A_DAY, "day": day}
        return values

    def _last_day(self) -> date | None:
        ends = self.recording.expires_at
        return timezone.localtime(ends - timedelta(microseconds=1)).date() if ends else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        day = data.get("day")
        if data.get("lasts") == ON_A_DAY and "day" not in self.errors:
            if day is None:
                self.add_error("day", _("Please say which day."))
            elif day < timezone.localdate():
                self.add_error("day", _("This is past. To delete it now, press “Delete”."))
            elif day > timezone.localdate() + FARTHEST:
                self.add_error("day", _("This is more than ten years ahead."))
        return data

    @property
    def expires_at(self) -> datetime | None:
        """When it is to be deleted; None when only by hand."""
        lasts, day = self.cleaned_data["lasts"], self.cleaned_data["day"]
        if lasts == NEVER:
            return None
        if lasts != ON_A_DAY:
            return timezone.now() + timedelta(days=int(lasts))
        if day == self._last_day():
            return self.recording.expires_at  # also when the reader is elsewhere now
        midnight = datetime.combine(day + timedelta(days=1), time())
        return midnight.replace(tzinfo=timezone.get_current_timezone())


class KeepOrDeleteForm(forms.Form):
    """What becomes of recordings when what they are of is given up."""

    KEEP, DELETE = "keep", "delete"

    recordings = forms.ChoiceField(
        label=gettext_lazy("Its recordings at the provider"),
        choices=(
            (KEEP, gettext_lazy("Keep them")),
            (DELETE, gettext_lazy("Delete them, for good")),
        ),
        initial=KEEP,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data if "recordings" in data else None)

    @property
    def deletes(self) -> bool:
        return bool(self.cleaned_data["recordings"] == self.DELETE)
