"""How a series repeats, as people say it, in the reader's language. Plain values in, text out."""

from collections.abc import Iterable
from datetime import date

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, get_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .recurrence import Frequency, Rule

NTH = {
    1: gettext_lazy("first"),
    2: gettext_lazy("second"),
    3: gettext_lazy("third"),
    4: gettext_lazy("fourth"),
    5: gettext_lazy("fifth"),
    -1: gettext_lazy("last"),
}
WORKDAYS = (0, 1, 2, 3, 4)
LEAP_DAY = (2, 29)


def rule_text(rule: Rule) -> str:
    """`Every 2 weeks on Tuesday and Thursday, 10 times`."""
    parts = (every_text(rule), _short_months(rule), _end(rule))
    return ", ".join(part for part in parts if part)


def every_text(rule: Rule) -> str:
    """The same without its end, and without what becomes of short months."""
    return _FREQUENCY[rule.frequency](rule)


def may_be_short(rule: Rule) -> bool:
    """Whether the rule comes to months that are too short for its day."""
    if rule.month is not None:
        return (rule.month, rule.month_day) == LEAP_DAY
    return (rule.month_day or 0) > 28


def weekday_order() -> list[int]:
    """The days of the week (Monday is 0) as the reader's calendar begins it."""
    first = (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7  # there, Sunday is 0
    return [(first + each) % 7 for each in range(7)]


def weekdays_text(weekdays: Iterable[int]) -> str:
    chosen = set(weekdays)
    names = [str(WEEKDAYS[each]) for each in weekday_order() if each in chosen]
    return get_text_list(names, _("and"))


def _daily(rule: Rule) -> str:
    return ngettext("Every day", "Every %(n)d days", rule.interval) % {"n": rule.interval}


def _weekly(rule: Rule) -> str:
    if rule.weekdays == WORKDAYS and rule.interval == 1:
        return _("Every weekday (Monday to Friday)")
    text = ngettext("Every week on %(days)s", "Every %(n)d weeks on %(days)s", rule.interval)
    return text % {"n": rule.interval, "days": weekdays_text(rule.weekdays)}


def _monthly(rule: Rule) -> str:
    values = {"n": rule.interval, "day": rule.month_day}
    if rule.month_day is not None:
        text = ngettext(
            "Every month on day %(day)d", "Every %(n)d months on day %(day)d", rule.interval
        )
        return text % values
    text = ngettext(
        "Every month on the %(nth)s %(weekday)s",
        "Every %(n)d months on the %(nth)s %(weekday)s",
        rule.interval,
    )
    nth, weekday = NTH[rule.nth or 1], WEEKDAYS[rule.weekdays[0]]
    return text % {**values, "nth": nth, "weekday": weekday}


def _yearly(rule: Rule) -> str:
    day = date(2000, rule.month or 1, rule.month_day or 1)  # a leap year
    text = ngettext("Every year on %(day)s", "Every %(n)d years on %(day)s", rule.interval)
    return text % {"n": rule.interval, "day": date_format(day, "MONTH_DAY_FORMAT")}


_FREQUENCY = {
    Frequency.DAILY: _daily,
    Frequency.WEEKLY: _weekly,
    Frequency.MONTHLY: _monthly,
    Frequency.YEARLY: _yearly,
}


def _short_months(rule: Rule) -> str:
    """What becomes of the months that are too short for the day."""
    if not may_be_short(rule):
        return ""
    if rule.month is not None:
        return _("in other years on 28 February") if rule.or_last else _("in leap years only")
    if rule.or_last:
        return _("in shorter months on their last day")
    return _("not in shorter months")


def _end(rule: Rule) -> str:
    if rule.until is not None:
        return _("until %(date)s") % {"date": date_format(rule.until, "DATE_FORMAT")}
    if rule.count is None:
        return ""
    return ngettext("%(n)d time", "%(n)d times", rule.count) % {"n": rule.count}
