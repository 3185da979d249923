"""What was changed about a series, in words."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.models import BookingChange, Series, SeriesChange
from meetings.rrule import rule_of
from meetings.rule_words import rule_text
from meetings.wording import clock_text, day_text

from .changes import Change, HistoryEntry, changes_in_words, label_of, text_of

Values = dict[str, list[Any]]
Kind = SeriesChange.Kind
MOST_OF_DATES = 50
AT_ONCE = timedelta(seconds=2)  # in one transaction


def history_of_series(series: Series) -> list[HistoryEntry]:
    """What was changed about it and about single dates, the newest first."""
    changes = list(series.changes.select_related("by"))
    entries = [_entry(each) for each in changes]
    entries += [_entry_of_date(each) for each in _by_themselves(series, changes)]
    return sorted(entries, key=lambda each: each.change.at, reverse=True)


def _by_themselves(series: Series, changes: list[SeriesChange]) -> list[BookingChange]:
    """Dates that were moved, changed or cancelled, without those that went with the series."""
    kinds = BookingChange.Kind
    wanted = (kinds.EDITED, kinds.CANCELLED, kinds.ZONE_RULES)
    found = BookingChange.objects.filter(booking__series=series, kind__in=wanted)
    ends = [each.at for each in changes if each.kind in {Kind.CANCELLED, Kind.ENDED}]
    return [
        each
        for each in found.select_related("by", "booking", "booking__pattern")[:MOST_OF_DATES]
        if each.kind != kinds.CANCELLED or not any(abs(each.at - at) < AT_ONCE for at in ends)
    ]


def _entry_of_date(change: BookingChange) -> HistoryEntry:
    booking = change.booking
    day = booking.recurrence_date or timezone.localdate(booking.starts_at)
    words = {"date": day_text(day), "what": change.get_kind_display()}
    return HistoryEntry(
        change=change,
        what=_("%(date)s: %(what)s") % words,
        details=changes_in_words(change.values, booking),
        booking=booking,
    )


def series_values_in_words(values: Values, since: date) -> list[Change]:
    """Old and new, field by field; `since` is the first date that is concerned."""
    own = {name: pair for name, pair in values.items() if name != "later"}
    changes = [Change(label_of(name), *_texts(name, own, since)) for name in own]
    if "later" in values:
        old, new = (_stretches_text(each) for each in values["later"])
        changes.append(Change(_("Later"), old, new or _("Like the meetings before")))
    return changes


def _stretches_text(stretches: list[dict[str, str]]) -> str:
    """`From 12 April 2027 on: Every week on Monday, 4:30 PM`."""
    return "; ".join(stretch_text(each) for each in stretches)


def stretch_text(stretch: dict[str, str]) -> str:
    first = date.fromisoformat(stretch["first_date"])
    rule = replace(rule_of(stretch["rule"], first), count=None, until=None)
    values = {
        "date": day_text(first),
        "rule": rule_text(rule),
        "time": clock_text(time.fromisoformat(stretch["clock"])),
    }
    return _("From %(date)s on: %(rule)s, %(time)s") % values


def _entry(change: SeriesChange) -> HistoryEntry:
    since = change.since or change.at.date()
    return HistoryEntry(
        change=change,
        what=_what(change),
        extent=_extent(change),
        details=series_values_in_words(change.values, since),
    )


def _what(change: SeriesChange) -> str:
    if change.since and change.kind == Kind.FOLLOWING:
        return _("Changed from %(date)s on") % {"date": day_text(change.since)}
    if change.since and change.kind == Kind.ENDED:
        return _("Ended before %(date)s") % {"date": day_text(change.since)}
    if change.since and change.kind == Kind.EDITED:
        return _("Changed as a whole, from %(date)s on") % {"date": day_text(change.since)}
    return str(change.get_kind_display())


def _extent(change: SeriesChange) -> str:
    if change.kind == Kind.DELETED or not change.meetings:
        return ""
    return ngettext("%(n)d meeting", "%(n)d meetings", change.meetings) % {"n": change.meetings}


def _texts(name: str, values: Values, since: date) -> tuple[str, str]:
    old, new = values[name]
    if name == "first_date":
        return day_text(date.fromisoformat(old)), day_text(date.fromisoformat(new))
    if name == "rule":
        firsts = values.get("first_date", [since.isoformat()] * 2)
        rules = (
            rule_of(rule, date.fromisoformat(day))
            for rule, day in zip((old, new), firsts, strict=True)
        )
        before, after = (rule_text(each) for each in rules)
        return before, after
    return text_of(name, old), text_of(name, new)
