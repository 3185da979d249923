"""When people are reminded of a meeting."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.wording import before_text

HOUR, DAY = 60, 24 * 60
OFFERED = (5, 10, 15, 30, HOUR, 2 * HOUR, DAY, 2 * DAY, 7 * DAY)  # minutes before the start
AT_FIRST = [HOUR]  # of a new meeting
MOST = 3


class RemindersField(forms.TypedMultipleChoiceField):
    """Minutes before the start, the latest reminder first."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("Reminders"),
            help_text=gettext_lazy(
                "By mail, to you and everybody invited who has not declined. Three at most."
            ),
            choices=_choices,
            coerce=int,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )

    def clean(self, value: Any) -> tuple[int, ...]:
        chosen = tuple(sorted(set(super().clean(value))))
        if len(chosen) > MOST:
            raise ValidationError(_("Please choose three at most."), code="max_length")
        return chosen


def _choices() -> list[tuple[int, str]]:
    return [(minutes, before_text(minutes)) for minutes in OFFERED]
