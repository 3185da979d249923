"""From date and time as they were typed to an instant, on days when that is not obvious."""

from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.local_time import NoSuchTime, TwiceThatDay, instant_of

CLOCKS = [("first", gettext_lazy("the first time")), ("second", gettext_lazy("the second time"))]


class ClockForm(forms.Form):
    """A form with `date` and `time`: it asks which one is meant where clocks show a time twice."""

    clock = forms.ChoiceField(
        label=gettext_lazy("Which of the two?"),
        choices=CLOCKS,
        required=False,
        widget=forms.HiddenInput,
    )
    clock_for = forms.CharField(required=False, widget=forms.HiddenInput)  # what it answers

    def read_instant(
        self, wall: datetime, zone: ZoneInfo, *, second: bool | None = None
    ) -> datetime | None:
        """The instant that is meant; None with an error at the field that is to be mended.

        `second` says which of two without asking.
        """
        try:
            return instant_of(wall, zone, second=second)
        except NoSuchTime as none:
            self.add_error("time", _no_such_time(none))
        except TwiceThatDay as both:
            return self._choose_which(both, occasion_of(wall, zone.key))
        except OverflowError:
            self.add_error("date", _("This date is out of reach."))
        return None

    def _choose_which(self, both: TwiceThatDay, occasion: str) -> datetime | None:
        """Which of two it is, if that was said for this very time."""
        self.fields["clock"].widget = forms.RadioSelect(choices=CLOCKS)
        self.fields["clock"].required = True
        instants = {"first": both.first, "second": both.second}
        said = self.cleaned_data
        if said.get("clock_for") == occasion and said.get("clock") in instants:
            return instants[said["clock"]]
        typed = cast("QueryDict", self.data).copy()
        typed["clock"], typed["clock_for"] = "", occasion
        self.data = typed
        self.add_error(
            "clock", _("On that day the clocks go back and show this time twice. Which one is it?")
        )
        return None


def occasion_of(wall: datetime, zone: str) -> str:
    """The wall time for which one of two was chosen."""
    return f"{wall:%Y-%m-%dT%H:%M} {zone}"


def _no_such_time(none: NoSuchTime) -> str:
    return _(
        "On that day the clocks go forward and skip this time. "
        "The nearest times are %(before)s and %(after)s."
    ) % {"before": f"{none.before:%H:%M}", "after": f"{none.after:%H:%M}"}
