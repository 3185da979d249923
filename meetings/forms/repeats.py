"""How a meeting repeats: what was chosen, turned into a rule or into words about what is wrong."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.recurrence import (
    LONGEST_INTERVAL,
    MOST_DATES,
    BadRule,
    Fault,
    Frequency,
    Rule,
    check_series,
    daily,
    monthly_by_date,
    monthly_by_weekday,
    weekly,
    yearly,
)
from meetings.rule_words import NTH, WORKDAYS, every_text, weekday_order
from meetings.services.series.wish import FAULTS

from .inputs import DateInput

Values = dict[str, Any]

DAILY, WEEKLY, MONTHLY, YEARLY = (str(each) for each in Frequency)
CUSTOM = "custom"
NEVER, UNTIL, COUNT = "never", "until", "count"
SKIP, LAST_DAY = "skip", "last"
SAME = gettext_lazy("as the date above")


def _nth_of(day: date) -> int:
    """Which such weekday of its month it is; a fifth one is the last."""
    return (day.day - 1) // 7 + 1 if day.day <= 28 else -1


# What needs no further question, as it follows the date of the meeting
QUICK: dict[str, Callable[[date, bool], Rule]] = {
    "daily": lambda day, or_last: daily(),
    "workdays": lambda day, or_last: weekly(WORKDAYS),
    "weekly": lambda day, or_last: weekly([day.weekday()]),
    "monthly": lambda day, or_last: monthly_by_date(day.day, or_last=or_last),
    "monthly_nth": lambda day, or_last: monthly_by_weekday(_nth_of(day), day.weekday()),
    "yearly": lambda day, or_last: yearly(day.month, day.day, or_last=or_last),
}
HOW = [
    ("", gettext_lazy("Does not repeat")),
    ("daily", gettext_lazy("Every day")),
    ("workdays", gettext_lazy("Every weekday (Monday to Friday)")),
    ("weekly", gettext_lazy("Every week on the same weekday")),
    ("monthly", gettext_lazy("Every month on the same day")),
    ("monthly_nth", gettext_lazy("Every month on the same weekday, like the second Tuesday")),
    ("yearly", gettext_lazy("Every year on the same day")),
    (CUSTOM, gettext_lazy("Custom …")),
]
UNITS = [
    (DAILY, gettext_lazy("days")),
    (WEEKLY, gettext_lazy("weeks")),
    (MONTHLY, gettext_lazy("months")),
    (YEARLY, gettext_lazy("years")),
]
UNIT_ASKS = {DAILY: set[str](), WEEKLY: {"weekdays"}, YEARLY: {"month", "month_day"}}
BY_DATE, BY_WEEKDAY = {"nth", "month_day"}, {"nth", "weekday"}  # monthly
ENDS = [
    (NEVER, gettext_lazy("Never")),
    (UNTIL, gettext_lazy("On a date")),
    (COUNT, gettext_lazy("After a number of times")),
]
END_MISSING = {
    UNTIL: gettext_lazy("Please choose the last date."),
    COUNT: gettext_lazy("Please say how many times."),
}
SHORT_MONTHS = [
    (SKIP, gettext_lazy("leave that month out")),
    (LAST_DAY, gettext_lazy("take its last day")),
]
PLACES = {
    Fault.INTERVAL: "interval",
    Fault.WEEKDAYS: "weekdays",
    Fault.MONTH_DAY: "month_day",
    Fault.NTH: "nth",
}
AT_THE_END = {Fault.TOO_MANY, Fault.TOO_LONG}


class RepeatForm(forms.Form):
    """How a meeting repeats; `first_date` is the date in the meeting's own form, once it has one.

    Valid data says by `rule(first_date)` what it means, and `initial_from(rule, first_date)` shows
    a rule that exists. Fields that do not fit what is chosen are ignored, whatever is in them.
    """

    prefix = "repeat"

    how = forms.ChoiceField(label=gettext_lazy("Repeats"), choices=HOW, required=False)
    interval = forms.IntegerField(
        label=gettext_lazy("Every"),
        min_value=1,
        max_value=LONGEST_INTERVAL,
        required=False,
        initial=1,
        error_messages=dict.fromkeys(("min_value", "max_value"), FAULTS[Fault.INTERVAL]),
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"), choices=UNITS, required=False, initial=WEEKLY
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On these days"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: the weekday of the date above."),
    )
    nth = forms.ChoiceField(label=gettext_lazy("Which day"), required=False)
    weekday = forms.ChoiceField(label=gettext_lazy("Weekday"), required=False)
    month = forms.ChoiceField(label=gettext_lazy("Month"), required=False)
    month_day = forms.IntegerField(
        label=gettext_lazy("Day of the month"),
        min_value=1,
        max_value=31,
        required=False,
        help_text=gettext_lazy("Empty: the day of the date above."),
        error_messages=dict.fromkeys(("min_value", "max_value"), FAULTS[Fault.MONTH_DAY]),
    )
    short_months = forms.ChoiceField(
        label=gettext_lazy("Where a month is too short"),
        choices=SHORT_MONTHS,
        required=False,
        initial=SKIP,
    )
    ends = forms.ChoiceField(
        label=gettext_lazy("Ends"), choices=ENDS, required=False, initial=NEVER
    )
    until = forms.DateField(label=gettext_lazy("Last date"), required=False, widget=DateInput)
    count = forms.IntegerField(
        label=gettext_lazy("How many times"),
        min_value=1,
        max_value=MOST_DATES,
        required=False,
        error_messages={
            "min_value": gettext_lazy("At least one time."),
            "max_value": FAULTS[Fault.TOO_MANY],
        },
    )

    def __init__(self, *args: Any, first_date: date | None = None, **kwargs: Any) -> None:
        self.first_date = first_date
        super().__init__(*args, **kwargs)
        days = [(str(each), WEEKDAYS[each]) for each in weekday_order()]
        nth = [(str(each), _("the %(nth)s") % {"nth": word}) for each, word in NTH.items()]
        self._offer("weekdays", days)
        self._offer("weekday", [("", SAME), *days])
        self._offer("month", [("", SAME), *((str(each), MONTHS[each]) for each in MONTHS)])
        self._offer("nth", [("", _("by its date")), *nth])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in set(self.errors) - self._asked():
            del self.errors[name]
        ends = self._ends
        if data.get("how") and ends != NEVER and not data.get(ends) and ends not in self.errors:
            self.add_error(ends, END_MISSING[ends])
        if self.first_date and not self.errors:
            self._refuse_faults(self.first_date)
        return data

    def rule(self, first_date: date) -> Rule | None:
        """What valid data means for a meeting on this date; None when it does not repeat."""
        data = self.cleaned_data
        if not data["how"]:
            return None
        if data["how"] == CUSTOM:
            rule = _CUSTOM[data["unit"] or WEEKLY](data, first_date)
        else:
            rule = QUICK[data["how"]](first_date, _or_last(data))
        return replace(rule, **({} if self._ends == NEVER else {self._ends: data[self._ends]}))

    def _asked(self) -> set[str]:
        """The fields that have a meaning with what is chosen."""
        data = self.cleaned_data
        if not data.get("how"):
            return {"how"}
        asked = {"how", "ends", "short_months", self._ends}
        if data["how"] != CUSTOM:
            return asked
        unit = data.get("unit") or WEEKLY
        if unit == MONTHLY:
            return asked | {"unit", "interval"} | (BY_WEEKDAY if data.get("nth") else BY_DATE)
        return asked | {"unit", "interval"} | UNIT_ASKS[unit]

    def _refuse_faults(self, first_date: date) -> None:
        try:
            if rule := self.rule(first_date):
                check_series(rule, first_date)
        except BadRule as error:
            if error.fault is Fault.NO_DATE and self._ends == UNTIL:
                self.add_error(UNTIL, _("Until then no meeting takes place."))
            elif error.fault in AT_THE_END:
                self.add_error(self._ends, FAULTS[error.fault])
            else:
                self.add_error(PLACES.get(error.fault, "how"), FAULTS[error.fault])

    @property
    def _ends(self) -> str:
        return self.cleaned_data.get("ends") or NEVER


def _daily(data: Values, first: date) -> Rule:
    return daily(data["interval"] or 1)


def _weekly(data: Values, first: date) -> Rule:
    return weekly(data["weekdays"] or [first.weekday()], data["interval"] or 1)


def _monthly(data: Values, first: date) -> Rule:
    interval = data["interval"] or 1
    if data["nth"]:
        weekday = int(data["weekday"] or first.weekday())
        return monthly_by_weekday(int(data["nth"]), weekday, interval)
    return monthly_by_date(data["month_day"] or first.day, interval, or_last=_or_last(data))


def _yearly(data: Values, first: date) -> Rule:
    month, day = int(data["month"] or first.month), data["month_day"] or first.day
    return yearly(month, day, data["interval"] or 1, or_last=_or_last(data))


_CUSTOM = {DAILY: _daily, WEEKLY: _weekly, MONTHLY: _monthly, YEARLY: _yearly}


def _or_last(data: Values) -> bool:
    return bool(data["short_months"] == LAST_DAY)


def date_typed(data: Mapping[str, Any]) -> date | None:
    """The date in the form of the meeting beside this one; None when there is none yet."""
    try:
        typed: date | None = forms.DateField(required=False).clean(data.get("date"))
    except forms.ValidationError:
        return None
    return typed


def quick_labels(day: date) -> dict[str, str]:
    """The choices that follow the date, said for this one: `Every week on Tuesday`."""
    return {name: every_text(make(day, False)) for name, make in QUICK.items()}


def initial_from(rule: Rule | None, first_date: date) -> dict[str, Any]:
    """What the form begins with for a rule that exists; `first_date` is in the meeting's form."""
    if rule is None:
        return {"how": ""}
    ends = UNTIL if rule.until else COUNT if rule.count else NEVER
    end = {"ends": ends, "until": rule.until, "count": rule.count}
    bare = replace(rule, until=None, count=None)
    short = {"short_months": LAST_DAY if rule.or_last else SKIP}
    for name, make in QUICK.items():
        if make(first_date, rule.or_last) == bare:
            return {"how": name, **short, **end}
    return {"how": CUSTOM, **_custom_values(rule), **short, **end}


def _custom_values(rule: Rule) -> dict[str, Any]:
    values: dict[str, Any] = {
        "interval": rule.interval,
        "unit": str(rule.frequency),
        "month": rule.month or "",
        "month_day": rule.month_day,
    }
    if rule.nth is not None:
        return {**values, "nth": rule.nth, "weekday": rule.weekdays[0]}
    return {**values, "weekdays": list(rule.weekdays)}
