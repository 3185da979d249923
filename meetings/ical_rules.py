"""Rules of a series as calendar files carry them, written so that programs read them alike.

“The 31st, or the last day” is `BYMONTHDAY=-1`. For the 29th and 30th RFC 5545 has
`BYMONTHDAY=28,29,30;BYSETPOS=-1`, but Thunderbird (ical.js 2.2) takes all of these days. So short
months are named one by one (RDATE): a program that knows no RDATE misses them, and adds none.
"""

from dataclasses import replace
from datetime import date
from itertools import takewhile
from zoneinfo import ZoneInfo

from .recurrence import LONGEST_SERIES, Frequency, Rule, dates
from .rrule import rrule_text, until_in


def repetition(rule: Rule, first: date, zone: ZoneInfo) -> tuple[str, list[date]]:
    """The RRULE value, and the dates that it does not tell."""
    if not rule.or_last:
        return rrule_text(rule, until=until_in(rule, zone)), []
    if rule.month_day == 31 or rule.frequency is Frequency.YEARLY:  # the yearly one is 29 February
        last_day = replace(rule, or_last=False)
        text = rrule_text(last_day, until=until_in(rule, zone))
        return text.replace(f"BYMONTHDAY={rule.month_day}", "BYMONTHDAY=-1"), []
    return _with_short_months(rule, first, zone)


def last_day(rule: Rule, first: date) -> date:
    """The last date that a file is to be right for: an endless series is told for many years."""
    latest = date.fromordinal(min((first + LONGEST_SERIES).toordinal(), date.max.toordinal()))
    if rule.count is not None:
        return max(dates(rule, first), default=first)
    return min(rule.until or latest, latest)


def _with_short_months(rule: Rule, first: date, zone: ZoneInfo) -> tuple[str, list[date]]:
    last = last_day(rule, first)
    # A count would count only what the rule tells.
    plain = replace(rule, or_last=False, count=None, until=last if rule.ends else None)
    # The first day too: where no rule tells it, ical.js leaves it out.
    told = set(takewhile(lambda day: day <= last, dates(plain, first)))
    whole = takewhile(lambda day: day <= last, dates(rule, first))
    text = rrule_text(plain, until=until_in(plain, zone))
    return text, [day for day in whole if day not in told]
