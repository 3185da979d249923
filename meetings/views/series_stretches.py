"""How a series repeats, and repeated before: its patterns in words."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.models import Pattern, Series
from meetings.recurrence import dates, occurrence_at
from meetings.rule_words import rule_text
from meetings.wording import day_text, hours_text, zone_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A pattern as it is read: the rule, the hours on its own wall, and how long it holds."""

    pattern: Pattern
    rule: str
    hours: str
    zone: str
    is_now: bool = False
    limits: str = ""  # "until …" or "from … on", of one that does not hold now


def stretches_of(series: Series) -> list[Stretch]:
    """All that hold, held or will hold, in order; at most one of them holds now."""
    all_of_it = list(series.patterns.select_related("room"))
    # Of one that was called off before it began, what it was to be
    patterns = [each for each in all_of_it if not each.cancelled_at]
    if not patterns and series.last_pattern:
        patterns = [series.last_pattern]
    if not patterns:
        return []
    now = _now_of(patterns)
    place = patterns.index(now)
    return [
        *(_stretch(each, limits=_until(each)) for each in patterns[:place]),
        replace(_stretch(now), is_now=True),
        *(_stretch(each, limits=_from(each)) for each in patterns[place + 1 :]),
    ]


def left_out_of_series(series: Series) -> list[date]:
    """The dates ahead on which there is no meeting, though the rule has them."""
    today = timezone.localdate()
    patterns = series.patterns.filter(cancelled_at=None)
    days = {date.fromisoformat(day) for each in patterns for day in each.left_out}
    return sorted(day for day in days if day >= today)


def _now_of(patterns: Iterable[Pattern]) -> Pattern:
    """The latest that has begun; else the first."""
    patterns = list(patterns)
    today = timezone.localdate()
    begun = [each for each in patterns if each.first_date <= today]
    return begun[-1] if begun else patterns[0]


def _stretch(pattern: Pattern, limits: str = "") -> Stretch:
    start = occurrence_at(pattern.first_wall, pattern.zone).starts_at
    end = start + timedelta(minutes=pattern.duration)
    rule = pattern.repeats
    if limits:  # they say already when it ends
        rule = replace(rule, count=None, until=None)
    return Stretch(
        pattern=pattern,
        rule=rule_text(rule),
        hours=hours_text(start, end, pattern.zone),
        zone=zone_text(pattern.zone, timezone.now()),
        limits=limits,
    )


def _until(pattern: Pattern) -> str:
    """One that is followed by another ends."""
    *__, last = dates(pattern.repeats, pattern.first_date)
    return _("until %(date)s") % {"date": day_text(last)}


def _from(pattern: Pattern) -> str:
    return _("from %(date)s on") % {"date": day_text(pattern.first_date)}
